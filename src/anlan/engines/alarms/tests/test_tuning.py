"""Starting values, their cap, and the measured effect of a change."""

import numpy as np
import pytest

from anlan.engines.alarms.formats import Process, replay
from anlan.engines.alarms.rules import Side
from anlan.engines.alarms.tuning import Tag, effect, rules_for, starting_values, tags_of

LEVEL = Tag("LI-1", "level", sd=0.5, span=100.0, low=20.0, high=80.0)


def test_treatments():
    raw = rules_for([LEVEL], "raw")
    assert [(one.side, one.deadband, one.on_delay) for one in raw] == [
        (Side.HIGH, 0.0, 0.0),
        (Side.LOW, 0.0, 0.0),
    ]
    high, _low = rules_for([LEVEL], "reference")
    # 5 % of the range would be 5.0, more than the way back from the limit: two sigma at most.
    assert (high.deadband, high.on_delay, high.off_delay) == (1.0, 60.0, 60.0)
    wide = rules_for([Tag("LI-2", "level", 9.0, 100.0, None, 80.0)], "reference")
    assert [one.deadband for one in wide] == [5.0]
    proposed = rules_for([LEVEL], "proposed")[0]
    assert proposed.on_delay < high.on_delay
    assert proposed.off_delay > high.off_delay


def test_every_start_says_how_far_it_can_be_trusted():
    assert set(starting_values()) == {"flow", "level", "pressure", "temperature", "power"}


@pytest.mark.parametrize(
    ("tag", "how"), [(LEVEL, "other"), (Tag("x", "ph", 1, 1, 1, 2), "reference")]
)
def test_what_is_not_known_is_refused(tag, how):
    with pytest.raises(ValueError, match="none of"):
        rules_for([tag], how)


def test_the_effect_is_measured_on_the_history():
    times = np.arange(0.0, 2000.0, 10.0)
    # Chatters about the limit from 500 s on.
    values = np.where(times < 500, 70.0, np.where(times % 40 < 20, 80.4, 79.4))[:, None]
    process = Process(("LI-1",), times, values)
    plain = replay(process, rules_for([LEVEL], "raw"))
    treated = replay(process, rules_for([LEVEL], "proposed"))
    found = effect(plain, treated, 2000.0, onset=500.0)
    assert found.activations_before > 30
    assert found.activations_after <= 1
    assert found.standing_before_s > 0
    nothing = effect([], treated, 2000.0)
    assert nothing.added_delay_s is None


def test_configuration_errors_name_row_and_column():
    row = {"tag": "a", "normal_sd": "x", "range_lo": "0", "range_hi": "1", "signal_type": "flow"}
    with pytest.raises(ValueError, match=r"row 2, column 'normal_sd'"):
        tags_of([row])
    with pytest.raises(ValueError, match=r"column 'tag'"):
        tags_of([{**row, "tag": ""}])
