"""A day from the shift to the gate."""

import datetime as dt

import pytest
from django.utils import translation

from anlan.base.actors.models import Organisation
from anlan.base.actors.roles import OrganisationKind, Role
from anlan.base.api.tests.test_api import Caller
from anlan.base.audit.models import AuditEvent
from anlan.base.clock import SHANGHAI, now, today
from anlan.base.duties import queries as duties
from anlan.base.duties.models import Instance, Plan, RaisedWarning
from anlan.base.duties.services import instances
from anlan.base.duties.states import FINISHED, State
from anlan.base.errors import BadInput, Forbidden, NotYours
from anlan.base.ids import uuid7
from anlan.base.inbox.models import Notice
from anlan.base.states.problems import NotFromHere, ReasonMissing
from anlan.modules.commitment import facts, problems, queries, rules
from anlan.modules.commitment.fields import COUNTS
from anlan.modules.commitment.services import chain, days, steps
from anlan.modules.commitment.states import CommitmentState
from anlan.modules.commitment.ui import showing
from anlan.modules.findings.tests import data as findings
from anlan.modules.registry.models import Enterprise
from anlan.modules.risk.services import shutdowns
from anlan.modules.risk.tests import data as risk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_chinese():
    # A page that another test asked for in English leaves its language behind.
    with translation.override("zh-hans"):
        yield


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


def test_each_step_is_a_duty_that_signing_and_publishing_fulfil(
    world, manager, principal, head, inspector
) -> None:
    node = chain.add(manager, world.workshop_a.pk)
    plans = {p.subject_id: p for p in Plan.objects.unscoped("test").filter(kind="commitment")}
    assert set(plans) == {node.pk, world.plant_a.pk}
    company, workshop = plans[world.plant_a.pk], plans[node.pk]
    assert (company.role, f"{company.time_to:%H:%M}") == (Role.PRINCIPAL, "10:00")
    assert (workshop.role, workshop.organisation_id) == (Role.WORKSHOP_HEAD, world.workshop_a.pk)
    # The plans came in the course of the day: let the windows of this day be there.
    midnight = dt.datetime.combine(today(), dt.time(0), SHANGHAI)
    Plan.objects.unscoped("test").update(make_from=midnight, made_until=None)
    instances.make(instances.default_until(now()), midnight)

    row = days.open_day(manager, world.plant_a.pk, today())
    (judgement,) = queries.judgements(manager, row.pk)
    prepared(manager, row)
    days.sign(head, judgement.pk, grade=3, text="平稳")
    days.publish(principal, row.pk)
    done = {
        one.plan_id: (one.state in FINISHED, one.record_id)
        for one in Instance.objects.unscoped("test").filter(opens_at=midnight)
    }
    assert done == {company.pk: (True, row.pk), workshop.pk: (True, judgement.pk)}

    chain.remove(manager, node.pk)
    workshop.refresh_from_db()
    assert not workshop.is_active
    assert steps.ensure_all() == {"made": 0, "stopped": 0}


def test_a_missed_step_turns_overdue_and_officers_hear_who_is_missing(
    world, manager, inspector
) -> None:
    chain.add(manager, world.workshop_a.pk)
    company = Plan.objects.unscoped("test").get(subject_id=world.plant_a.pk)
    yesterday = dt.datetime.combine(today() - dt.timedelta(days=1), dt.time(0), SHANGHAI)
    Plan.objects.unscoped("test").update(
        starts_on=yesterday.date(), make_from=yesterday, made_until=None
    )
    instances.make(instances.default_until(yesterday), yesterday)
    instances.mark(yesterday + dt.timedelta(hours=10, minutes=1))
    late = Instance.objects.unscoped("test").get(plan=company, opens_at=yesterday)
    assert late.state == State.OVERDUE
    warning = RaisedWarning.objects.unscoped("test").get(subject_id=late.pk)
    assert warning.colour == 2
    assert warning in duties.open_warnings(inspector)
    assert steps.tell_missing(today()) >= 1
    notice = Notice.objects.get(recipient=inspector.user_id, kind="commitment.missing")
    assert "plant_a" in notice.params["first"]
    steps.tell_missing(today())
    assert (
        Notice.objects.filter(kind="commitment.missing", recipient=inspector.user_id).count() == 1
    )


def test_levels_and_shutdowns_contradict_and_officers_hear_of_it(
    world, manager, principal, inspector
) -> None:
    unit = risk.a_unit(manager, risk.an_object(manager, "D1"), "U1")
    shutdowns.start(manager, unit.pk, reason="大修")
    chain.add(manager, world.workshop_a.pk)
    row = days.open_day(manager, world.plant_a.pk, today())
    (judgement,) = queries.judgements(manager, row.pk)
    days.sign(world.actor(Role.WORKSHOP_HEAD, "workshop_a"), judgement.pk, grade=1, text="动火多")
    prepared(manager, row, grade=3)
    published = days.publish(principal, row.pk)
    codes = {flag["code"] for flag in published.flags}
    assert {"grade_below_level", "shutdown_not_stated"} <= codes
    words = {str(one["text"]) for one in showing.flag_words(published)}
    assert "存在停用部位，但未填报停产或检修" in words
    assert steps.tell_doubtful(today()) >= 1
    assert Notice.objects.filter(recipient=inspector.user_id, kind="commitment.doubtful").exists()


