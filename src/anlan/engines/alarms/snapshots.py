"""What the alarm core remembers, as bytes, and how it is taken up by the same or other rules."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from anlan.engines.alarms import loop

VERSION = 1
_TAG_COLUMNS = ("value", "time", "bad")
_RULE_COLUMNS = ("since", "phase", "a", "b", "c", "points")
Records = npt.NDArray[np.void]


class SnapshotError(ValueError):
    """Bytes that are no snapshot, or one of another version: begin without it."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a core that hold its memory, by reference."""

    tags: Sequence[str]
    keys: Sequence[str]
    shapes: Sequence[tuple[object, ...]]
    hot: Records
    cold: Records
    rings: npt.NDArray[np.float64]
    suppressed: npt.NDArray[np.bool_]
    again: list[int]


@dataclass(frozen=True, slots=True)
class Memory:
    """The same apart from its core: columns by tag and by rule."""

    tags: Sequence[str]
    keys: Sequence[str]
    shapes: Sequence[tuple[object, ...]]
    of_tags: dict[str, npt.NDArray[Any]]
    of_rules: dict[str, npt.NDArray[Any]]
    rings: npt.NDArray[np.float64]
    ring: npt.NDArray[np.int32]
    suppressed: npt.NDArray[np.bool_]
    again: frozenset[int]


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken up: keys as in `core.Restored`, and the places to judge anew."""

    same: frozenset[str]
    changed: frozenset[str]
    gone: frozenset[str]
    again: list[int]


def memory_of(parts: Parts) -> Memory:
    """Return what a core remembers."""
    return Memory(
        parts.tags,
        parts.keys,
        parts.shapes,
        {name: parts.hot[name] for name in _TAG_COLUMNS},
        {name: parts.cold[name] for name in _RULE_COLUMNS},
        parts.rings,
        parts.cold["ring"],
        parts.suppressed,
        frozenset(parts.again),
    )


def packed(memory: Memory, odd: Sequence[int]) -> bytes:
    """Return it as bytes of this version."""
    fields: dict[str, Any] = {
        "tags": list(memory.tags),
        "keys": list(memory.keys),
        "shapes": [list(shape) for shape in memory.shapes],
        "of_tags": {name: column.tobytes() for name, column in memory.of_tags.items()},
        "of_rules": {name: column.tobytes() for name, column in memory.of_rules.items()},
        "rings": memory.rings.tobytes(),
        "ring": memory.ring.tobytes(),
        "suppressed": memory.suppressed.tobytes(),
        "again": sorted(memory.again),
        "odd": list(odd),
    }
    body = msgspec.msgpack.encode(fields)
    return VERSION.to_bytes(2, "big") + zlib.compress(body, 1)


def unpacked(data: bytes) -> tuple[Memory, list[int]]:
    """Return what `packed` was given. Raises SnapshotError."""
    version = int.from_bytes(data[:2], "big")
    if version != VERSION:
        raise SnapshotError(f"the snapshot is of version {version}, not {VERSION}")
    try:
        fields = msgspec.msgpack.decode(zlib.decompress(data[2:]))
        n_tags, n_rules = len(fields["tags"]), len(fields["keys"])
        memory = Memory(
            fields["tags"],
            fields["keys"],
            [tuple(shape) for shape in fields["shapes"]],
            _columns(fields["of_tags"], _TAG_COLUMNS, loop.HOT, n_tags),
            _columns(fields["of_rules"], _RULE_COLUMNS, loop.COLD, n_rules),
            np.frombuffer(fields["rings"]).reshape(-1, 2, loop.RING_PLACES),
            _column(fields["ring"], np.dtype(np.int32), n_rules),
            _column(fields["suppressed"], np.dtype(np.bool_), n_rules),
            frozenset(fields["again"]),
        )
        odd = [int(n) for n in fields["odd"]]
        if len(odd) != loop.N_ODD + 1 or len(memory.shapes) != n_rules:
            raise SnapshotError("the snapshot is broken: its parts do not fit together")
    except SnapshotError:
        raise
    except (zlib.error, msgspec.DecodeError, LookupError, TypeError, ValueError) as error:
        raise SnapshotError(f"the snapshot is broken: {error}") from None
    return memory, odd


def take_up(memory: Memory, parts: Parts) -> Taken:
    """Write a memory into the parts of a core: tags by name, rules by key."""
    tag_at = {tag: place for place, tag in enumerate(memory.tags)}
    pairs = [(new, tag_at[tag]) for new, tag in enumerate(parts.tags) if tag in tag_at]
    new, old = _sides(pairs)
    for name, column in memory.of_tags.items():
        parts.hot[name][new] = column[old]
    rule_at = {key: place for place, key in enumerate(memory.keys)}
    same: list[tuple[int, int]] = []
    changed: list[tuple[int, int]] = []
    for place, (key, shape) in enumerate(zip(parts.keys, parts.shapes, strict=True)):
        before = rule_at.get(key)
        if before is not None:
            (same if memory.shapes[before] == shape else changed).append((place, before))
    new, old = _sides(same)
    for name, column in memory.of_rules.items():
        parts.cold[name][new] = column[old]
    ringed = parts.cold["ring"][new] >= 0
    is_rate = parts.cold["kind"][new] == loop.RATE
    here, there = new[ringed & is_rate], old[ringed & is_rate]
    parts.rings[parts.cold["ring"][here]] = memory.rings[memory.ring[there]]
    new, old = _sides(changed)
    was_active = memory.of_rules["phase"][old] >= loop.ACTIVE
    parts.cold["phase"][new[was_active]] = loop.ACTIVE
    new, old = _sides(same + changed)
    parts.suppressed[new] = memory.suppressed[old]
    kept = set(parts.keys)
    active = np.flatnonzero(memory.of_rules["phase"] >= loop.ACTIVE).tolist()
    again = [place for place, _ in changed]
    again += [place for place, before in same if before in memory.again]
    return Taken(
        frozenset(parts.keys[place] for place, _ in same),
        frozenset(parts.keys[place] for place, _ in changed),
        frozenset(memory.keys[place] for place in active if memory.keys[place] not in kept),
        sorted(again),
    )


def _sides(pairs: Sequence[tuple[int, int]]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    both = np.array(pairs, np.intp).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _columns(
    held: dict[str, bytes], names: Sequence[str], of: np.dtype[Any], n: int
) -> dict[str, npt.NDArray[Any]]:
    assert of.fields is not None
    return {name: _column(held[name], of.fields[name][0], n) for name in names}


def _column(raw: bytes, kind: np.dtype[Any], n: int) -> npt.NDArray[Any]:
    column = np.frombuffer(raw, kind)
    if len(column) != n:
        raise SnapshotError("the snapshot is broken: a column has another length")
    return column
