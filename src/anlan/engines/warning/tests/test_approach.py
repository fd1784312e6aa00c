"""The time to a limit: worked by hand, blind to noise, the same downwards."""

import numpy as np
import pytest

from anlan.engines.warning.approach import time_to_limit

MINUTES = np.arange(10) * 60.0


def test_a_steady_rise_reaches_the_limit_when_it_should() -> None:
    # From 9.0 by 0.1 a minute: 9.9 now, 11 minutes to 11.0.
    rising = 9.0 + MINUTES / 600
    assert time_to_limit(MINUTES, rising, 11.0, upwards=True) == pytest.approx(660)
    assert time_to_limit(MINUTES, -rising, -11.0, upwards=False) == pytest.approx(660)
    assert time_to_limit(MINUTES, rising, 9.5, upwards=True) == 0.0
    assert time_to_limit(MINUTES, rising, 8.0, upwards=False) is None


def test_a_spike_and_a_gap_change_little() -> None:
    rising = 9.0 + MINUTES / 600
    rising[4], rising[6] = 30.0, np.nan
    found = time_to_limit(MINUTES, rising, 11.0, upwards=True)
    assert found is None or found == pytest.approx(660, rel=0.2)


def test_noise_goes_nowhere_and_few_values_are_no_course() -> None:
    noise = 9.0 + np.random.default_rng(7).normal(0, 0.1, 10)
    assert time_to_limit(MINUTES, noise, 9.5, upwards=True) is None
    assert time_to_limit(MINUTES[:5], MINUTES[:5], 1e3, upwards=True) is None
