"""A group of tags watched together: fitted once on normal operation, judged again and again.

Values are smoothed first, so that what lasts counts and what flickers does not; then T² within the
usual directions and Q outside of them (`models.Pca`) are compared with limits taken from parts of
the training period that the model has not seen.
"""

import io
import zipfile
from dataclasses import dataclass
from math import ceil, inf
from typing import Self

import numpy as np

from anlan.engines.anomaly.models import Pca, Rows
from anlan.engines.anomaly.series import limits, smoothed

WEIGHT = 0.2
"""That of the newest row in the smoothing."""
SETTLED = 15
"""Rows after which the smoothing has forgotten where it began (0.8 to the 15th is 3.5 %)."""
ROWS_PER_TAG = 10
HELD_SHARE = 0.3
_SHARE = 0.9
_BLOCKS = 10
_STILL = 1e-9


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far a row lies from normal operation.

    `t2` and `q` are shares of their limits: above 1 is beyond. `parts` (tags,) says what each tag
    has in it and adds up to 1, or is nought throughout where nothing can be told.
    """

    t2: float
    q: float
    parts: Rows

    @property
    def is_beyond(self) -> bool:
        """Tell whether either statistic is above its limit."""
        return self.t2 > 1.0 or self.q > 1.0


@dataclass(frozen=True, slots=True)
class Watch:
    """A fitted group. `used` (tags,) are those that moved in training; the others say nothing.

    `bounds` are the limits of T² and Q, `explained` the share of movement that the kept directions
    hold. `later` is the share of the last third of the period that a model of the rest would have
    found beyond: much of it says that the period does not cover ordinary operation.
    """

    pca: Pca
    bounds: Rows
    used: Rows
    n_fitted: int
    n_held: int
    explained: float
    later: float

    @classmethod
    def fit(cls, rows: Rows, *, false_alarms: float, margin: float = 1.0) -> Self:
        """Fit on consecutive rows of normal operation (n, tags).

        Limits are the larger of two kinds: of blocks spread over the period that the model has
        not seen, and of the last third for a model of what came before it, which shows how far
        tomorrow may differ. Of either about `false_alarms` (a share) lie beyond; `margin` widens
        them. Raises ValueError for too few rows, fewer than two tags that move, and what is not
        finite.
        """
        if len(rows) < rows_needed(rows.shape[1], false_alarms):
            raise ValueError(f"{len(rows)} rows are too few")
        used = ~still(rows)
        if used.sum() < 2:
            raise ValueError("fewer than two tags move")
        smooth = smoothed(rows[:, used], WEIGHT)[SETTLED:]
        cut = int(len(smooth) * (1 - HELD_SHARE))
        earlier, before = _fit(smooth[:cut], false_alarms)
        later = earlier.statistics(smooth[cut:])
        pca, bounds = _fit(smooth, false_alarms)
        bounds = np.maximum(bounds, limits(later, false_alarms)) * margin
        if pca.axes.shape[1] == int(used.sum()):
            bounds[1] = inf  # every direction is kept: nothing is left outside of them
        scaled = (smooth - pca.mean) / pca.spread
        total = max(float((scaled**2).sum()), 1e-300)
        return cls(
            pca,
            np.maximum(bounds, 1e-12),
            used.astype(float),
            len(smooth) - int(_held(len(smooth)).sum()),
            int(_held(len(smooth)).sum()),
            float(((scaled @ pca.axes) ** 2).sum()) / total,
            float((later > before * margin).any(axis=1).mean()),
        )

    def judge(self, rows: Rows) -> Verdict:
        """Judge the last of consecutive rows (n, tags) that are finite; the others lead up to it.

        Fewer than `SETTLED` rows are not smoothed enough for the limits. Raises ValueError for
        none and for another number of tags.
        """
        used = self.used > 0
        if not len(rows) or rows.shape[1] != len(used):
            raise ValueError(f"the group has {len(used)} tags, not {rows.shape}")
        last = smoothed(rows[:, used], WEIGHT)[-1:]
        t2, q = self.pca.statistics(last)[0] / self.bounds
        within, outside = (part[0] for part in self.pca.contributions(last))
        shares = np.stack([np.maximum(within, 0) / self.bounds[0], outside / self.bounds[1]])
        # What is within its limit has no part in the other being beyond.
        counted = np.array([t2 > 1, q > 1])
        if not counted.any():
            counted = np.array([t2 >= q, t2 < q])
        parts = np.zeros(len(used))
        parts[used] = shares[counted].sum(axis=0)
        return Verdict(float(t2), float(q), parts / max(float(parts.sum()), 1e-300))

    def to_bytes(self) -> bytes:
        """Return the model as numpy's own file of arrays, without code in it."""
        stream = io.BytesIO()
        figures = [self.n_fitted, self.n_held, self.explained, self.later]
        np.savez(
            stream,
            mean=self.pca.mean,
            spread=self.pca.spread,
            axes=self.pca.axes,
            variances=self.pca.variances,
            bounds=self.bounds,
            used=self.used,
            figures=np.array(figures),
        )
        return stream.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Return the model that `to_bytes` wrote. Raises ValueError for anything else."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as kept:
                pca = Pca(kept["mean"], kept["spread"], kept["axes"], kept["variances"])
                fitted, held, explained, later = kept["figures"].tolist()
                return cls(
                    pca, kept["bounds"], kept["used"], int(fitted), int(held), explained, later
                )
        except (OSError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise ValueError(f"this is no fitted group: {error}") from error


def _held(n: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]":
    """Tell which of n rows are held back: three of ten blocks in time."""
    held: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = np.arange(n) * _BLOCKS // n % 3 == 2
    return held


def _fit(smooth: Rows, false_alarms: float) -> tuple[Pca, Rows]:
    held = _held(len(smooth))
    pca = Pca.fit(smooth[~held], share=_SHARE)
    bounds = limits(pca.statistics(smooth[held]), false_alarms)
    if pca.axes.shape[1] == smooth.shape[1]:
        bounds[1] = inf
    return pca, bounds


def rows_needed(tags: int, false_alarms: float) -> int:
    """Return how many rows a fit needs: ten a tag, and enough held back to show such a share."""
    return SETTLED + max(ROWS_PER_TAG * tags, ceil(2 / false_alarms / HELD_SHARE))


def still(rows: Rows) -> "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]":
    """Tell of each column whether it stands still."""
    result: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = np.ptp(rows, axis=0) <= (
        _STILL * np.maximum(1.0, np.abs(rows).max(axis=0))
    )
    return result


def filled(rows: Rows, most: int) -> Rows:
    """Return the rows with gaps (NaN) of at most `most` rows filled by the value before them."""
    found = rows.copy()
    gone = np.zeros(rows.shape[1], int)
    for place in range(1, len(found)):
        missing = np.isnan(found[place])
        gone = np.where(missing, gone + 1, 0)
        take = missing & (gone <= most)
        found[place, take] = found[place - 1, take]
    return found
