"""An index of many findings: which of a million say the same as this one?

Built in arrays, kept up to date one finding at a time, stored as arrays. Distinct shapes are held
once. A worker builds it from the database at start or loads the stored arrays and adds what came
since.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from anlan.engines.findings_text.minhash import BANDS, all_band_keys, keys_of_one
from anlan.engines.findings_text.shape import Shape, shape_of
from anlan.engines.findings_text.similar import (
    NEAR,
    Cluster,
    Shapes,
    Sizes,
    bag_cutoff,
    bit_columns,
    cluster_shapes,
    collect_shapes,
    weigh,
)

# Buckets of a band are as large as the commonest defect is common; the most frequent shapes come
# first in them, so cutting a bucket off loses the rare phrasings of a very common finding.
_PER_BUCKET = 200
_TAIL = 2_000  # new shapes compared one by one until they are sorted into the bands
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Match:
    """Findings of one shape, most alike first. `n_same_shape` may exceed the ids given."""

    ids: tuple[str, ...]
    score: float
    n_same_shape: int


class SimilarIndex:
    """Near duplicates of one text among very many. Not safe for several threads at once."""

    def __init__(self, ids: Iterable[str] = (), texts: Sequence[str] = ()) -> None:
        """Build from ids (of any kind of text, without white space) and their texts."""
        names = list(ids)
        if len(names) != len(texts):
            raise ValueError(f"{len(names)} ids for {len(texts)} texts.")
        self._adopt(names, collect_shapes(texts))

    def _adopt(self, names: list[str], shapes: Shapes) -> None:
        self._ids = names
        self._shape_of: list[int] = shapes.of_text.tolist()
        self._keys = shapes.keys
        self._bags = shapes.bags
        self._things = _sets(shapes.things)
        self._defects = _sets(shapes.defects)
        self._number = {key: number for number, key in enumerate(self._keys)}
        order = np.argsort(shapes.of_text, kind="stable")
        self._sorted_rows = order.astype(np.int32)
        self._bounds = np.concatenate(([0], np.cumsum(shapes.counts))).astype(np.int64)
        self._later: dict[int, list[int]] = {}  # rows added since the bounds were made
        self._gone: set[str] = set()
        self._sort_bands(shapes.counts)

    def _sort_bands(self, counts: npt.NDArray[np.int64]) -> None:
        keys = all_band_keys(self._bags)
        by_frequency = np.argsort(-counts, kind="stable").astype(np.int32)
        self._band_keys = np.empty_like(keys)
        self._band_shapes = np.empty(keys.shape, np.int32)
        for band in range(BANDS):
            order = by_frequency[np.argsort(keys[band][by_frequency], kind="stable")]
            self._band_shapes[band] = order
            self._band_keys[band] = keys[band][order]
        self._banded = len(self._bags)
        self._sizes = Sizes.of(bit_columns(self._things), bit_columns(self._defects), self._bags)

    def __len__(self) -> int:
        return len(self._ids) - len(self._gone)

    def add(self, id: str, text: str) -> None:
        """Take in one more finding. The id must be new."""
        shape = shape_of(text)
        number = self._number.setdefault(shape.key, len(self._keys))
        if number == len(self._keys):
            self._keys.append(shape.key)
            self._bags.append(shape.bag)
            self._things.append(shape.things)
            self._defects.append(shape.defects)
        self._later.setdefault(number, []).append(len(self._ids))
        self._ids.append(id)
        self._shape_of.append(number)
        self._gone.discard(id)
        if len(self._keys) - self._banded > _TAIL:
            self._sort_bands(np.bincount(self._shape_of, minlength=len(self._keys)))

    def discard(self, id: str) -> None:
        """Forget a finding, e.g. one withdrawn. An unknown id is ignored."""
        self._gone.add(id)

    def query(
        self,
        text: str,
        *,
        near: float = NEAR,
        limit: int = 20,
        keep: Callable[[str], bool] | None = None,
    ) -> list[Match]:
        """Return what is at least `near` alike, best first, at most `limit` shapes and ids each.

        `keep` chooses ids, e.g. those of one enterprise; all alike shapes are then weighed, which
        takes two or three times as long.
        """
        shape = shape_of(text)
        if not shape.key:
            return []
        found: list[Match] = []
        most = None if keep is not None else max(200, 4 * limit)
        for number, score in self._near(shape, near, most):
            rows = self._rows(number)
            if keep is None and not self._gone:
                names = tuple(self._ids[row] for row in rows[:limit])
                n_names = len(rows)
            else:
                kept = [
                    name
                    for name in (self._ids[row] for row in rows)
                    if name not in self._gone and (keep is None or keep(name))
                ]
                names, n_names = tuple(kept[:limit]), len(kept)
            if names:
                found.append(Match(names, round(score, 3), n_names))
            if len(found) == limit:
                break
        return found

    def clusters(self, *, near: float = NEAR) -> list[Cluster]:
        """Return the groups of alike findings. Members are positions in `ids()`."""
        return cluster_shapes(self._shapes(), near=near)

    def ids(self) -> Sequence[str]:
        """Return all ids ever taken in, in order."""
        return self._ids

    def to_arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return everything as arrays, for `numpy.savez`. Forgotten findings are left out."""
        rows = [row for row, name in enumerate(self._ids) if name not in self._gone]
        return {
            "format": np.array([_FORMAT]),
            "ids": _blob([self._ids[row] for row in rows]),
            "shape_of": np.array([self._shape_of[row] for row in rows], np.int32),
            "keys": _blob(self._keys),
            "bags": _blob(self._bags),
            "things": bit_columns(self._things),
            "defects": bit_columns(self._defects),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[np.generic]]) -> "SimilarIndex":
        """Return the index that `to_arrays` gave. Raises ValueError for another format.

        Shapes depend on the words of the fact files: rebuild from texts after they change.
        """
        if int(arrays["format"][0]) != _FORMAT:
            raise ValueError("The stored index is of another format. Build it anew from texts.")
        bags = _unblob(arrays["bags"])
        of_text = arrays["shape_of"].astype(np.int64)
        index = cls()
        index._adopt(
            _unblob(arrays["ids"]),
            Shapes(
                keys=_unblob(arrays["keys"]),
                bags=bags,
                things=arrays["things"].astype(np.int64),
                defects=arrays["defects"].astype(np.int64),
                of_text=of_text,
                counts=np.bincount(of_text, minlength=len(bags)),
            ),
        )
        return index

    def _shapes(self) -> Shapes:
        of_text = np.array(self._shape_of, np.int64)
        if self._gone:
            gone = np.array([name in self._gone for name in self._ids], bool)
            of_text[gone] = -1
        counted = of_text[of_text >= 0]
        return Shapes(
            keys=self._keys,
            bags=self._bags,
            things=bit_columns(self._things),
            defects=bit_columns(self._defects),
            of_text=of_text,
            counts=np.bincount(counted, minlength=len(self._bags)),
        )

    def _rows(self, number: int) -> list[int]:
        rows: list[int] = []
        if number < len(self._bounds) - 1:
            start, end = self._bounds[number], self._bounds[number + 1]
            rows = self._sorted_rows[start:end].tolist()
        return rows + self._later.get(number, [])

    def _near(self, shape: Shape, near: float, most: int | None) -> list[tuple[int, float]]:
        """Return numbers and scores of the shapes at least `near` alike, best first.

        Of the `most` whose bags are likest; the order of words moves few places among them.
        """
        keys = keys_of_one(shape.bag)
        parts = []
        for band in range(BANDS):
            sorted_keys = self._band_keys[band]
            start = np.searchsorted(sorted_keys, keys[band])
            end = min(start + _PER_BUCKET, len(sorted_keys))
            bucket = sorted_keys[start:end] == keys[band]
            parts.append(self._band_shapes[band][start:end][bucket])
        candidates = np.unique(np.concatenate(parts)).astype(np.int64)
        numbers = candidates[self._sizes.may_be_near(candidates, shape, near)].tolist()
        numbers += range(self._banded, len(self._bags))
        bags = [self._bags[number] for number in numbers]
        cutoff = bag_cutoff(near)
        hopeful = process.extract(
            shape.bag, bags, scorer=fuzz.ratio, score_cutoff=cutoff, limit=most
        )
        scored = []
        for _bag, bag_score, position in hopeful:
            number = numbers[position]
            score = weigh(
                bag_score,
                fuzz.ratio(shape.key, self._keys[number]),
                things=(shape.things, self._things[number]),
                defects=(shape.defects, self._defects[number]),
            )
            if score >= near:
                scored.append((number, score))
        scored.sort(key=lambda pair: (-pair[1], pair[0]))
        return scored


def _sets(columns: npt.NDArray[np.int64]) -> list[int]:
    return [low | high << 63 for low, high in columns.tolist()]


def _blob(texts: Sequence[str]) -> npt.NDArray[np.uint8]:
    return np.frombuffer("\n".join(texts).encode(), np.uint8)


def _unblob(array: npt.NDArray[np.generic]) -> list[str]:
    text = array.tobytes().decode()
    return text.split("\n") if text else []
