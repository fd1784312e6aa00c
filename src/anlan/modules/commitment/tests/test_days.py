"""A day from the shift to the gate."""

import datetime as dt

import pytest

from anlan.base.actors.models import Organisation
from anlan.base.actors.roles import OrganisationKind, Role
from anlan.base.audit.models import AuditEvent
from anlan.base.clock import today
from anlan.base.errors import BadInput, Forbidden, NotYours
from anlan.base.ids import uuid7
from anlan.base.states.problems import NotFromHere, ReasonMissing
from anlan.modules.commitment import problems, queries
from anlan.modules.commitment.services import chain, days
from anlan.modules.commitment.states import CommitmentState
from anlan.modules.findings.tests import data as findings

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(world):
    return world.actor(Role.SAFETY_MANAGER, "plant_a")


@pytest.fixture
def principal(world):
    return world.actor(Role.PRINCIPAL, "plant_a")


@pytest.fixture
def head(world):
    return world.actor(Role.WORKSHOP_HEAD, "workshop_a")


@pytest.fixture
def inspector(world):
    return world.actor(Role.BUREAU_INSPECTOR, "county_a")


def prepared(actor, row, **more):
    given = {
        "counts": dict(row.counts),
        "grade": row.grade,
        "text": row.text,
        "committer": "郭承安",
    }
    return days.prepare(actor, row.pk, **(given | more))


def test_from_the_workshop_to_the_gate(world, manager, principal, head, inspector) -> None:
    chain.add(manager, world.workshop_a.pk)
    row = days.open_day(manager, world.plant_a.pk, today())
    assert days.open_day(head, world.plant_a.pk, today()).pk == row.pk
    (judgement,) = queries.judgements(manager, row.pk)
    with pytest.raises(problems.NotPrepared):
        days.publish(principal, row.pk, reason="x")
    prepared(manager, row)
    with pytest.raises(problems.LevelsUnsigned):
        days.publish(principal, row.pk)
    days.sign(head, judgement.pk, grade=3, text="本车间平稳")
    with pytest.raises(Forbidden):
        days.publish(manager, row.pk)
    assert queries.rate(inspector, today()).published == 0
    out = days.publish(principal, row.pk)
    assert out.state == CommitmentState.PUBLISHED
    assert {flag["code"] for flag in out.flags} <= {"late"}
    assert queries.rate(inspector, today()).published == 1
    assert world.plant_a.pk not in queries.missing(inspector, today()).values_list("pk", flat=True)
    told = AuditEvent.objects.filter(object_id=row.pk).order_by("seq")
    assert list(told.values_list("event", flat=True)) == [
        "commitment.started", "commitment.prepared", "commitment.published",
    ]  # fmt: skip


def test_a_contradiction_is_shown_to_the_bureau(world, manager, principal, inspector) -> None:
    row = days.open_day(manager, world.plant_a.pk, today())
    prepared(manager, row, grade=3)
    major = findings.report(manager, world.plant_a, level=1)
    days.publish(principal, row.pk)
    seen = queries.of_day(inspector, world.plant_a.pk, today())
    codes = {flag["code"] for flag in seen.flags}
    assert {"grade_too_low", "count_differs"} <= codes
    assert major.level == 1


def test_published_is_corrected_with_a_reason(world, manager, principal) -> None:
    row = days.open_day(manager, world.plant_a.pk, today())
    prepared(manager, row)
    days.publish(principal, row.pk)
    with pytest.raises(problems.NotToday):
        prepared(manager, row, text="x")
    with pytest.raises(ReasonMissing):
        days.correct(principal, row.pk, "")
    days.correct(principal, row.pk, "动火数量有误")
    prepared(manager, row, text="更正后的承诺")
    assert days.publish(principal, row.pk).text == "更正后的承诺"


def test_units_must_add_up(world, manager, principal) -> None:
    row = days.open_day(manager, world.plant_a.pk, today())
    prepared(manager, row, counts={"n_units": 3, "n_running": 1})
    with pytest.raises(problems.UnitsDoNotAddUp):
        days.publish(principal, row.pk)


def test_other_days_and_other_plants_stay_closed(world, manager) -> None:
    with pytest.raises(problems.NotToday):
        days.open_day(manager, world.plant_a.pk, today() - dt.timedelta(days=1))
    with pytest.raises(NotYours):
        days.open_day(world.actor(Role.SAFETY_MANAGER, "plant_b"), world.plant_a.pk, today())
    row = days.open_day(manager, world.plant_a.pk, today())
    with pytest.raises(NotYours):
        days.publish(world.actor(Role.PRINCIPAL, "plant_b"), row.pk)


def test_a_shift_signs_only_its_own(world, manager, head) -> None:
    node = Organisation.objects.create(
        id=(pk := uuid7()),
        kind=OrganisationKind.TEAM,
        name="甲班",
        parent=world.plant_a,
        path=world.plant_a.path + f"t{pk.hex}/",
    )
    chain.add(manager, node.pk)
    row = days.open_day(manager, world.plant_a.pk, today())
    (judgement,) = queries.judgements(manager, row.pk)
    with pytest.raises(Forbidden):
        days.sign(head, judgement.pk, grade=3, text="x")
    with pytest.raises(BadInput):
        days.sign(manager, judgement.pk, grade=7, text="x")
    days.sign(manager, judgement.pk, grade=3, text="x")
    with pytest.raises(NotFromHere):
        days.sign(manager, judgement.pk, grade=3, text="x")
