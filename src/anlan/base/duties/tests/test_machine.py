"""No sequence of calls by any role reaches an illegal state or skips an audit event."""

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from anlan.base.actors import wall
from anlan.base.actors.roles import Role
from anlan.base.actors.scope import EVERYTHING
from anlan.base.audit.models import AuditEvent
from anlan.base.duties.models import Instance, RaisedWarning
from anlan.base.duties.rules import CHINA
from anlan.base.duties.services import (
    correcting,
    exemptions,
    instances,
    plans,
    substitutes,
    warnings,
)
from anlan.base.duties.services.marking import mark
from anlan.base.duties.states import FINISHED, INSTANCE, State
from anlan.base.duties.tests import data
from anlan.base.errors import AnlanError
from anlan.base.states.testing import every_pair
from tests.support.world import World, build_world

WHO = (
    (Role.OPERATOR, "workshop_a"), (Role.TEAM_LEADER, "workshop_a"),
    (Role.WORKSHOP_HEAD, "workshop_a"), (Role.SAFETY_MANAGER, "plant_a"),
    (Role.PRINCIPAL, "plant_a"), (Role.AUDITOR, "city_a"), (Role.PARK_OFFICER, "park_a"),
    (Role.BUREAU_INSPECTOR, "county_a"), (Role.OPERATOR, "plant_b"),
    (Role.CONTRACTOR, "contractor_a"),
)  # fmt: skip
ROLES = st.sampled_from(WHO)
HOURS = st.integers(1, 30)
ANY = st.integers(0, 50)
BEGIN = dt.datetime(2026, 3, 2, 6, tzinfo=CHINA)
# What one step may do to an instance, as the table has it; None is a row made or taken back.
STEPS = {
    (source, transition.target)
    for transition in INSTANCE.transitions
    for source in transition.sources
} | {(State.PENDING, State.OVERDUE), (State.EXEMPT, State.PENDING)}


