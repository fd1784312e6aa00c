"""From report to closure, and who may do what."""

import datetime as dt
from decimal import Decimal

import pytest

from anlan.base.actors.roles import Role
from anlan.base.audit.models import AuditEvent
from anlan.base.clock import today
from anlan.base.errors import BadInput, Forbidden, NotYours
from anlan.base.states.problems import FourEyes, NotFromHere
from anlan.modules.findings import problems
from anlan.modules.findings.services import extending, major, reporting, treating
from anlan.modules.findings.states import FindingState
from anlan.modules.findings.tests import data

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(world):
    return world.actor(Role.SAFETY_MANAGER, "plant_a")


@pytest.fixture
def head(world):
    return world.actor(Role.WORKSHOP_HEAD, "plant_a")


@pytest.fixture
def operator(world):
    return world.actor(Role.OPERATOR, "workshop_a")


@pytest.fixture
def principal(world):
    return world.actor(Role.PRINCIPAL, "plant_a")


@pytest.fixture
def park(world):
    return world.actor(Role.PARK_OFFICER, "park_a")


@pytest.fixture
def owner(world):
    return world.user(Role.WORKSHOP_HEAD, "plant_a")


def told(row) -> list[str]:
    rows = AuditEvent.objects.filter(object_id=row.pk).order_by("seq")
    return list(rows.values_list("event", flat=True))


def test_from_report_to_closure(world, operator, manager, head, owner) -> None:
    row = data.report(operator, world.plant_a)
    assert row.number == f"YH-{today().year}-0001"
    treating.confirm(manager, row.pk, data.plan(owner))
    treating.start(head, row.pk)
    with pytest.raises(problems.NothingDone):
        treating.submit(head, row.pk, result="done")
    data.photo(row)
    treating.submit(head, row.pk, result="垫片已更换", cost=Decimal("120.50"))
    with pytest.raises((FourEyes, problems.OwnerAccepts)):
        treating.accept(head, row.pk)
    closed = treating.accept(manager, row.pk, opinion="合格")
    assert closed.state == FindingState.ACCEPTED
    assert told(row) == [
        "findings.reported", "findings.confirmed", "findings.started", "findings.submitted",
        "findings.accepted",
    ]  # fmt: skip


def test_a_second_arrival_is_the_same_finding(world, operator) -> None:
    what = reporting.Report(title="地面油污")
    first = reporting.report(operator, world.plant_a.pk, what)
    again = reporting.report(operator, world.plant_a.pk, what)
    assert (first.pk, first.number) == (again.pk, again.number)
    assert told(first) == ["findings.reported"]


def test_others_see_nothing(world, operator, owner) -> None:
    row = data.report(operator, world.plant_a)
    stranger = world.actor(Role.SAFETY_MANAGER, "plant_b")
    with pytest.raises(NotYours):
        treating.confirm(stranger, row.pk, data.plan(owner))
    with pytest.raises(NotYours):
        data.report(stranger, world.plant_a)


def test_an_operator_confirms_nothing(world, operator, owner) -> None:
    row = data.report(operator, world.plant_a)
    with pytest.raises(Forbidden):
        treating.confirm(operator, row.pk, data.plan(owner))


def test_confirmation_names_what_is_missing(world, operator, manager) -> None:
    row = data.report(operator, world.plant_a)
    empty = treating.Plan(level=0, owner_id=None, deadline=None)
    with pytest.raises(BadInput) as caught:
        treating.confirm(manager, row.pk, empty)
    assert {one.field for one in caught.value.problems} == {"owner", "deadline", "measures"}
    stranger = world.user(Role.SAFETY_MANAGER, "plant_b")
    with pytest.raises(BadInput) as caught:
        treating.confirm(manager, row.pk, data.plan(stranger))
    assert [one.field for one in caught.value.problems] == ["owner"]


def test_corrected_on_the_spot(world, operator, manager) -> None:
    row = data.report(operator, world.plant_a, result="阀门已关严，油污已清")
    data.photo(row, "before")
    with pytest.raises(problems.NotOnTheSpot):
        treating.close_on_the_spot(manager, row.pk, result="")
    data.photo(row, "after")
    closed = treating.close_on_the_spot(manager, row.pk, result="")
    assert closed.state == FindingState.ACCEPTED
    assert closed.accepted_at is not None


