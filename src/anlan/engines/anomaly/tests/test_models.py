"""Models of normal operation: what their statistics mean, and what they refuse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.engines.anomaly.models import Cva, Pca
from anlan.engines.anomaly.series import limits, median_of_last, restlessness, smoothed


def plant(n, seed=1):
    """Two causes behind six tags, with noise."""
    rng = np.random.default_rng(seed)
    causes = rng.standard_normal((n, 2))
    mix = np.array([[1.0, 0.8, 0.0, 0.5, 0.0, 1.0], [0.0, 0.3, 1.0, 0.5, 1.0, -1.0]])
    return causes @ mix + 0.1 * rng.standard_normal((n, 6))


def test_with_all_directions_t2_is_the_mahalanobis_distance():
    rows = plant(300)
    model = Pca.fit(rows, share=1.0)
    away = rows[:5] + 0.7
    inverse = np.linalg.inv(np.cov(rows, rowvar=False))
    centred = away - rows.mean(axis=0)
    expected = np.einsum("ij,jk,ik->i", centred, inverse, centred)
    # The covariance is that of scaled rows: n in the scale, n - 1 in the variance.
    assert model.statistics(away)[:, 0] == pytest.approx(expected, rel=1e-2)
    assert model.statistics(away)[:, 1] == pytest.approx(0.0, abs=1e-18)


def test_a_broken_relation_shows_in_q_and_names_its_tag():
    model = Pca.fit(plant(500), share=0.9)
    calm = plant(500, seed=2)
    limit = limits(model.statistics(calm), 0.02)
    broken = calm[:50].copy()
    broken[:, 2] += 3.0
    said = model.statistics(broken)
    assert (said[:, 1] > limit[1]).mean() > 0.9
    _within, outside = model.contributions(broken)
    assert outside.mean(axis=0).argmax() in (2, 4)


@given(st.integers(0, 100), st.floats(0.5, 1.0))
def test_contributions_sum_to_the_statistics(seed, share):
    model = Pca.fit(plant(60), share=share)
    rows = plant(7, seed) * 2
    within, outside = model.contributions(rows)
    said = model.statistics(rows)
    assert within.sum(axis=1) == pytest.approx(said[:, 0], abs=1e-8)
    assert outside.sum(axis=1) == pytest.approx(said[:, 1], abs=1e-8)


def test_canonical_variates_see_a_change_of_dynamics_that_levels_hide():
    rng = np.random.default_rng(3)

    def wave(n, memory):
        out = np.zeros((n, 4))
        for i in range(1, n):
            out[i] = memory * out[i - 1] + np.sqrt(1 - memory**2) * rng.standard_normal(4)
        return out

    normal = wave(800, 0.95)
    model = Cva.fit(normal, past=2, states=4)
    limit = limits(model.statistics(wave(800, 0.95)), 0.01)
    changed = model.statistics(wave(400, 0.1))
    assert (changed > limit).any(axis=1).mean() > 0.5


def test_a_tag_that_stands_still_does_no_harm():
    rows = plant(50)
    rows[:, 0] = 7.0
    assert np.isfinite(Pca.fit(rows).statistics(rows)).all()
    assert np.isfinite(Cva.fit(rows, past=2, states=3).statistics(rows)).all()


@pytest.mark.parametrize("rows", [np.zeros((2, 3)), np.full((9, 2), np.nan), np.zeros(9)])
def test_what_cannot_be_fitted_is_refused(rows):
    with pytest.raises(ValueError, match="model"):
        Pca.fit(rows)


def test_too_short_for_a_past():
    with pytest.raises(ValueError, match="too few"):
        Cva.fit(plant(6), past=3)
    with pytest.raises(ValueError, match="too few"):
        Cva.fit(plant(60), past=3).statistics(plant(2))


def test_series():
    assert smoothed(np.array([0.0, 1.0, 1.0]), 0.5).tolist() == [0.0, 0.5, 0.75]
    assert median_of_last(np.array([1.0, 9.0, 2.0]), 3).tolist() == [1.0, 5.0, 2.0]
    with pytest.raises(ValueError, match="weight"):
        smoothed(np.zeros(3), 0.0)
    rng = np.random.default_rng(4)
    noise, drift = rng.standard_normal(500), np.cumsum(rng.standard_normal(500))
    ratios = restlessness(np.column_stack([noise, drift, np.ones(500)]))
    assert ratios[0] == pytest.approx(1.0, abs=0.1)
    assert ratios[1] < 0.05
    assert ratios[2] == 1.0


def test_limits_share_the_false_alarms():
    rng = np.random.default_rng(5)
    calm = rng.standard_normal((10_000, 2))
    assert (calm > limits(calm, 0.02)).any(axis=1).mean() == pytest.approx(0.02, abs=0.002)
