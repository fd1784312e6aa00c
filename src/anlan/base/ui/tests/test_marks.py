"""How due dates, risk and states look."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.ui import marks
from anlan.base.ui.scale import LEFT, RIGHT, scale_of

NOW = datetime(2026, 11, 20, 6, 5, tzinfo=UTC)  # 14:05 in Shanghai


@pytest.mark.parametrize(
    ("when", "at_risk", "tone", "text"),
    [
        (NOW - timedelta(days=2), False, 1, "2 days overdue"),
        (NOW - timedelta(minutes=42), False, 1, "42 minutes overdue"),
        (NOW - timedelta(hours=5), False, 1, "5 hours overdue"),
        (date(2026, 11, 19), False, 1, "1 day overdue"),
        (date(2026, 11, 20), False, 3, "Today"),
        (date(2026, 11, 20), True, 2, "Today"),
        (datetime(2026, 11, 20, 10, 0, tzinfo=UTC), False, 3, "Today 18:00"),
        (datetime(2026, 11, 20, 9, 0, tzinfo=UTC), True, 2, "Today 17:00"),
        (NOW + timedelta(minutes=16), False, 2, "16 minutes left"),
        (date(2026, 11, 21), False, 4, "in 1 day"),
        (datetime(2026, 11, 20, 16, 0, tzinfo=UTC), False, 3, "Today"),  # midnight ends the 20th
        (datetime(2026, 11, 21, 16, 0, tzinfo=UTC), False, 4, "in 1 day"),
        (datetime(2026, 11, 19, 16, 0, tzinfo=UTC), False, 1, "14 hours overdue"),
        (date(2026, 11, 24), False, 0, "in 4 days"),
        (date(2027, 3, 1), False, 0, "2027-03-01"),
    ],
)
def test_due_chip_says_its_relation_to_now(when: date, at_risk: bool, tone: int, text: str) -> None:
    with translation.override("en"):
        mark = marks.due_mark(when, NOW, at_risk=at_risk)
    assert (mark.tone, mark.text) == (tone, text)


def test_the_end_of_a_day_belongs_to_that_day() -> None:
    assert marks.by_then(datetime(2026, 11, 20, 16, 0, tzinfo=UTC)) == "2026-11-20 24:00"
    assert marks.by_then(NOW) == "2026-11-20 14:05"


def test_a_day_ends_in_shanghai_not_in_utc() -> None:
    # 17:00 UTC is 01:00 of the next day in Shanghai
    late_evening = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    assert marks.due_mark(date(2026, 11, 20), late_evening).tone == 1


@given(st.integers(0, 130_000))
def test_a_due_date_never_gets_calmer_as_time_passes(hours: int) -> None:
    due = datetime(2027, 6, 1, 8, 0, tzinfo=UTC)
    calm = {1: 0, 2: 1, 3: 2, 4: 3, 0: 4}
    earlier = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    tones = [calm[marks.due_mark(due, earlier + timedelta(hours=h)).tone] for h in (0, 7, 30, 99)]
    assert tones == sorted(tones, reverse=True)


def test_chinese_words() -> None:
    with translation.override("zh-hans"):
        assert marks.due_mark(date(2026, 11, 18), NOW).text == "超期 2 天"
        assert str(marks.risk_word(1)) == "重大"
        assert str(marks.risk_word(2, "installation")) == "二级"


def test_states_cannot_borrow_a_risk_colour() -> None:
    with pytest.raises(ValueError, match="tone"):
        marks.register_states({"x": marks.StateMark("tool", "x", "red")})


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=3))
def test_every_value_lies_on_the_scale_and_in_its_band(values: list[float]) -> None:
    bands = [(0, 4, "IV"), (10, 3, "III"), (50, 2, "II"), (100, 1, "I")]
    drawing = scale_of(bands, [(v, str(v)) for v in values])
    for value, mark in zip(values, drawing.marks, strict=True):
        assert LEFT <= mark.x <= RIGHT
        band = [b for b, low in zip(drawing.bands, (0, 10, 50, 100), strict=True) if value >= low]
        assert band[-1].x - 0.2 <= mark.x <= band[-1].x + band[-1].width + 2
