"""How alike two findings are, why, and which of many belong together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from anlan.engines.findings_text.minhash import band_keys
from anlan.engines.findings_text.shape import Shape, shape_of, shown

# Chosen on labelled pairs: see docs/engines/findings-text.md.
NEAR = 0.68
_BAG_SHARE = 0.75
_DISJOINT = 0.8
_ALL_PAIRS_UP_TO = 3_000  # shapes; above it only pairs that share a band are looked at

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Why two findings look alike. `score` 0 to 1.

    `same_place` is False where both name places, tags or numbers and these differ: two leaking
    flanges are then similar findings, not one entered twice.
    """

    score: float
    shared: tuple[str, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    where_first: tuple[str, ...]
    where_second: tuple[str, ...]
    same_place: bool


@dataclass(frozen=True, slots=True)
class Cluster:
    """Findings alike to the first of them. `members` are positions in the list given."""

    members: tuple[int, ...]
    score: float  # mean similarity to the first


@dataclass(frozen=True, slots=True)
class Shapes:
    """Distinct shapes of many texts. `of_text[i]` is the number of the shape of text i."""

    keys: list[str]
    bags: list[str]
    things: Ints
    defects: Ints
    of_text: Ints
    counts: Ints


def similarity(first: Shape, second: Shape) -> float:
    """Return how alike two shapes are, 0 to 1: weighted overlap, a quarter for the order.

    Texts that name different things, or different defects, lose a fifth each.
    """
    if not first.key or not second.key:
        return 0.0
    score = _BAG_SHARE * fuzz.ratio(first.bag, second.bag)
    score += (1 - _BAG_SHARE) * fuzz.ratio(first.key, second.key)
    if first.defects and second.defects and not first.defects & second.defects:
        score *= _DISJOINT
    if first.things and second.things and not first.things & second.things:
        score *= _DISJOINT
    return score / 100


def compare(first: str, second: str) -> Comparison:
    """Compare two finding texts and say what they share and where they differ."""
    one, two = shape_of(first), shape_of(second)
    shared = [sign for sign in one.key if sign in two.key]
    where_differs = bool(one.where and two.where and set(one.where) != set(two.where))
    return Comparison(
        score=round(similarity(one, two), 3),
        shared=shown("".join(shared)),
        only_first=shown("".join(sign for sign in one.key if sign not in two.key)),
        only_second=shown("".join(sign for sign in two.key if sign not in one.key)),
        where_first=one.where,
        where_second=two.where,
        same_place=not where_differs,
    )


def collect_shapes(texts: Sequence[str]) -> Shapes:
    """Return the distinct shapes of the texts, in order of first appearance."""
    numbers: dict[str, int] = {}
    bags: list[str] = []
    things: list[int] = []
    defects: list[int] = []
    of_text = np.empty(len(texts), np.int64)
    for position, text in enumerate(texts):
        shape = shape_of(text)
        number = numbers.setdefault(shape.key, len(bags))
        if number == len(bags):
            bags.append(shape.bag)
            things.append(shape.things)
            defects.append(shape.defects)
        of_text[position] = number
    return Shapes(
        keys=list(numbers),
        bags=bags,
        things=np.array(things, np.int64),
        defects=np.array(defects, np.int64),
        of_text=of_text,
        counts=np.bincount(of_text, minlength=len(bags)),
    )


def scores_of_pairs(shapes: Shapes, first: Ints, second: Ints) -> npt.NDArray[np.float32]:
    """Return the similarity of shape `first[i]` and `second[i]`, as `similarity` gives it."""
    bags, keys = shapes.bags, shapes.keys
    left, right = first.tolist(), second.tolist()
    bag_part = process.cpdist(
        [bags[i] for i in left], [bags[i] for i in right], scorer=fuzz.ratio, dtype=np.float32
    )
    out: npt.NDArray[np.float32] = np.zeros(len(left), np.float32)
    # The bags decide alone that a pair cannot reach the limit: most pairs stop here.
    hopeful = np.flatnonzero(bag_part * _BAG_SHARE + (1 - _BAG_SHARE) * 100 >= NEAR * 100)
    if not len(hopeful):
        return out
    chosen = hopeful.tolist()
    key_part = process.cpdist(
        [keys[left[i]] for i in chosen],
        [keys[right[i]] for i in chosen],
        scorer=fuzz.ratio,
        dtype=np.float32,
    )
    score = _BAG_SHARE * bag_part[hopeful] + (1 - _BAG_SHARE) * key_part
    one, two = first[hopeful], second[hopeful]
    for bits in (shapes.defects, shapes.things):
        a, b = bits[one], bits[two]
        score[(a != 0) & (b != 0) & (a & b == 0)] *= _DISJOINT
    out[hopeful] = score / 100
    return out


def cluster(texts: Sequence[str], *, near: float = NEAR) -> list[Cluster]:
    """Return the groups of two and more alike findings, largest first.

    Each group has a leader, the most frequent phrasing, and everything at least `near` (0.68 to
    1) alike to it: no chains in which the ends have nothing in common. A text is in one group at
    most. Up to 3,000 distinct shapes every pair is compared; above, pairs that share a band of
    MinHash values (at similarity 0.7 about 98 % do).
    """
    if near < NEAR:
        raise ValueError(f"near is {near}; below {NEAR} pairs are not looked for.")
    shapes = collect_shapes(texts)
    first, second, score = near_pairs(shapes, near=near)
    leader, to_leader = _stars(shapes, first, second, score)
    return _clusters(shapes, leader, to_leader)


def near_pairs(shapes: Shapes, *, near: float = NEAR) -> tuple[Ints, Ints, npt.NDArray[np.float32]]:
    """Return the pairs of distinct shapes at least `near` alike, with their scores."""
    if len(shapes.bags) <= _ALL_PAIRS_UP_TO:
        return _all_pairs(shapes, near)
    return _banded_pairs(shapes, near)


def _all_pairs(shapes: Shapes, near: float) -> tuple[Ints, Ints, npt.NDArray[np.float32]]:
    cutoff = 100 * (near - (1 - _BAG_SHARE)) / _BAG_SHARE
    found_first, found_second = [], []
    for start in range(0, len(shapes.bags), 500):
        some = shapes.bags[start : start + 500]
        table = process.cdist(
            some, shapes.bags, scorer=fuzz.ratio, score_cutoff=cutoff, dtype=np.float32
        )
        rows, columns = np.nonzero(table)
        later = columns > rows + start
        found_first.append(rows[later] + start)
        found_second.append(columns[later])
    first = np.concatenate(found_first) if found_first else np.empty(0, np.int64)
    second = np.concatenate(found_second) if found_second else np.empty(0, np.int64)
    return _those_near(shapes, first, second, near)


def _banded_pairs(shapes: Shapes, near: float) -> tuple[Ints, Ints, npt.NDArray[np.float32]]:
    """Pair the shapes of a band's bucket with its three most frequent ones and its neighbour."""
    n_shapes = len(shapes.bags)
    by_frequency = np.argsort(-shapes.counts, kind="stable")
    seen: Ints = np.empty(0, np.int64)
    for keys in band_keys(shapes.bags):
        # Stable sort over frequency order: within a bucket the most frequent come first.
        order = by_frequency[np.argsort(keys[by_frequency], kind="stable")]
        sorted_keys = keys[order]
        starts = np.flatnonzero(np.r_[True, sorted_keys[1:] != sorted_keys[:-1]])
        bucket_start = np.repeat(starts, np.diff(np.r_[starts, n_shapes]))
        position = np.arange(n_shapes)
        pairs = []
        for offset in (0, 1, 2):
            mate = bucket_start + offset
            ok = np.flatnonzero(mate < position)
            pairs.append((order[mate[ok]], order[ok]))
        ok = np.flatnonzero(position - bucket_start > 3)
        pairs.append((order[ok - 1], order[ok]))
        first = np.concatenate([a for a, _ in pairs])
        second = np.concatenate([b for _, b in pairs])
        code = np.minimum(first, second) * n_shapes + np.maximum(first, second)
        seen = np.union1d(seen, code)
    found = [
        _those_near(shapes, part // n_shapes, part % n_shapes, near)
        for part in np.array_split(seen, len(seen) // 1_000_000 + 1)
    ]
    return (
        np.concatenate([one[0] for one in found]),
        np.concatenate([one[1] for one in found]),
        np.concatenate([one[2] for one in found]),
    )


def _those_near(
    shapes: Shapes, first: Ints, second: Ints, near: float
) -> tuple[Ints, Ints, npt.NDArray[np.float32]]:
    score = scores_of_pairs(shapes, first, second)
    ok = score >= near
    return first[ok], second[ok], score[ok]


def _stars(
    shapes: Shapes, first: Ints, second: Ints, score: npt.NDArray[np.float32]
) -> tuple[Ints, npt.NDArray[np.float32]]:
    """Give every shape its leader: the most frequent phrasing that has no leader itself."""
    n_shapes = len(shapes.bags)
    leader: Ints = np.full(n_shapes, -1, np.int64)
    to_leader = np.ones(n_shapes, np.float32)
    both = np.concatenate([first, second])
    other = np.concatenate([second, first])
    doubled = np.concatenate([score, score])
    # Best mates first, so that a shape that could follow two leaders is taken by a near one.
    order = np.lexsort((-doubled, both))
    both, other, doubled = both[order], other[order], doubled[order]
    bounds = np.searchsorted(both, np.arange(n_shapes + 1)).tolist()
    mates, values = other.tolist(), doubled.tolist()
    degree = np.diff(np.array(bounds))
    reach = shapes.counts + np.bincount(both, weights=shapes.counts[other], minlength=n_shapes)
    for one in np.lexsort((-degree, -reach)).tolist():
        if leader[one] >= 0:
            continue
        leader[one] = one
        for at in range(bounds[one], bounds[one + 1]):
            mate = mates[at]
            if leader[mate] < 0:
                leader[mate] = one
                to_leader[mate] = values[at]
    return leader, to_leader


def _clusters(shapes: Shapes, leader: Ints, to_leader: npt.NDArray[np.float32]) -> list[Cluster]:
    of_text = shapes.of_text
    # Texts without any word have an empty shape; they are not alike, they say nothing.
    empty = np.array([not key for key in shapes.keys], bool)
    real = np.flatnonzero(~empty[of_text]) if len(of_text) else np.empty(0, np.int64)
    if not len(real):
        return []
    group = leader[of_text[real]]
    is_leader = of_text[real] == group
    order = np.lexsort((real, ~is_leader, group))
    sorted_group = group[order]
    starts = np.flatnonzero(np.r_[True, sorted_group[1:] != sorted_group[:-1]])
    found = []
    for part in np.split(order, starts[1:]):
        if len(part) < 2:
            continue
        members = real[part]
        mean = float(to_leader[of_text[members[1:]]].mean())
        found.append(Cluster(tuple(members.tolist()), round(mean, 3)))
    found.sort(key=lambda one: (-len(one.members), one.members))
    return found
