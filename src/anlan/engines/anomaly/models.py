"""Models of normal operation of a group of tags: PCA (T², Q) and canonical variates (T², R).

Both are fitted on rows of normal operation and give, for each later row, how far it lies from it;
`contributions` name the tags. Limits are taken from rows that the model has not seen: with limits
of theory a model of the Tennessee Eastman process gives seven times the false alarms promised.
"""

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

Rows = npt.NDArray[np.float64]


class Model(Protocol):
    """What a model of normal operation tells."""

    def statistics(self, rows: Rows) -> Rows:
        """Return the statistics of rows of shape (n, tags) as (n, statistics)."""


def _scale(rows: Rows) -> tuple[Rows, Rows]:
    """Return mean and spread of each column; a tag that stands still has spread 1."""
    if rows.ndim != 2 or len(rows) < 3:
        raise ValueError("a model needs a table of at least three rows")
    if not np.isfinite(rows).all():
        raise ValueError("a model is fitted on finite numbers only")
    spread = rows.std(axis=0)
    return rows.mean(axis=0), np.where(spread > 1e-12, spread, 1.0)


@dataclass(frozen=True, slots=True)
class Pca:
    """Principal components: T² within the usual directions, Q outside of them.

    `axes` has shape (tags, components), `variances` their variances, both after scaling.
    """

    mean: Rows
    spread: Rows
    axes: Rows
    variances: Rows

    @classmethod
    def fit(cls, rows: Rows, share: float = 0.9) -> Self:
        """Fit on rows of normal operation (n, tags), keeping `share` of the variance.

        Raises ValueError for fewer than three rows and for what is not finite.
        """
        mean, spread = _scale(rows)
        _u, singular, axes = np.linalg.svd((rows - mean) / spread, full_matrices=False)
        variances = singular**2 / (len(rows) - 1)
        held = np.cumsum(variances) / max(float(variances.sum()), 1e-300)
        n = min(int(np.searchsorted(held, share - 1e-12)) + 1, len(variances))
        kept = max(1, min(n, int((variances > 1e-12).sum())))
        return cls(mean, spread, axes[:kept].T, np.maximum(variances[:kept], 1e-12))

    def statistics(self, rows: Rows) -> Rows:
        """Return T² and Q of each row."""
        scaled = (rows - self.mean) / self.spread
        scores = scaled @ self.axes
        rest = scaled - scores @ self.axes.T
        return np.column_stack([(scores**2 / self.variances).sum(axis=1), (rest**2).sum(axis=1)])

    def contributions(self, rows: Rows) -> tuple[Rows, Rows]:
        """Return what each tag adds to T² and to Q, each of the shape of `rows`.

        They sum to the statistics; a tag's part of T² may be negative.
        """
        scaled = (rows - self.mean) / self.spread
        scores = scaled @ self.axes
        within = scaled * ((scores / self.variances) @ self.axes.T)
        return within, (scaled - scores @ self.axes.T) ** 2


@dataclass(frozen=True, slots=True)
class Cva:
    """Canonical variates: what the past of all tags says of their future, and what is left.

    T² watches the `states` directions of the past that tell most of the future, R the rest.
    `past` rows of history belong to one statistic, so slow dynamics are part of the model.
    """

    mean: Rows
    spread: Rows
    rotation: Rows
    past: int
    states: int

    @classmethod
    def fit(cls, rows: Rows, past: int = 3, states: int = 25, ridge: float = 0.01) -> Self:
        """Fit on consecutive rows of normal operation (n, tags).

        `ridge` is added to the variances: some hundreds of rows cannot carry as many
        covariances. Raises ValueError where there are fewer rows than two pasts and for what is
        not finite.
        """
        mean, spread = _scale(rows)
        scaled = (rows - mean) / spread
        if len(rows) <= 2 * past:
            raise ValueError(f"{len(rows)} rows are too few for a past of {past}")
        moments = np.arange(past, len(rows) - past + 1)
        before = np.hstack([scaled[moments - 1 - lag] for lag in range(past)])
        after = np.hstack([scaled[moments + lag] for lag in range(past)])
        n, width = before.shape
        eye = ridge * np.eye(width)
        root = _inverse_root(before.T @ before / n + eye)
        across = root @ (before.T @ after / n) @ _inverse_root(after.T @ after / n + eye)
        left, _singular, _right = np.linalg.svd(across)
        return cls(mean, spread, left.T @ root, past, min(states, width - 1))

    def statistics(self, rows: Rows) -> Rows:
        """Return T² and R of each row; the first rows, whose past is unknown, as the first known.

        Raises ValueError for fewer rows than the past is long.
        """
        if len(rows) < self.past:
            raise ValueError(f"{len(rows)} rows are too few for a past of {self.past}")
        scaled = (rows - self.mean) / self.spread
        moments = np.arange(self.past - 1, len(rows))
        history = np.hstack([scaled[moments - lag] for lag in range(self.past)])
        turned = (history @ self.rotation.T) ** 2
        known = np.column_stack(
            [turned[:, : self.states].sum(axis=1), turned[:, self.states :].sum(axis=1)]
        )
        return np.vstack([np.repeat(known[:1], self.past - 1, axis=0), known])


def _inverse_root(matrix: Rows) -> Rows:
    values, vectors = np.linalg.eigh(matrix)
    result: Rows = (vectors / np.sqrt(np.maximum(values, 1e-9))) @ vectors.T
    return result
