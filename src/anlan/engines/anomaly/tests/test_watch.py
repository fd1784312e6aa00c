"""A group of tags: fitted, kept, judged."""

import numpy as np
import pytest

from anlan.engines.anomaly import watch
from anlan.engines.anomaly.series import smoothed


def normal(rows: int = 1200, tags: int = 6, seed: int = 1) -> np.ndarray:
    """Return tags that follow two common movements, with noise of their own."""
    random = np.random.default_rng(seed)
    common = 9 * smoothed(random.standard_normal((rows, 2)), 0.2)
    mix = np.random.default_rng(0).standard_normal((2, tags))
    return 50 + common @ mix * 0.3 + 0.1 * random.standard_normal((rows, tags))


def test_a_tag_that_leaves_the_others_is_named_and_the_model_survives_its_bytes() -> None:
    rows = normal()
    found = watch.Watch.fit(rows, false_alarms=0.01, margin=1.2)
    assert found.later < 0.05
    wandering = rows + np.where(np.arange(len(rows)) < 900, 0, 5)[:, None] * [1, -1, 0, 0, 0, 0]
    assert watch.Watch.fit(wandering, false_alarms=0.01).later > 0.5
    calm = found.judge(rows[-60:-20])
    assert not calm.is_beyond
    drift = rows[-60:-20].copy()
    drift[20:, 3] += np.linspace(0, 3, 20)
    beyond = watch.Watch.from_bytes(found.to_bytes()).judge(drift)
    assert beyond.is_beyond
    assert beyond.parts.argmax() == 3
    assert beyond.parts.sum() == pytest.approx(1)


def test_what_cannot_be_fitted_or_read_is_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        watch.Watch.fit(normal(100), false_alarms=0.01)
    rows = normal()
    rows[:, 1:] = 1.0
    with pytest.raises(ValueError, match="two tags"):
        watch.Watch.fit(rows, false_alarms=0.01)
    with pytest.raises(ValueError, match="no fitted group"):
        watch.Watch.from_bytes(b"PK\x03\x04broken")


def test_a_tag_at_rest_is_left_out_and_short_gaps_are_bridged() -> None:
    rows = normal()
    rows[:, 2] = 7.0
    found = watch.Watch.fit(rows, false_alarms=0.01)
    assert found.used.tolist() == [1, 1, 0, 1, 1, 1]
    assert found.judge(rows[-40:]).parts[2] == 0
    holes = np.array([[1.0], [np.nan], [np.nan], [4.0], [np.nan]])
    assert watch.filled(holes, 1)[:, 0].tolist()[:2] == [1.0, 1.0]
    assert np.isnan(watch.filled(holes, 1)[2, 0])
    assert watch.filled(holes, 1)[4, 0] == 4.0