def test_a_later_module_plugs_in_by_one_line(world, manager, principal, monkeypatch) -> None:
    monkeypatch.setattr(facts, "_PROVIDERS", list(facts._PROVIDERS))
    before = facts.known(manager, world.plant_a.pk, world.plant_a.path, today())
    assert "特殊作业票" in facts.not_connected(before)
    names = [one.name for one in COUNTS if one.source == "permits"]
    facts.provide(lambda actor, plant, path, day: dict.fromkeys(names, 0) | {"n_hot_1": 2})
    row = days.open_day(manager, world.plant_a.pk, today())
    assert (row.counts["n_hot_1"], row.grade) == (2, rules.GENERAL)
    assert "特殊作业票" not in facts.not_connected(
        facts.known(manager, world.plant_a.pk, world.plant_a.path, today())
    )
    prepared(manager, row, grade=2, counts={**row.counts, "n_hot_1": 0})
    published = days.publish(principal, row.pk)
    assert [flag["name"] for flag in published.flags if flag["code"] == "count_differs"] == [
        "n_hot_1"
    ]


def test_the_principal_of_the_file_is_offered_as_committer(world, manager) -> None:
    Enterprise.objects.unscoped("test").filter(pk=world.plant_a.pk).update(principal="郭承安")
    assert days.open_day(manager, world.plant_a.pk, today()).committer == "郭承安"


def test_an_enterprise_out_of_operation_is_not_asked(world, manager) -> None:
    chain.add(manager, world.workshop_a.pk)
    Enterprise.objects.unscoped("test").filter(pk=world.plant_a.pk).update(state="stopped")
    assert steps.ensure_all() == {"made": 0, "stopped": 2}
    Enterprise.objects.unscoped("test").filter(pk=world.plant_a.pk).update(state="running")
    assert steps.ensure_all() == {"made": 2, "stopped": 0}


def test_other_systems_read_days_missing_and_rate(world, manager, principal) -> None:
    row = days.open_day(manager, world.plant_a.pk, today())
    prepared(manager, row, grade=3, counts={**row.counts, "n_findings_open": 4})
    days.publish(principal, row.pk)
    caller = Caller(world, Role.BUREAU_INSPECTOR, "county_a", "read")
    listed = caller("GET", f"commitments?doubtful=true&since={today()}").json()["items"]
    assert [one["id"] for one in listed] == [str(row.pk)]
    assert "count_differs" in {flag["code"] for flag in listed[0]["flags"]}
    read = caller("GET", f"commitments/{row.pk}")
    assert read.json()["facts"]["n_hot_1"] is None
    assert read.json()["judgements"] == []
    assert (
        caller("GET", f"commitments/{row.pk}", **{"If-None-Match": read["ETag"]}).status_code == 304
    )
    assert caller("GET", "commitments/rate").json()["published"] == 1
    assert caller("GET", "commitments/missing").json()["items"] == []
    stranger = Caller(world, Role.SAFETY_MANAGER, "plant_b", "read")
    assert stranger("GET", f"commitments/{row.pk}").status_code == 404
    assert stranger("GET", "commitments").json()["items"] == []


def test_a_duty_leads_to_its_step(world, manager, client) -> None:
    node = chain.add(manager, world.workshop_a.pk)
    user = world.user(Role.WORKSHOP_HEAD, "workshop_a")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    begin = client.get(f"/commitment/step/{node.pk}/", follow=True)
    assert f'value="{node.pk}"' in begin.content.decode()
    begun = client.post(f"/commitment/of/{world.plant_a.pk}/", {"step": str(node.pk)}, follow=True)
    assert begun.redirect_chain[-1][0].startswith("/commitment/judgements/")
    assert client.get(f"/commitment/step/{world.plant_a.pk}/").status_code == 302
    assert client.get(f"/commitment/step/{world.plant_b.pk}/").status_code == 404


def test_publishing_unobliged_does_not_raise_the_rate(world, manager, principal, inspector) -> None:
    before = queries.rate(inspector, today())
    Enterprise.objects.unscoped("test").filter(pk=world.plant_a.pk).update(state="stopped")
    row = days.open_day(manager, world.plant_a.pk, today())
    prepared(manager, row)
    days.publish(principal, row.pk)
    after = queries.rate(inspector, today())
    assert (after.obliged, after.published) == (before.obliged - 1, before.published)
    assert after.obliged - after.published == queries.missing(inspector, today()).count()
