"""Plans make instances; instances are done, missed, handed over, exempted; warnings follow."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from anlan.base.actors import wall
from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.roles import Role
from anlan.base.actors.scope import EVERYTHING
from anlan.base.audit.models import AuditEvent
from anlan.base.duties import queries, rules
from anlan.base.duties.models import Colour, Instance, Plan
from anlan.base.duties.problems import AlreadyDone, NotACarer, NotOpen, TooEarly
from anlan.base.duties.rules import CHINA
from anlan.base.duties.services import (
    exemptions,
    instances,
    making,
    marking,
    plans,
    substitutes,
    telling,
    warnings,
)
from anlan.base.duties.services.marking import mark
from anlan.base.duties.states import State
from anlan.base.duties.tests import data
from anlan.base.errors import BadInput, Forbidden, NotYours
from anlan.base.inbox.models import Notice
from tests.support.world import World

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 3, 2)


def at(hour: float, day: dt.date = MONDAY) -> dt.datetime:
    """Return a moment of a day in Shanghai."""
    return dt.datetime.combine(day, dt.time(0), CHINA) + dt.timedelta(hours=hour)


@pytest.fixture(autouse=True)
def _system(world: World) -> Any:
    with wall.acting_as(EVERYTHING):
        yield


def plan(world: World, **fields: Any) -> Plan:
    return data.plan(world, now=fields.pop("now", at(6)), **fields)


def rows(plan: Plan) -> list[Instance]:
    return list(queries.instances_of_plan(SYSTEM, plan).order_by("opens_at"))


def test_a_plan_makes_its_instances_to_the_end_of_tomorrow(world: World) -> None:
    made = rows(plan(world, time_from=dt.time(8), time_to=dt.time(18), grace_minutes=30))
    assert [row.opens_at for row in made] == [at(8), at(32)]
    assert [row.grace_until for row in made] == [at(18.5), at(42.5)]
    assert made[0].id == rules.instance_id(made[0].plan_id, at(8))
    assert made[0].next_turn_at == at(16)


def test_making_again_makes_nothing_and_the_next_day_makes_one(world: World) -> None:
    plan(world)
    assert instances.make(at(48), at(6)) == 0
    assert instances.make(at(72), at(30)) == 1
    assert instances.make(at(72), at(30)) == 0


def test_two_halves_make_what_one_run_makes(world: World) -> None:
    plan(world)
    plan(world)
    halves = [making._make(at(72), at(30), None, share) for share in making._SHARES]
    assert sorted(halves) == [0, 2]
    assert instances.make(at(72), at(30)) == 0


def test_a_run_writes_one_event_an_enterprise(world: World) -> None:
    plan(world)
    plan(world)
    told = AuditEvent.objects.filter(event="duties.instance.made")
    before = set(told.values_list("pk", flat=True))
    instances.make(at(24 * 7), at(6))
    made = told.exclude(pk__in=before)
    assert [event.after["count"] for event in made] == [10]


def test_crews_of_a_shift_pattern_get_the_instances(world: World) -> None:
    pattern = data.shift_pattern(world, [world.workshop_a.pk, world.plant_a.pk], MONDAY)
    made = rows(plan(world, cycle_unit="shift", shift_pattern=pattern, starts_on=MONDAY))
    assert [row.organisation_id for row in made[:2]] == [world.workshop_a.pk, world.plant_a.pk]
    assert made[1].scope_path == world.plant_a.path


def test_done_late_overdue_and_in_time_after_all(world: World) -> None:
    operator = world.actor(Role.OPERATOR, "workshop_a")
    first, second = rows(plan(world))
    assert mark(at(20)) == {"due_soon": 1, "overdue": 0, "yellow": 0, "orange": 0, "red": 0}
    assert mark(at(24.5))["overdue"] == 1
    warning = queries.open_warnings(SYSTEM).get()
    assert (warning.colour, warning.subject_id) == (Colour.YELLOW, first.pk)
    record = uuid4()
    done = instances.fulfil(operator, first.pk, at(23), record)
    assert (done.state, done.warning, done.done_by_id) == (State.DONE, 0, operator.user_id)
    assert instances.fulfil(operator, first.pk, at(25), record).done_at == at(23)
    with pytest.raises(AlreadyDone):
        instances.fulfil(operator, first.pk, at(25), uuid4())
    assert queries.open_warnings(SYSTEM).count() == 0
    with pytest.raises(TooEarly):
        instances.fulfil(operator, second.pk, at(23), uuid4())
    mark(at(49))
    assert instances.fulfil(operator, second.pk, at(50), uuid4()).state == State.DONE_LATE


def test_colours_rise_with_the_periods_and_red_is_for_the_responsible(world: World) -> None:
    plain, responsible = plan(world), plan(world, work_type=1, role_item=3)
    mark(at(24 + 24 + 0.1))
    colours = {row.plan_id: row.warning for row in (rows(plain)[0], rows(responsible)[0])}
    assert colours == {plain.pk: Colour.ORANGE, responsible.pk: Colour.RED}
    told = {w.colour: w.recipients for w in queries.open_warnings(SYSTEM)}
    assert told[Colour.ORANGE][-1] == "operational_responsible_person"
    assert told[Colour.RED][-1] == "area"
    assert mark(at(24 + 24 + 0.2)) == dict.fromkeys(mark(at(0)), 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("bite", [1, 2, 100])
def test_small_bites_and_two_halves_mark_what_one_bite_marks(
    world: World, monkeypatch: pytest.MonkeyPatch, bite: int
) -> None:
    made = [row for _ in range(5) for row in rows(plan(world))]
    made += [row for _ in range(3) for row in rows(data.foreign_plan(world, now=at(6)))]
    assert len({row.enterprise_id for row in made}) == 2
    monkeypatch.setattr(marking, "BATCH", bite)
    assert mark(at(200))["overdue"] == len(made)
    assert queries.open_warnings(SYSTEM).count() == len(made)
    assert not any(mark(at(200)).values())


def test_only_who_carries_it_or_leads_may_do_it(world: World) -> None:
    mine = rows(plan(world, organisation=world.plant_a, role=Role.TEAM_LEADER))[0]
    with pytest.raises(NotACarer):
        instances.fulfil(world.actor(Role.OPERATOR, "workshop_a"), mine.pk, at(9), uuid4())
    with pytest.raises(NotYours):
        instances.fulfil(world.actor(Role.OPERATOR, "plant_b"), mine.pk, at(9), uuid4())
    named = rows(
        plan(world, organisation=world.plant_a, assignee=world.user(Role.OPERATOR, "workshop_a"))
    )[0]
    instances.fulfil(world.actor(Role.OPERATOR, "workshop_a"), named.pk, at(9), uuid4())


def test_mine_by_name_by_role_above_and_as_substitute(world: World) -> None:
    operator = world.actor(Role.OPERATOR, "workshop_a")
    head = world.actor(Role.WORKSHOP_HEAD, "plant_a")
    colleague = world.actor(Role.OPERATOR, "plant_a2")
    by_role = plan(world, role=Role.OPERATOR)
    by_name = plan(world, assignee=world.user(Role.OPERATOR, "workshop_a"))
    of_head = plan(world, role=Role.WORKSHOP_HEAD)
    of_all = plan(world)
    of_plant = plan(world, organisation=world.plant_a, role=Role.OPERATOR)
    assert {row.plan_id for row in queries.mine(operator, MONDAY)} == {
        by_role.pk, by_name.pk, of_all.pk, of_plant.pk,
    }  # fmt: skip
    assert [row.plan_id for row in queries.mine(head, MONDAY)] == [of_head.pk]
    assert not queries.mine(colleague, MONDAY).exists()
    technician = world.actor(Role.EQUIPMENT_ENGINEER, "plant_a")
    leader = world.actor(Role.SAFETY_MANAGER, "plant_a")
    substitutes.add(
        leader, world.plant_a, operator.user_id, technician.user_id,
        starts_at=at(0), ends_at=at(24), reason="leave",
    )  # fmt: skip
    assert {row.plan_id for row in queries.mine(technician, MONDAY)} == {
        by_role.pk, by_name.pk, of_all.pk, of_plant.pk,
    }  # fmt: skip


def test_my_duties_cost_the_same_however_many(
    world: World, count_queries: Callable[[Callable[[], Any]], int]
) -> None:
    operator = world.actor(Role.OPERATOR, "workshop_a")
    plan(world, role=Role.OPERATOR)
    few = count_queries(lambda: list(queries.mine(operator, MONDAY)))
    for _ in range(5):
        plan(world, role=Role.OPERATOR)
    assert count_queries(lambda: list(queries.mine(operator, MONDAY))) == few


def test_hand_over_within_the_enterprise_only(world: World) -> None:
    leader = world.actor(Role.SAFETY_MANAGER, "plant_a")
    first, second = rows(plan(world))
    operator = world.user(Role.OPERATOR, "workshop_a")
    instances.hand_over(leader, [first.pk, second.pk], operator.pk, "holiday")
    assert {row.assignee_id for row in rows(first.plan)} == {operator.pk}
    with pytest.raises(BadInput):
        instances.hand_over(leader, [first.pk], world.user(Role.OPERATOR, "plant_b").pk, "x")
    instances.fulfil(SYSTEM, first.pk, at(9), uuid4())
    with pytest.raises(NotOpen):
        instances.hand_over(leader, [first.pk], operator.pk, "x")


def test_a_place_out_of_service_is_not_counted_and_counts_again(world: World) -> None:
    leader = world.actor(Role.SAFETY_MANAGER, "plant_a")
    place = uuid4()
    made = plan(world, place_id=place)
    stopped = exemptions.add(
        leader, world.workshop_a, place, starts_at=at(7), reason="repair", now=at(7)
    )
    assert {row.state for row in rows(made)} == {State.EXEMPT}
    later = plan(world, place_id=place)
    assert {row.state for row in rows(later)} == {State.EXEMPT}
    exemptions.end(leader, stopped.pk, now=at(30))
    assert [row.state for row in rows(made)] == [State.EXEMPT, State.PENDING]
    due = queries.counts(SYSTEM, at(0), at(72))
    assert (due.due, due.exempt) == (2, 2)


def test_sql_and_python_agree_on_what_falls_out(world: World) -> None:
    leader = world.actor(Role.SAFETY_MANAGER, "plant_a")
    for hours in range(-6, 48, 5):
        place = uuid4()
        made = plan(world, place_id=place, time_from=dt.time(8), time_to=dt.time(18))
        begins, ends = at(hours), at(hours + 13)
        exemptions.add(
            leader, world.workshop_a, place, starts_at=begins, ends_at=ends, reason="x", now=at(6)
        )
        for row in rows(made):
            expected = rules.falls_out(row.opens_at, row.due_at, begins, ends)
            assert (row.state == State.EXEMPT) == expected, (hours, row.opens_at)


def test_changing_when_makes_what_is_to_come_anew(world: World) -> None:
    leader = world.actor(Role.SAFETY_MANAGER, "plant_a")
    made = plan(world)
    instances.fulfil(SYSTEM, rows(made)[0].pk, at(7), uuid4())
    plans.save(leader, world.plant_a, plan_id=made.pk, cycle_unit="hour", cycle_n=12, now=at(8))
    assert [(row.opens_at, row.state) for row in rows(made)] == [
        (at(0), State.DONE), (at(12), State.PENDING), (at(24), State.PENDING),
        (at(36), State.PENDING),
    ]  # fmt: skip


def test_changing_whose_moves_what_is_open(world: World) -> None:
    leader = world.actor(Role.SAFETY_MANAGER, "plant_a")
    made = plan(world)
    plans.save(leader, world.plant_a, plan_id=made.pk, organisation=world.plant_a, now=at(8))
    assert {row.scope_path for row in rows(made)} == {world.plant_a.path}


def test_a_stopped_plan_takes_back_what_has_not_opened(world: World) -> None:
    leader = world.actor(Role.SAFETY_MANAGER, "plant_a")
    made = plan(world)
    plans.stop(leader, made.pk, "tank demolished", now=at(8))
    assert [row.state for row in rows(made)] == [State.EXEMPT]
    assert instances.make(at(24 * 9), at(8)) == 0


def test_plans_are_checked_and_guarded(world: World) -> None:
    with pytest.raises(BadInput) as refused:
        plan(world, title="", cycle_n=0, work_type=3, role_item=11, organisation=world.plant_b)
    assert set(refused.value.by_field()) == {"title", "cycle_n", "role_item", "organisation"}
    with pytest.raises(Forbidden):
        data.plan(world, actor=world.actor(Role.OPERATOR, "workshop_a"), now=at(6))
    with pytest.raises(NotYours):
        data.plan(world, actor=world.actor(Role.SAFETY_MANAGER, "plant_b"), now=at(6))


def test_a_warning_is_raised_once_and_cleared_with_a_reason(world: World) -> None:
    leader = world.actor(Role.SAFETY_MANAGER, "plant_a")
    subject = uuid4()
    given = {"trigger": "finding", "subject_kind": "finding", "subject_id": subject, "title": "x"}
    raised = warnings.raise_(SYSTEM, world.workshop_a, colour=2, **given)
    risen = warnings.raise_(SYSTEM, world.workshop_a, colour=4, **given)
    assert (risen.pk, risen.colour) == (raised.pk, 4)
    assert "area" in risen.recipients
    with pytest.raises(Forbidden):
        warnings.clear(world.actor(Role.OPERATOR, "workshop_a"), raised.pk, "no")
    cleared = warnings.clear(leader, raised.pk, "accepted")
    assert (cleared.cleared_by_id, cleared.clear_reason) == (leader.user_id, "accepted")
    assert warnings.raise_(SYSTEM, world.workshop_a, colour=2, **given).pk != raised.pk


def test_time_does_not_raise_a_cleared_warning_again(world: World) -> None:
    made = plan(world)
    mark(at(25))
    warning = queries.open_warnings(SYSTEM).get()
    warnings.clear(world.actor(Role.SAFETY_MANAGER, "plant_a"), warning.pk, "unit was empty")
    mark(at(49))
    assert [w.subject_id for w in queries.open_warnings(SYSTEM)] == [rows(made)[1].pk]


def test_the_wall_hides_other_plants_and_the_months_themselves(world: World) -> None:
    from django.db import connection, transaction
    from django.db.utils import ProgrammingError

    plan(world)
    other = world.actor(Role.SAFETY_MANAGER, "plant_b")
    wall.bind(other.scope)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM duties_instance")
        assert cursor.fetchone() == (0,)
        with pytest.raises(ProgrammingError), transaction.atomic():
            cursor.execute("SELECT count(*) FROM duties_instance_2026_03")


def test_red_is_told_at_once_and_the_rest_once_a_day(world: World) -> None:
    head = world.user(Role.WORKSHOP_HEAD, "workshop_a")
    principal = world.user(Role.PRINCIPAL, "plant_a")
    officer = world.user(Role.PARK_OFFICER, "park_a")
    stranger = world.user(Role.PRINCIPAL, "plant_b")
    plan(world)
    plan(world)
    plan(world, work_type=1, role_item=1)
    mark(at(48.5))
    assert telling.tell_red(at(48.5)) == 1
    told = Notice.objects.filter(kind="duties.red")
    assert {n.recipient_id for n in told} == {head.pk, principal.pk, officer.pk}
    assert telling.tell_warnings(at(55)) == 5
    summary = Notice.objects.get(kind="duties.warnings", recipient=head)
    assert summary.params["count"] == 5
    assert telling.tell_warnings(at(56)) == 0
    assert not Notice.objects.filter(recipient=stranger).exists()


def test_everybody_gets_one_digest_a_day(world: World) -> None:
    operator = world.user(Role.OPERATOR, "workshop_a")
    for _ in range(3):
        plan(world, role=Role.OPERATOR)
    mark(at(24.1))
    assert telling.digest(at(31)) == 1
    notice = Notice.objects.get(kind="duties.digest")
    assert (notice.recipient_id, notice.params) == (operator.pk, {"due": 3, "overdue": 3})
    assert telling.digest(at(32)) == 0


def test_the_clock_makes_marks_and_tells(world: World) -> None:
    from anlan.base.duties import jobs

    plan(world, now=at(6))
    context: Any = None
    assert jobs.make(context).params["made"] > 0
    assert jobs.mark(context).params["overdue"] > 0
    assert jobs.digest(context).params["people"] == 0
    assert jobs.warnings(context).params["count"] > 0
