"""MinHash bands over weighted bags, in arrays.

A bag is a sorted string in which a character stands as often as it weighs; its features are
(character, how many-th of its kind), so that the share of common features is the weighted overlap
of two bags. Bags that agree in all values of one band share its key.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

BANDS = 24
_ROWS = 3
_EMPTY = np.uint32(0xFFFFFFFF)
_AT_ONCE = 200_000  # bags whose features are held in memory together

_random = np.random.Generator(np.random.PCG64(20260930))
# Fixed by the seed: keys of a stored index must mean the same in the next process.
_MULTIPLY = (_random.integers(1, 2**32, BANDS * _ROWS, dtype=np.uint64) | np.uint64(1)).astype(
    np.uint32
)
_ADD = _random.integers(0, 2**32, BANDS * _ROWS, dtype=np.uint64).astype(np.uint32)

Keys = npt.NDArray[np.uint32]


def band_keys(bags: Sequence[str]) -> Iterator[Keys]:
    """Yield for each band the keys of all bags (one uint32 a bag)."""
    yield from all_band_keys(bags)


def all_band_keys(bags: Sequence[str]) -> Keys:
    """Return the keys as an array of bands by bags."""
    out = np.empty((BANDS, len(bags)), np.uint32)
    for start in range(0, len(bags), _AT_ONCE):
        part = bags[start : start + _AT_ONCE]
        out[:, start : start + len(part)] = _keys(part)
    return out


def keys_of_one(bag: str) -> Keys:
    """Return the keys of one bag, the same as `all_band_keys`, in a few large steps."""
    if not bag:
        return all_band_keys([bag])[:, 0]
    features = _features(bag, np.zeros(1, np.int64))
    hashed = features[:, None] * _MULTIPLY + _ADD
    hashed ^= hashed >> np.uint32(15)
    values = hashed.min(axis=0).reshape(BANDS, _ROWS)
    key = np.full(BANDS, _EMPTY, np.uint32)
    for row in range(_ROWS):
        key = (key ^ values[:, row]) * np.uint32(0x9E3779B1)
        key ^= key >> np.uint32(13)
    return key


def _keys(bags: Sequence[str]) -> Keys:
    lengths = np.fromiter(map(len, bags), np.int64, len(bags))
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    filled = np.flatnonzero(lengths)
    features = _features("".join(bags), starts[filled])
    out = np.empty((BANDS, len(bags)), np.uint32)
    for band in range(BANDS):
        key = np.full(len(bags), _EMPTY, np.uint32)
        for row in range(band * _ROWS, (band + 1) * _ROWS):
            hashed = features * _MULTIPLY[row] + _ADD[row]
            hashed ^= hashed >> np.uint32(15)
            value = np.full(len(bags), _EMPTY, np.uint32)
            if len(filled):
                value[filled] = np.minimum.reduceat(hashed, starts[filled])
            key = (key ^ value) * np.uint32(0x9E3779B1)
            key ^= key >> np.uint32(13)
        out[band] = key
    return out


def _features(joined: str, starts: npt.NDArray[np.int64]) -> Keys:
    """Return a mixed number for each character with its count so far in the run."""
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    position = np.arange(len(codes))
    if not len(codes):
        return codes
    new_run = np.r_[True, codes[1:] != codes[:-1]]
    new_run[starts] = True
    in_run = (position - np.maximum.accumulate(np.where(new_run, position, 0))).astype(np.uint32)
    mixed = codes * np.uint32(0x85EBCA6B) + in_run * np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(16)
    mixed *= np.uint32(0x7FEB352D)
    mixed ^= mixed >> np.uint32(15)
    mixed *= np.uint32(0x846CA68B)
    mixed ^= mixed >> np.uint32(16)
    return mixed
