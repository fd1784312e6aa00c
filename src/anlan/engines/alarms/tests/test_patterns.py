"""Known courses are recognised in spite of chatter, new ones are called unknown."""

import pytest

from anlan.engines.alarms.kpi import Announced
from anlan.engines.alarms.patterns import begin, course, identified, likeness, ranked


def steady(name, start, end):
    return [Announced(name, start, end)]


def chattering(name, start, end):
    return [Announced(name, t, t + 15.0) for t in range(int(start), int(end), 20)]


LEAK = [*steady("P LO", 100, 7000), *steady("F HI", 160, 7000), *steady("L LO", 2600, 7000)]
STUCK = [*steady("F HI", 100, 1300), *steady("T HI", 400, 7000), *steady("L HI", 900, 5000)]
KNOWN = {"leak": [course(LEAK)], "stuck": [course(STUCK)]}


def test_the_same_course_later_and_chattering_is_recognised():
    again = [
        *chattering("P LO", 5100, 12000),
        *steady("F HI", 5200, 12000),
        *chattering("L LO", 7700, 12000),
    ]
    likes = ranked(course(again), KNOWN)
    assert identified(likes) == "leak"
    assert likes[0].shared[0] == "F HI"


def test_another_course_is_unknown():
    other = [*steady("T LO", 0, 5000), *steady("F HI", 0, 600)]
    assert identified(ranked(course(other), KNOWN)) is None
    assert identified(ranked({}, KNOWN)) is None
    assert identified([]) is None


def test_a_course_is_wholly_like_itself_and_symmetric():
    a, b = course(LEAK), course(STUCK)
    assert likeness(a, a)[0] == 1.0
    (there, common), (back, same) = likeness(a, b), likeness(b, a)
    # Sums of floats run in another order the other way round.
    assert there == pytest.approx(back)
    assert common == same


def test_what_lies_beyond_the_record_is_not_held_against_it():
    early = [one for one in LEAK if one.start < 1300]
    cut = [Announced(one.alarm, one.start) for one in early]
    assert likeness(course(cut, until=1300.0), course(LEAK))[0] > 0.95


def test_an_upset_begins_where_alarms_come_close_together():
    lone = [Announced("x", 10.0, 20.0)]
    together = [Announced(f"a{n}", 9000.0 + n, 9900.0) for n in range(5)]
    assert begin([*lone, *together]) == 9000.0
    assert begin(lone) == 10.0
    assert begin([]) is None
