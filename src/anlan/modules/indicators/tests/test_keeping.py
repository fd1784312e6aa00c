"""Reports, ledger and parameters: who may, what is refused, what history says."""

import datetime as dt
from decimal import Decimal

import pytest

from anlan.base.actors.roles import Role
from anlan.base.audit.models import AuditEvent
from anlan.base.clock import today
from anlan.base.errors import BadInput, Forbidden, NotYours
from anlan.modules.indicators import elements, problems, queries_analysis
from anlan.modules.indicators.rules import advice
from anlan.modules.indicators.services import incentives, parameters, reports
from anlan.modules.indicators.tests import data

pytestmark = pytest.mark.django_db
MONTH = data.WEEK.replace(day=1)


@pytest.fixture
def manager(world):
    return world.actor(Role.SAFETY_MANAGER, "plant_a")


def told(row) -> list[str]:
    rows = AuditEvent.objects.filter(object_id=row.pk).order_by("seq")
    return list(rows.values_list("event", flat=True))


def test_a_month_is_counted_and_frozen(world, manager) -> None:
    when = {"registered_at": data.START.replace(day=data.START.day), "found_at": data.START}
    with data.everything():
        first = data.finding(world.plant_a, discipline=2, root_cause="ageing", **when)
        data.finding(world.plant_a, "accepted", discipline=2, repeat_of=first, **when)
        data.finding(world.plant_a, level=1, discipline=3, **when)
        data.finding(world.plant_b, **when)
    month = data.WEEK
    found = queries_analysis.figures(manager, month, world.plant_a.pk)
    assert (found.total, found.major, found.accepted) == (3, 1, 1)
    assert [n for _label, n in found.groups["discipline"]] == [2, 1]
    assert len(found.repeated) == 1
    save = {"conclusion": "", "measures": ""}
    row = reports.analysis_save(manager, world.plant_a.pk, month, **save)
    with pytest.raises(BadInput):
        reports.analysis_save(manager, world.plant_a.pk, month, **save, finish=True)
    save["conclusion"] = "工艺类最多"
    done = reports.analysis_save(manager, world.plant_a.pk, month, **save, finish=True)
    assert queries_analysis.from_json(done.figures) == found
    with pytest.raises(problems.Finished):
        reports.analysis_save(manager, world.plant_a.pk, month, **save)
    assert told(row) == ["indicators.analysis_saved", "indicators.analysis_finished"]
    with pytest.raises(NotYours):
        reports.analysis_save(manager, world.plant_b.pk, month, **save)
    operator = world.actor(Role.OPERATOR, "workshop_a")
    with pytest.raises(Forbidden):
        reports.analysis_save(operator, world.plant_a.pk, month, **save)


def test_a_self_evaluation_adds_up(world, manager) -> None:
    full = {one.code: {"points": one.score, "text": "x"} for one in elements.elements()}
    assert sum(one.score for one in elements.elements() if not one.is_bonus) == 100
    give = {"summary": "", "answers": full}
    row = reports.evaluation_save(manager, world.plant_a.pk, 2026, 1, **give)
    assert row.total == 110
    give["answers"] = {**full, "1.1": {"points": "3", "text": ""}}
    with pytest.raises(BadInput):
        reports.evaluation_save(manager, world.plant_a.pk, 2026, 1, **give)
    give["answers"] = {**full, "1.1": {"points": "", "text": ""}}
    with pytest.raises(BadInput):
        reports.evaluation_save(manager, world.plant_a.pk, 2026, 1, **give, finish=True)
    facts = queries_analysis.facts_of_half(manager, world.plant_a.pk, 2026, 1)
    assert {key for one in elements.elements() for key in one.figures} <= set(facts)


def test_rewards_follow_rules_and_are_never_deleted(world, manager) -> None:
    assert incentives.rules_adopt(manager, world.plant_a.pk) == 6
    assert incentives.rules_adopt(manager, world.plant_a.pk) == 0
    rule = incentives.rule_save(
        manager,
        world.plant_a.pk,
        code="J1",
        kind="reward",
        title="上报重大隐患",
        amount=Decimal(2000),
    )
    give = {"happened_on": today(), "person_name": "郭承安", "reason": "报告储罐区泄漏"}
    row = incentives.incentive_enter(manager, rule.pk, **give)
    assert (row.kind, row.amount) == ("reward", 2000)
    late = {**give, "happened_on": today() + dt.timedelta(days=1)}
    with pytest.raises(BadInput):
        incentives.incentive_enter(manager, rule.pk, **late)
    with pytest.raises(BadInput):
        incentives.incentive_revoke(manager, row.pk, " ")
    incentives.incentive_revoke(manager, row.pk, "重复登记")
    with pytest.raises(problems.AlreadyRevoked):
        incentives.incentive_revoke(manager, row.pk, "重复登记")
    assert told(row) == ["indicators.incentive_entered", "indicators.incentive_revoked"]
    stranger = world.actor(Role.SAFETY_MANAGER, "plant_b")
    with pytest.raises(NotYours):
        incentives.incentive_enter(stranger, rule.pk, **give)


def test_an_authority_sets_parameters_for_its_own_area_alone(world, manager) -> None:
    leader = world.actor(Role.BUREAU_LEADER, "city_a")
    row = parameters.parameters_save(
        leader, world.city_a.pk, {"band_good": Decimal(75), "few_point": Decimal(5)}, "试行"
    )
    assert row.values == {"band_good": "75"}
    with pytest.raises(BadInput):
        parameters.parameters_save(leader, world.city_a.pk, {"band_good": Decimal(95)}, "x")
    with pytest.raises(NotYours):
        parameters.parameters_save(leader, world.city_b.pk, {}, "x")
    with pytest.raises((NotYours, Forbidden)):
        parameters.parameters_save(manager, world.county_a.pk, {}, "x")
    assert told(row) == ["indicators.parameters_saved"]


def test_advice_follows_band_and_warnings() -> None:
    assert advice("excellent", 0, 0).every_days == 180
    assert advice("excellent", 1, 0).every_days == 90
    assert advice("good", 0, 1).every_days == 7
    assert advice("poor", 0, 1).step == 3
    assert advice("", 0, 0) is None
