"""How alike two findings are, why, and which of many belong together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from anlan.engines.findings_text.minhash import band_keys
from anlan.engines.findings_text.shape import (
    DEFECT_WEIGHT,
    THING_WEIGHT,
    Shape,
    plain_length,
    shape_of,
    shown,
)

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
    things: Ints  # bit_columns
    defects: Ints
    of_text: Ints
    counts: Ints


def similarity(first: Shape, second: Shape) -> float:
    """Return how alike two shapes are, 0 to 1: weighted overlap, a quarter for the order.

    Texts that name different things, or different defects, lose a fifth each.
    """
    if not first.key or not second.key:
        return 0.0
    return weigh(
        fuzz.ratio(first.bag, second.bag),
        fuzz.ratio(first.key, second.key),
        things=(first.things, second.things),
        defects=(first.defects, second.defects),
    )


def weigh(
    bag_score: float, key_score: float, *, things: tuple[int, int], defects: tuple[int, int]
) -> float:
    """Return the similarity (0 to 1) of two shapes whose bags and keys are so alike (0 to 100)."""
    score = _BAG_SHARE * bag_score + (1 - _BAG_SHARE) * key_score
    for one, two in (things, defects):
        if one and two and not one & two:
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


def bag_cutoff(near: float) -> float:
    """The likeness of the bags (0 to 100) below which no order of the words can help."""
    return 100 * (near - (1 - _BAG_SHARE)) / _BAG_SHARE


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
        things=bit_columns(things),
        defects=bit_columns(defects),
        of_text=of_text,
        counts=np.bincount(of_text, minlength=len(bags)),
    )


def bit_columns(sets: Sequence[int]) -> Ints:
    """Return bit sets of up to 126 members as two columns of 63 bits."""
    out = np.empty((len(sets), 2), np.int64)
    low = (1 << 63) - 1
    out[:, 0] = [bits & low for bits in sets]
    out[:, 1] = [bits >> 63 for bits in sets]
    return out


def _disjoint(one: Ints, two: Ints) -> npt.NDArray[np.bool_]:
    """Whether both sets of a row have members and none in common."""
    # Column by column: a reduction over rows of two is ten times slower.
    shared = (one[:, 0] & two[:, 0]) | (one[:, 1] & two[:, 1])
    found: npt.NDArray[np.bool_] = shared == 0
    found &= (one[:, 0] | one[:, 1]) != 0
    found &= (two[:, 0] | two[:, 1]) != 0
    return found


def _n_shared(one: Ints, two: Ints) -> npt.NDArray[np.uint8]:
    counts: npt.NDArray[np.uint8] = np.bitwise_count(one[:, 0] & two[:, 0])
    counts += np.bitwise_count(one[:, 1] & two[:, 1])
    return counts


def scores_of_pairs(shapes: Shapes, first: Ints, second: Ints) -> npt.NDArray[np.float32]:
    """Return the similarity of shape `first[i]` and `second[i]`, as `similarity` gives it."""
    bags, keys = shapes.bags, shapes.keys
    left, right = first.tolist(), second.tolist()
    bag_part = process.cpdist(
        [bags[i] for i in left],
        [bags[i] for i in right],
        scorer=fuzz.ratio,
        dtype=np.float32,
        score_cutoff=bag_cutoff(NEAR),
    )
    out: npt.NDArray[np.float32] = np.zeros(len(left), np.float32)
    # The bags decide alone that a pair cannot reach the limit: most pairs stop here.
    hopeful = np.flatnonzero(bag_part)
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
        score[_disjoint(bits[one], bits[two])] *= _DISJOINT
    out[hopeful] = score / 100
    return out


def cluster(texts: Sequence[str], *, near: float = NEAR) -> list[Cluster]:
    """Return the groups of two and more alike findings, largest first.

    Each group has a leader, the most frequent phrasing, and everything at least `near` (0.68 to
    1) alike to it: no chains in which the ends have nothing in common. A text is in one group at
    most. Up to 3,000 distinct shapes every pair is compared; above, pairs that share a band of
    MinHash values (at similarity 0.7 about 98 % do).
    """
    return cluster_shapes(collect_shapes(texts), near=near)


def cluster_shapes(shapes: Shapes, *, near: float = NEAR) -> list[Cluster]:
    """The same for shapes already made; texts whose shape is -1 are left out."""
    if near < NEAR:
        raise ValueError(f"near is {near}; below {NEAR} pairs are not looked for.")
    first, second, score = near_pairs(shapes, near=near)
    leader, to_leader = _stars(shapes, first, second, score)
    return _clusters(shapes, leader, to_leader)


def near_pairs(shapes: Shapes, *, near: float = NEAR) -> tuple[Ints, Ints, npt.NDArray[np.float32]]:
    """Return the pairs of distinct shapes at least `near` alike, with their scores."""
    if len(shapes.bags) <= _ALL_PAIRS_UP_TO:
        return _all_pairs(shapes, near)
    return _banded_pairs(shapes, near)


def _all_pairs(shapes: Shapes, near: float) -> tuple[Ints, Ints, npt.NDArray[np.float32]]:
    cutoff = bag_cutoff(near)
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
    sizes = Sizes.of(shapes.things, shapes.defects, shapes.bags)
    codes = []
    for keys in band_keys(shapes.bags):
        # Stable sort over frequency order: within a bucket the most frequent come first.
        order = by_frequency[np.argsort(keys[by_frequency], kind="stable")]
        for first, second in _bucket_pairs(keys[order]):
            one, two = order[first], order[second]
            hopeful = sizes.hopeful(one, two, near)
            one, two = one[hopeful], two[hopeful]
            codes.append(np.minimum(one, two) * n_shapes + np.maximum(one, two))
    # Sorted by hand: numpy's unique goes through a hash table, six times as long here.
    seen = np.sort(np.concatenate(codes))
    seen = seen[np.r_[True, seen[1:] != seen[:-1]][: len(seen)]]
    found = [
        _those_near(shapes, part // n_shapes, part % n_shapes, near)
        for part in np.array_split(seen, len(seen) // 500_000 + 1)
    ]
    return (
        np.concatenate([one[0] for one in found]),
        np.concatenate([one[1] for one in found]),
        np.concatenate([one[2] for one in found]),
    )


def _bucket_pairs(sorted_keys: npt.NDArray[np.uint32]) -> Iterator[tuple[Ints, Ints]]:
    """Yield positions of pairs with the same key: each with the first three, and in a chain."""
    n_keys = len(sorted_keys)
    position = np.arange(n_keys)
    starts = np.flatnonzero(np.r_[True, sorted_keys[1:] != sorted_keys[:-1]])
    bucket_start = np.repeat(starts, np.diff(np.r_[starts, n_keys]))
    for offset in (0, 1, 2):
        ok = np.flatnonzero(bucket_start + offset < position)
        yield bucket_start[ok] + offset, ok
    ok = np.flatnonzero(position - bucket_start > 3)
    yield ok - 1, ok


@dataclass(frozen=True, slots=True)
class Sizes:
    """What bounds the similarity of two shapes from above without reading their texts."""

    things: Ints
    defects: Ints
    lengths: npt.NDArray[np.float32]  # of the bags
    plain: npt.NDArray[np.float32]  # characters of them that belong to no concept

    @classmethod
    def of(cls, things: Ints, defects: Ints, bags: Sequence[str]) -> "Sizes":
        """Measure the bags."""
        n_shapes = len(bags)
        return cls(
            things,
            defects,
            np.fromiter(map(len, bags), np.float32, n_shapes),
            np.fromiter(map(plain_length, bags), np.float32, n_shapes),
        )

    def may_be_near(self, numbers: Ints, shape: Shape, near: float) -> npt.NDArray[np.bool_]:
        """The same as `hopeful` for shapes of the list and one that need not be in it."""
        one = Sizes.of(bit_columns([shape.things]), bit_columns([shape.defects]), [shape.bag])
        return _hopeful(self, numbers, one, np.zeros(1, np.int64), near)

    def hopeful(self, first: Ints, second: Ints, near: float) -> npt.NDArray[np.bool_]:
        """Whether `first[i]` and `second[i]` can be `near`: shared concepts, and all else alike.

        Never refuses a pair that is near.
        """
        return _hopeful(self, first, self, second, near)


def _hopeful(
    left: Sizes, first: Ints, right: Sizes, second: Ints, near: float
) -> npt.NDArray[np.bool_]:
    things = left.things[first], right.things[second]
    defects = left.defects[first], right.defects[second]
    shared = np.minimum(left.plain[first], right.plain[second])
    shared = shared + THING_WEIGHT * _n_shared(*things).astype(np.float32)
    shared += DEFECT_WEIGHT * _n_shared(*defects).astype(np.float32)
    bound = _BAG_SHARE * 2 * shared / (left.lengths[first] + right.lengths[second])
    bound += 1 - _BAG_SHARE
    bound[_disjoint(*things)] *= _DISJOINT
    bound[_disjoint(*defects)] *= _DISJOINT
    ok: npt.NDArray[np.bool_] = bound >= near
    return ok


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
    real = np.flatnonzero(of_text >= 0)
    real = real[~empty[of_text[real]]]
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
