"""The state machine of an alarm: the table of IEC 62682 row by row, and what must always hold."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from anlan.engines.alarms import states
from anlan.engines.alarms.states import Alarm, AlarmClass, NotAllowed, State

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLAIN, LATCHING = AlarmClass(), AlarmClass(latching=True)
A = Alarm()
B = Alarm(condition=True, unacknowledged=True)
C = Alarm(condition=True, acknowledged_at=NOW)
D = Alarm(unacknowledged=True)
E = Alarm(held=True, unacknowledged=True)
F = Alarm(held=True)
G = Alarm(shelved_until=NOW + HOUR)
H = Alarm(suppressed=True)
I = Alarm(permit="P-7")  # noqa: E741 - the letter of the standard


def test_letters():
    assert [one.state for one in (A, B, C, D, E, F, G, H, I)] == list(State)


@pytest.mark.parametrize(
    ("before", "step", "after", "announces"),
    [
        (A, states.raised, State.UNACKNOWLEDGED, True),
        (D, states.raised, State.UNACKNOWLEDGED, True),
        (E, states.raised, State.UNACKNOWLEDGED, True),
        (F, states.raised, State.ACKNOWLEDGED, False),
        (B, lambda one: states.acknowledged(one, NOW), State.ACKNOWLEDGED, False),
        (D, lambda one: states.acknowledged(one, NOW), State.NORMAL, False),
        (E, lambda one: states.acknowledged(one, NOW), State.LATCHED_ACKNOWLEDGED, False),
        (B, lambda one: states.cleared(one, PLAIN), State.RETURNED_UNACKNOWLEDGED, False),
        (B, lambda one: states.cleared(one, LATCHING), State.LATCHED_UNACKNOWLEDGED, False),
        (C, lambda one: states.cleared(one, PLAIN), State.NORMAL, False),
        (C, lambda one: states.cleared(one, LATCHING), State.LATCHED_ACKNOWLEDGED, False),
        (F, states.reset, State.NORMAL, False),
        (replace(G, condition=True), states.unshelved, State.UNACKNOWLEDGED, True),
        (replace(G, unacknowledged=True), states.unshelved, State.NORMAL, False),
        (B, lambda one: states.suppressed(one, True), State.SUPPRESSED, False),
        (
            replace(H, condition=True),
            lambda one: states.suppressed(one, False),
            State.UNACKNOWLEDGED,
            True,
        ),
        (H, lambda one: states.suppressed(one, False), State.NORMAL, False),
        (C, lambda one: states.removed_from_service(one, "P-8"), State.OUT_OF_SERVICE, False),
        (
            replace(I, condition=True),
            lambda one: states.returned_to_service(one, tested=True),
            State.UNACKNOWLEDGED,
            True,
        ),
        (I, lambda one: states.returned_to_service(one, tested=True), State.NORMAL, False),
        (G, states.raised, State.SHELVED, False),
        (replace(G, condition=True), lambda one: states.cleared(one, PLAIN), State.SHELVED, False),
    ],
)
def test_the_table(before, step, after, announces):
    done = step(before)
    assert (done.alarm.state, done.announces) == (after, announces)


def test_a_site_may_let_a_returned_alarm_acknowledge_itself():
    site = AlarmClass(acknowledges_return=True)
    assert states.cleared(B, site).alarm.state is State.NORMAL
    # A latched one is never let go unseen.
    latched = AlarmClass(acknowledges_return=True, latching=True)
    assert states.cleared(B, latched).alarm.state is State.LATCHED_UNACKNOWLEDGED


def test_an_acknowledged_alarm_that_stands_is_announced_again_where_configured():
    again = AlarmClass(announce_again_after=HOUR)
    assert not states.repeated(C, again, NOW + HOUR / 2).announces
    assert states.repeated(C, again, NOW + HOUR).alarm.state is State.UNACKNOWLEDGED
    assert not states.repeated(C, PLAIN, NOW + 99 * HOUR).announces


def test_a_latched_alarm_that_comes_again_behind_a_mask_is_held_no_more():
    again = states.raised(replace(E, suppressed=True)).alarm
    assert (again.condition, again.held) == (True, False)
    assert states.suppressed(again, False).alarm.state is State.UNACKNOWLEDGED


def test_a_shelf_for_once_ends_with_the_condition():
    shelf = states.shelved(B, PLAIN, NOW, NOW + HOUR, reason="calibration", once=True).alarm
    assert states.cleared(shelf, PLAIN).alarm.state is State.NORMAL


def test_a_shelf_for_once_ends_with_the_condition_behind_another_mask_too():
    shelf = states.shelved(B, PLAIN, NOW, NOW + HOUR, reason="calibration", once=True).alarm
    cleared = states.cleared(states.suppressed(shelf, True).alarm, PLAIN).alarm
    assert (cleared.state, cleared.shelved_until) == (State.SUPPRESSED, None)
    again = states.raised(cleared).alarm
    assert states.suppressed(again, False).announces


def test_two_masks_announce_when_the_last_has_gone():
    shelf = states.shelved(B, PLAIN, NOW, NOW + HOUR, reason="calibration").alarm
    both = states.suppressed(shelf, True).alarm
    over = states.shelf_checked(both, NOW + 2 * HOUR)
    assert (over.alarm.state, over.announces) == (State.SUPPRESSED, False)
    assert states.suppressed(over.alarm, False).announces


def test_an_alarm_that_comes_again_is_repeated_from_its_own_acknowledgement():
    of = AlarmClass(announce_again_after=HOUR)
    seen = states.acknowledged(B, NOW).alarm
    again = states.raised(states.cleared(seen, of).alarm).alarm
    assert again.acknowledged_at is None
    later = states.acknowledged(again, NOW + 2 * HOUR).alarm
    assert not states.repeated(later, of, NOW + 2.5 * HOUR).announces
    assert states.repeated(later, of, NOW + 3 * HOUR).announces


def test_a_shelf_ends_in_time_and_announces_what_still_holds():
    shelf = states.shelved(B, PLAIN, NOW, NOW + HOUR, reason="calibration").alarm
    assert states.shelf_checked(shelf, NOW + HOUR / 2).alarm == shelf
    # A clock that went back does not shorten it.
    assert states.shelf_checked(shelf, NOW - 5 * HOUR).alarm == shelf
    assert states.shelf_checked(shelf, NOW + HOUR).announces


@pytest.mark.parametrize(
    ("code", "act"),
    [
        ("nothing_to_acknowledge", lambda: states.acknowledged(C, NOW)),
        ("nothing_to_acknowledge", lambda: states.acknowledged(G, NOW)),
        ("condition_holds", lambda: states.reset(B)),
        ("not_latched", lambda: states.reset(A)),
        ("not_acknowledged", lambda: states.reset(E)),
        ("not_shelved", lambda: states.unshelved(B)),
        ("reason_missing", lambda: states.shelved(B, PLAIN, NOW, NOW + HOUR, reason=" ")),
        ("shelf_too_long", lambda: states.shelved(B, PLAIN, NOW, NOW + 13 * HOUR, reason="x")),
        ("shelf_too_long", lambda: states.shelved(B, PLAIN, NOW, NOW, reason="x")),
        (
            "shelf_too_long",
            lambda: states.shelved(
                B, AlarmClass(longest_shelf=99 * HOUR), NOW, NOW + 25 * HOUR, reason="x"
            ),
        ),
        (
            "second_person_missing",
            lambda: states.shelved(B, AlarmClass(highly_managed=True), NOW, NOW + HOUR, reason="x"),
        ),
        ("masked_already", lambda: states.shelved(H, PLAIN, NOW, NOW + HOUR, reason="x")),
        ("permit_missing", lambda: states.removed_from_service(B, "")),
        ("out_of_service_already", lambda: states.removed_from_service(I, "P-9")),
        ("test_missing", lambda: states.returned_to_service(I, tested=False)),
        ("in_service", lambda: states.returned_to_service(B, tested=True)),
    ],
)
def test_what_is_not_allowed(code, act):
    with pytest.raises(NotAllowed) as refused:
        act()
    assert refused.value.code == code


class Life(RuleBasedStateMachine):
    """Any order of events: what the standard promises holds after each."""

    def __init__(self):
        super().__init__()
        self.alarm = Alarm()
        self.of = PLAIN
        self.now = NOW
        self.announced = self.entered = 0
        self.condition = False

    def step(self, act, *arguments, **named):
        before = self.alarm
        try:
            done = act(self.alarm, *arguments, **named)
        except NotAllowed:
            assert self.alarm == before
            return
        # What survives a restart is the record's fields, and nothing beside them.
        self.alarm = Alarm(**{name: getattr(done.alarm, name) for name in before.__slots__})
        assert self.alarm == done.alarm
        self.announced += done.announces
        # What is announced can be seen, and every way into B sounds.
        entered = self.alarm.state is State.UNACKNOWLEDGED and (
            before.state is not State.UNACKNOWLEDGED
        )
        assert done.announces == entered
        self.entered += entered
        gone = before.unacknowledged and not before.masked and not self.alarm.unacknowledged
        allowed = act is states.acknowledged or (
            act is states.cleared and self.of.acknowledges_return and not self.of.latching
        )
        assert not gone or allowed

    @rule(latching=st.booleans(), itself=st.booleans(), managed=st.booleans())
    def another_class(self, latching, itself, managed):
        self.of = AlarmClass(latching, itself, managed, announce_again_after=HOUR)

    @rule()
    def raise_it(self):
        self.step(states.raised)
        self.condition = True

    @rule()
    def clear_it(self):
        once = self.alarm.once and self.alarm.condition
        self.step(states.cleared, self.of)
        self.condition = False
        assert not (once and self.alarm.shelved_until)

    @rule()
    def acknowledge(self):
        self.step(states.acknowledged, self.now)

    @rule()
    def reset(self):
        self.step(states.reset)

    @rule(hours=st.integers(1, 30), once=st.booleans(), second=st.booleans())
    def shelve(self, hours, once, second):
        until = self.now + hours * HOUR
        was_shelved = self.alarm.shelved_until is not None
        self.step(
            states.shelved, self.of, self.now, until, reason="x", second_person=second, once=once
        )
        if self.alarm.shelved_until and not was_shelved:
            assert hours <= 12
            assert second or not self.of.highly_managed

    @rule()
    def unshelve(self):
        self.step(states.unshelved)

    @rule(on=st.booleans())
    def design(self, on):
        self.step(states.suppressed, on)

    @rule()
    def remove(self):
        self.step(states.removed_from_service, "P-1")

    @rule(tested=st.booleans())
    def give_back(self, tested):
        self.step(states.returned_to_service, tested=tested)

    @rule(minutes=st.integers(-60, 600))
    def time_goes(self, minutes):
        self.now += timedelta(minutes=minutes)
        shelf = self.alarm.shelved_until
        announced = self.announced
        self.step(states.shelf_checked, self.now)
        if shelf and not self.alarm.masked and self.alarm.condition:
            assert self.announced == announced + 1
        assert (self.alarm.shelved_until is None) == (shelf is None or self.now >= shelf)
        self.step(states.repeated, self.of, self.now)

    @invariant()
    def a_mask_is_shown_and_a_condition_without_one_too(self):
        assert self.alarm.masked == (self.alarm.state in (State.SHELVED, *list(State)[7:]))
        if self.alarm.condition and not self.alarm.masked:
            assert self.alarm.state in (State.UNACKNOWLEDGED, State.ACKNOWLEDGED)
        assert not (self.alarm.held and self.alarm.condition)

    @invariant()
    def the_condition_is_followed_behind_every_mask(self):
        assert self.alarm.condition == self.condition

    @invariant()
    def as_many_are_announced_as_came_to_be_unacknowledged(self):
        assert self.announced == self.entered

    @invariant()
    def a_latched_alarm_stays_until_it_is_reset_or_masked(self):
        latched = self.alarm.held and not self.alarm.masked
        assert not latched or self.alarm.state in (
            State.LATCHED_UNACKNOWLEDGED,
            State.LATCHED_ACKNOWLEDGED,
        )


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=30)