class Duties(RuleBasedStateMachine):
    """A place whose duties everybody pulls at while time passes."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGIN
        self.place = uuid4()
        self.plans = [
            data.plan(self.world, now=BEGIN, place_id=self.place, cycle_unit="hour", cycle_n=8),
            data.plan(self.world, now=BEGIN, role=Role.OPERATOR),
        ]
        self.seen = self._states()
        self.events = self._count()

    def _rows(self) -> list[Instance]:
        return list(
            Instance.objects.unscoped("test")
            .filter(plan__in=[plan.pk for plan in self.plans])
            .order_by("id")
        )

    def _states(self) -> dict[UUID, tuple[str, int]]:
        return {row.pk: (row.state, row.version) for row in self._rows()}

    def _count(self) -> int:
        return AuditEvent.objects.count()

    def _try(self, call: Any) -> None:
        from django.db import transaction

        try:
            with transaction.atomic():
                call()
        except AnlanError:
            assert self._states() == self.seen, "a refusal changed something"
            assert self._count() == self.events, "a refusal left an event"

    def _one(self, n: int) -> Instance:
        rows = self._rows()
        return rows[n % len(rows)]

    @rule(hours=HOURS)
    def time_passes(self, hours: int) -> None:
        self.now += dt.timedelta(hours=hours)
        mark(self.now)

    @rule()
    def makes_ahead(self) -> None:
        instances.make(instances.default_until(self.now), self.now)

    @rule(who=ROLES, n=ANY, back=HOURS)
    def does(self, who: tuple[Role, str], n: int, back: int) -> None:
        actor, row = self.world.actor(*who), self._one(n)
        self._try(
            lambda: instances.fulfil(actor, row.pk, self.now - dt.timedelta(hours=back), uuid4())
        )

    @rule(who=ROLES, n=ANY, back=HOURS)
    def proves_earlier(self, who: tuple[Role, str], n: int, back: int) -> None:
        actor, row = self.world.actor(*who), self._one(n)
        at = (row.done_at or self.now) - dt.timedelta(hours=back)
        self._try(lambda: correcting.done_earlier(actor, row.pk, at, uuid4()))

    @rule(who=ROLES)
    def names_a_substitute(self, who: tuple[Role, str]) -> None:
        actor = self.world.actor(*who)
        away, there = (
            self.world.user(role, "workshop_a").pk for role in (Role.OPERATOR, Role.TEAM_LEADER)
        )
        self._try(
            lambda: substitutes.add(
                actor, self.world.plant_a, away, there, starts_at=self.now,
                ends_at=self.now + dt.timedelta(hours=12),
            )
        )  # fmt: skip

    @rule(who=ROLES)
    def clears_all(self, who: tuple[Role, str]) -> None:
        found = RaisedWarning.objects.unscoped("test").values_list("pk", flat=True)
        actor = self.world.actor(*who)
        self._try(lambda: warnings.clear_many(actor, list(found), "seen to"))

    @rule(who=ROLES, one=st.integers(0, 9))
    def stops_a_plan(self, who: tuple[Role, str], one: int) -> None:
        # Seldom: a stopped plan makes nothing more, and the walk would see little else.
        if one == 0:
            actor = self.world.actor(*who)
            self._try(lambda: plans.stop(actor, self.plans[1].pk, "closed", now=self.now))

    @rule(who=ROLES, n=ANY)
    def hands_over(self, who: tuple[Role, str], n: int) -> None:
        actor, row = self.world.actor(*who), self._one(n)
        to = self.world.user(Role.OPERATOR, "workshop_a").pk
        self._try(lambda: instances.hand_over(actor, [row.pk], to, "leave"))

    @rule(who=ROLES)
    def exempts(self, who: tuple[Role, str]) -> None:
        actor = self.world.actor(*who)
        self._try(
            lambda: exemptions.add(
                actor, self.world.workshop_a, self.place,
                starts_at=self.now, reason="repair", now=self.now,
            )
        )  # fmt: skip

    @rule(who=ROLES)
    def ends_exemption(self, who: tuple[Role, str]) -> None:
        from anlan.base.duties.models import Exemption

        open_one = Exemption.objects.unscoped("test").filter(ends_at__isnull=True).first()
        if open_one is not None:
            actor = self.world.actor(*who)
            self._try(
                lambda: exemptions.end(
                    actor,
                    open_one.pk,
                    now=max(self.now, open_one.starts_at + dt.timedelta(hours=1)),
                )
            )

    @rule(who=ROLES, n=ANY)
    def clears(self, who: tuple[Role, str], n: int) -> None:
        found = list(RaisedWarning.objects.unscoped("test").order_by("id"))
        if found:
            actor = self.world.actor(*who)
            self._try(lambda: warnings.clear(actor, found[n % len(found)].pk, "seen to"))

    @rule(who=ROLES, n=st.integers(4, 12))
    def changes_plan(self, who: tuple[Role, str], n: int) -> None:
        actor = self.world.actor(*who)
        self._try(
            lambda: plans.save(
                actor, self.world.plant_a, plan_id=self.plans[0].pk, cycle_n=n, now=self.now
            )
        )

    @invariant()
    def every_change_is_legal_and_told(self) -> None:
        states, events = self._states(), self._count()
        changed = False
        for pk, (state, version) in states.items():
            before = self.seen.get(pk)
            if before is None:
                assert state in (State.PENDING, State.EXEMPT)
                changed = True
            elif before != (state, version):
                changed = True
                assert before[0] == state or (before[0], state) in STEPS, (before, state)
        for pk in self.seen.keys() - states.keys():
            changed = True
            assert self.seen[pk][0] in (State.PENDING, State.DUE_SOON), "something done was lost"
        assert not changed or events > self.events, "a change without an event"
        self.seen, self.events = states, events

    @invariant()
    def rows_hold_together(self) -> None:
        open_warnings = set(
            RaisedWarning.objects.unscoped("test")
            .filter(subject_kind="duty", cleared_at__isnull=True)
            .values_list("subject_id", flat=True)
        )
        for row in self._rows():
            assert (row.state in FINISHED) == (row.done_at is not None)
            if row.state in (*FINISHED, State.EXEMPT):
                assert row.next_turn_at is None
                assert row.warning == 0
                assert row.pk not in open_warnings


@pytest.mark.django_db
def test_no_sequence_breaks_the_duties() -> None:
    from django.db import transaction

    def fresh() -> Duties:
        return Duties()

    with wall.acting_as(EVERYTHING):
        world = build_world()
        for role, place in WHO:
            world.user(role, place)
        Duties.world = world
        with transaction.atomic():
            run_state_machine_as_test(
                fresh,
                settings=settings(
                    max_examples=12, stateful_step_count=20, deadline=None,
                    suppress_health_check=list(HealthCheck), database=None,
                ),
            )  # fmt: skip


def test_the_table_of_states_allows_what_it_should() -> None:
    allowed = {(state, move): target for state, move, target in every_pair(INSTANCE) if target}
    assert allowed[State.OVERDUE, "fulfil"] == State.DONE
    assert allowed[State.EXEMPT, "fulfil"] == State.DONE
    assert (State.DONE, "exempt") not in allowed
    leaving = {target for (state, _move), target in allowed.items() if state in FINISHED}
    assert leaving <= set(FINISHED)
