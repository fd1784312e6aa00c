"""The weekly score: the statement agrees with the rule, and with what people expect."""

import datetime as dt
from decimal import Decimal

import pytest

from anlan.base.actors.roles import Role
from anlan.base.actors.wall import acting_as
from anlan.modules.indicators import queries, rules
from anlan.modules.indicators.models import AreaParameters, WeeklyScore
from anlan.modules.indicators.rules import Tally
from anlan.modules.indicators.services import parameters, rating
from anlan.modules.indicators.services.rating import rate_week
from anlan.modules.indicators.tests import data

pytestmark = pytest.mark.django_db


def rated(place) -> WeeklyScore:
    with data.everything():
        rate_week(data.WEEK)
        return WeeklyScore.objects.unscoped("test").get(enterprise=place, week_on=data.WEEK)


def tally(row: WeeklyScore, role_missed: int, has_analysis: bool = False) -> Tally:
    return Tally(
        planned=row.planned, done=row.done, late=row.late, exempt=row.exempt,
        role_missed=role_missed, due=row.findings_due, accepted=row.findings_accepted,
        few_done=row.few_done, few_findings=row.few_findings, major_overdue=row.major_overdue,
        doubtful=row.doubtful, has_analysis=has_analysis,
    )  # fmt: skip


def test_what_was_counted_and_what_follows(world) -> None:
    with data.everything():
        plant = world.plant_a
        data.duties(plant, "done", 8)
        data.duties(plant, "overdue", 1)
        data.duties(plant, "done_late", 1)
        data.duties(plant, "exempt", 5)
        data.duties(plant, "done", 2, work_type=1)
        data.duties(plant, "overdue", 3, work_type=2)
        data.duties(plant, "overdue", 50, kind="plain")
        data.finding(plant, "accepted")
        data.finding(plant, "accepted", deadline=data.WEEK + 30 * data.DAY)
        data.finding(plant)
        data.finding(plant, deadline=data.WEEK + 30 * data.DAY)
        data.finding(plant, "dismissed")
    row = rated(plant)
    assert (row.planned, row.done, row.late, row.exempt) == (15, 10, 1, 5)
    assert (row.role_planned, row.role_done) == ([2, 3, 0], [2, 0, 0])
    assert (row.findings_due, row.findings_accepted, row.findings_new) == (3, 2, 4)
    assert row.inspection_points == Decimal("33.33")
    assert row.coverage_deduction == 6
    assert row.rectification_points == Decimal("33.33")
    assert (row.score, row.band) == (Decimal("60.67"), "medium")
    assert rules.rate(tally(row, 3)).score == row.score


@pytest.mark.parametrize(
    ("state", "n", "findings", "score"),
    [
        ("done", 3, ["accepted"], "100.00"),
        ("overdue", 3, [], "0"),
        ("exempt", 3, [], "100.00"),
        ("done", 3, ["rectifying", "accepted"], "75.00"),
        ("", 0, ["rectifying"], "0.00"),
    ],
)
def test_nought_in_the_denominator_is_decided(world, state, n, findings, score) -> None:
    with data.everything():
        if n:
            data.duties(world.plant_a, state, n)
        for one in findings:
            data.finding(world.plant_a, one)
    row = rated(world.plant_a)
    assert row.score == Decimal(score)
    assert rules.rate(tally(row, 0)).score == row.score
    assert list(rules.rate(tally(row, 0)).vetoes) == row.vetoes


@pytest.mark.parametrize("window", [dt.timedelta(hours=8), dt.timedelta(days=30)])
def test_what_is_due_at_midnight_is_of_the_week_that_ends_there(world, window) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    with data.everything():
        data.duties(world.plant_a, "done", first_due=data.END, window=window)
        data.duties(world.plant_a, "overdue", first_due=data.START, window=window)
    row = rated(world.plant_a)
    assert (row.planned, row.done, row.score) == (1, 1, Decimal(100))
    with acting_as(manager.scope):
        shown = queries.counted_duties(manager, world.plant_a.pk, data.WEEK)
        assert [duty.due_at for duty in shown] == [data.END]
        (node, *_) = queries.rates(manager, world.plant_a.pk, data.WEEK).nodes
        assert (node.planned, node.done) == (1, 1)
        before = queries.counted_duties(manager, world.plant_a.pk, data.WEEK - rules.WEEK)
        assert [duty.due_at for duty in before] == [data.START]


def test_who_has_entered_nothing_is_not_rated(world) -> None:
    row = rated(world.plant_b)
    assert (row.score, row.band, row.rank_county) == (None, "", None)
    assert rules.rate(tally(row, 0)).score is None


def test_too_few_findings_cost_points(world) -> None:
    with data.everything():
        data.duties(world.plant_a, "done", 130)
    row = rated(world.plant_a)
    assert (row.few_done, row.few_deduction, row.score) == (520, 5, 95)
    with data.everything():
        data.finding(world.plant_a, "accepted")
    assert rated(world.plant_a).score == 100


def test_a_major_one_past_its_deadline_is_a_veto(world) -> None:
    with data.everything():
        data.duties(world.plant_a, "done", 3)
        data.finding(world.plant_a, level=1)
    row = rated(world.plant_a)
    assert (row.score, row.vetoes, row.colour) == (0, ["major_overdue"], 4)


def test_an_authority_sets_its_own(world) -> None:
    AreaParameters.objects.create(
        area=world.city_a, values={"band_good": "70", "responsible_point": "1"}, reason="x"
    )
    AreaParameters.objects.create(
        area=world.county_a, values={"responsible_point": "5"}, reason="x"
    )
    with data.everything():
        for plant in (world.plant_a, world.plant_b):
            data.duties(plant, "done", 9)
            data.duties(plant, "overdue", 1, work_type=1)
    own, others = rated(world.plant_a), rated(world.plant_b)
    assert (own.coverage_deduction, others.coverage_deduction) == (5, 2)
    assert own.parameters == {"band_good": "70", "responsible_point": "5"}
    assert others.parameters == {}


def test_a_park_sets_more_than_its_county(world) -> None:
    leader = world.actor(Role.BUREAU_LEADER, "county_a")
    parameters.parameters_save(leader, world.county_a.pk, {"band_good": Decimal(75)}, "x")
    parameters.parameters_save(leader, world.park_a.pk, {"responsible_point": Decimal(4)}, "园区")
    with data.everything():
        data.duties(world.plant_a, "done", 9)
        data.duties(world.plant_a, "overdue", 1, work_type=1)
    row = rated(world.plant_a)
    assert row.parameters == {"band_good": "75", "responsible_point": "4"}
    assert row.coverage_deduction == 4
    found = rating.parameters_at(world.workshop_a.path)
    assert (found["band_good"], found["responsible_point"]) == (75, 4)
    assert rating.parameters_at(world.plant_b.path)["band_good"] == 80
