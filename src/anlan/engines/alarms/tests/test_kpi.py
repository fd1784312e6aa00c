"""The figures of IEC 62682, by hand on small records."""

import pytest

from anlan.engines.alarms.kpi import Announced, Definitions, Flood, figures, floods, per_bin

HOUR = 3600.0


def alarms(name, *starts, lasts=100.0):
    return [Announced(name, start, start + lasts) for start in starts]


def test_rates_count_empty_ten_minutes_and_share_among_positions():
    rows = alarms("a", 10.0, 20.0, 700.0)
    found = figures(rows, 0.0, HOUR, positions=2)
    assert found["activations"] == 3
    assert found["per_hour"] == 1.5
    assert found["per_10_min"] == pytest.approx(0.25)
    assert found["busiest_10_min"] == 2
    assert found["share_of_10_min_over_10"] == 0.0
    assert per_bin([10.0, 20.0, 700.0], 0.0, HOUR) == [2, 1, 0, 0, 0, 0]


def test_a_flood_begins_with_the_eleventh_alarm_in_ten_minutes_and_ends_below_five():
    burst = [float(n) for n in range(0, 110, 10)]
    tail = [300.0, 500.0, 690.0, 900.0, 2000.0]
    # At 690 s the last ten minutes hold 300, 500, 690 and the 100 s alarm: four, so it has ended.
    assert floods(burst + tail) == [Flood(0.0, 500.0, 13, 13)]
    assert floods(burst[:10]) == []


def test_chattering_fleeting_and_stale():
    rows = [
        *alarms("chatters", 0.0, 25.0, 55.0, lasts=3.0),
        *alarms("fleets", 900.0, lasts=4.0),
        *alarms("comes back", 1800.0, 1830.0, lasts=4.0),
        Announced("stands", 100.0),
        *alarms("normal", 200.0, lasts=400.0),
    ]
    found = figures(rows, 0.0, 30 * HOUR)
    assert found["chattering"] == ["chatters"]
    assert found["fleeting"] == ["chatters", "comes back", "fleets"]
    assert found["stale"] == ["stands"]
    loose = figures(rows, 0.0, 30 * HOUR, definitions=Definitions(chatter_n=2))
    assert loose["chattering"] == ["chatters", "comes back"]


def test_top_ten_and_priorities():
    rows = [*alarms("a", 1.0, 2.0, 3.0), Announced("b", 5.0, 6.0, "high")]
    found = figures(rows, 0.0, HOUR)
    assert found["top_ten"][0] == {"alarm": "a", "n": 3, "share": 0.75}
    assert found["priorities"] == {"high": 1.0}


def test_nothing_at_all_is_a_quiet_hour():
    found = figures([], 0.0, HOUR)
    assert (found["activations"], found["share_of_top_ten"], found["floods"]) == (0, 0.0, [])


def test_a_period_without_length_is_refused():
    with pytest.raises(ValueError, match="length"):
        figures([], 5.0, 5.0)