def test_the_submitter_does_not_accept(world, operator, manager, owner) -> None:
    row = data.report(operator, world.plant_a)
    treating.confirm(manager, row.pk, data.plan(owner))
    data.photo(row)
    treating.submit(manager, row.pk, result="done")
    with pytest.raises((FourEyes, problems.OwnerAccepts)):
        treating.accept(manager, row.pk)


def test_sent_back_and_done_again(world, operator, manager, head, owner) -> None:
    row = data.report(operator, world.plant_a)
    treating.confirm(manager, row.pk, data.plan(owner))
    data.photo(row)
    treating.submit(head, row.pk, result="done")
    back = treating.reject(manager, row.pk, "漏点仍在")
    assert (back.state, back.submitted_by_id) == (FindingState.RECTIFYING, None)
    treating.submit(head, row.pk, result="done again")
    treating.accept(manager, row.pk)
    opened = treating.reopen(manager, row.pk, "再次泄漏", today() + dt.timedelta(days=3))
    assert (opened.state, opened.accepted_at) == (FindingState.CONFIRMED, None)


def test_more_time(world, operator, manager, head, owner, principal) -> None:
    row = data.report(operator, world.plant_a)
    with pytest.raises(problems.NotConfirmedYet):
        extending.request(head, row.pk, new_deadline=today(), reason="x")
    treating.confirm(manager, row.pk, data.plan(owner))
    later = today() + dt.timedelta(days=20)
    asked = extending.request(head, row.pk, new_deadline=later, reason="等备件")
    with pytest.raises(problems.AlreadyDone):
        extending.request(head, row.pk, new_deadline=later, reason="等备件")
    extending.grant(manager, asked.pk)
    row.refresh_from_db()
    assert row.deadline == later
    assert row.first_deadline == today() + dt.timedelta(days=7)
    assert "findings.extension_granted" in told(row)


def test_a_late_request_goes_higher(world, operator, manager, head, owner, principal) -> None:
    row = data.report(operator, world.plant_a)
    treating.confirm(manager, row.pk, data.plan(owner))
    row.refresh_from_db()
    row.deadline = today() - dt.timedelta(days=2)
    row.save()
    asked = extending.request(
        head, row.pk, new_deadline=today() + dt.timedelta(days=2), reason="等备件"
    )
    with pytest.raises(Forbidden):
        extending.grant(manager, asked.pk)
    extending.grant(principal, asked.pk)
    row.refresh_from_db()
    assert row.overdue_days == 2


def test_a_major_one_needs_two_levels(
    world, operator, manager, head, owner, principal, park
) -> None:
    row = data.report(operator, world.plant_a, title="可燃气体探测器停用")
    with pytest.raises(problems.WrongCriterion):
        major.raise_level(operator, row.pk, "MH17-12", "探测器未投用")
    major.raise_level(operator, row.pk, "MH26-5.4.2", "探测器未投用")
    treating.confirm(manager, row.pk, data.plan(owner, level=1))
    data.photo(row)
    with pytest.raises(problems.FiveMissing):
        treating.submit(head, row.pk, result="done")
    plan = data.plan(owner, funds=Decimal(9600), plan="罐区泄漏现场处置方案")
    treating.change(manager, row.pk, plan)
    with pytest.raises(problems.NotSigned):
        treating.submit(head, row.pk, result="done")
    major.sign(principal, row.pk)
    with pytest.raises(problems.NotReviewed):
        treating.submit(head, row.pk, result="done")
    major.review(park, row.pk)
    listed = major.list_for_supervision(park, row.pk)
    assert listed.listing_number.startswith("GP-")
    with pytest.raises(problems.NotYetClosed):
        major.clear(park, row.pk)
    treating.submit(head, row.pk, result="done")
    treating.accept(manager, row.pk)
    assert major.clear(park, row.pk).cleared_at is not None


def test_an_anonymous_report_names_nobody(world, operator) -> None:
    row = data.report(operator, world.plant_a, is_anonymous=True, channel="employee")
    event = AuditEvent.objects.get(object_id=row.pk)
    assert row.registered_by_id is None
    assert (event.actor_id, event.actor_name) == (None, "")


def test_an_outside_inspection_says_when_it_ended(world, manager) -> None:
    with pytest.raises(BadInput) as caught:
        data.report(manager, world.plant_a, channel="county")
    assert [one.field for one in caught.value.problems] == ["inspected_on"]


def test_nothing_moves_from_the_wrong_state(world, operator, manager) -> None:
    row = data.report(operator, world.plant_a)
    with pytest.raises(NotFromHere):
        treating.accept(manager, row.pk)
