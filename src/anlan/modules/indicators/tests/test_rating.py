"""The weekly score: the statement agrees with the rule, and with what people expect."""

import datetime as dt
from decimal import Decimal

import pytest

from anlan.base.actors.roles import Role
from anlan.base.audit.models import AuditEvent
from anlan.base.clock import now
from anlan.base.duties.models import RaisedWarning
from anlan.modules.indicators import rules
from anlan.modules.indicators.models import AreaParameters, WeeklyScore
from anlan.modules.indicators.rules import Tally
from anlan.modules.indicators.services.rating import note_completion, rate_week, so_far
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
    assert (own.score, others.score) == (90, 93)


def test_warnings_follow_the_score(world) -> None:
    with data.everything():
        data.duties(world.plant_a, "done", 7)
        data.duties(world.plant_a, "overdue", 3)
        data.finding(world.plant_a)
        first = rate_week(data.WEEK)
        raised = RaisedWarning.objects.unscoped("test").get(subject_kind="score")
        assert (first.n_raised, raised.colour, raised.enterprise_id) == (1, 4, world.plant_a.pk)
        assert "principal_responsible_person" in raised.recipients
        assert rate_week(data.WEEK).n_changed == 0
        data.duties(world.plant_a, "done", 200)
        for _n in range(30):
            data.finding(world.plant_a, "accepted")
        again = rate_week(data.WEEK)
        raised.refresh_from_db()
        assert (again.n_cleared, raised.cleared_at is not None) == (1, True)
    assert AuditEvent.objects.filter(event="indicators.scored").count() >= 2


def test_a_fall_is_blue_and_two_weeks_of_medium_orange(world) -> None:
    with data.everything():
        for plant, before in ((world.plant_a, 100), (world.plant_b, 70)):
            WeeklyScore.objects.create(
                enterprise=plant, scope_path=plant.path, week_on=data.WEEK - rules.WEEK,
                score=before, band="excellent" if before == 100 else "medium",
            )  # fmt: skip
            data.duties(plant, "done", 8)
            data.duties(plant, "overdue", 2)
    assert (rated(world.plant_a).colour, rated(world.plant_a).fell) == (1, 10)
    with data.everything():
        data.finding(world.plant_b)
        data.finding(world.plant_b, "accepted")
    assert (rated(world.plant_b).band, rated(world.plant_b).colour) == ("medium", 3)


def test_ranks_are_within_county_and_city(world) -> None:
    with data.everything():
        for plant, n in ((world.plant_a, 0), (world.plant_a2, 1), (world.plant_b, 2)):
            data.duties(plant, "done", 9)
            data.duties(plant, "overdue", n + 1)
    first, second = rated(world.plant_a), rated(world.plant_a2)
    assert (first.rank_county, first.rated_county, first.rank_city) == (1, 1, 1)
    assert (second.rank_county, second.rank_city, second.rated_city) == (1, 2, 2)


def test_the_running_week_is_shown_without_being_kept(world) -> None:
    actor = world.actor(Role.SAFETY_MANAGER, "plant_a")
    shown = so_far(actor, world.plant_a.pk, now() + dt.timedelta(minutes=1))
    assert (shown.score, shown.planned) == (None, 0)
    assert not WeeklyScore.objects.unscoped("test").exists()


def test_completion_of_the_risk_analysis(world) -> None:
    from anlan.modules.risk.tests import data as risk

    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    event = risk.an_event(manager, risk.a_unit(manager, risk.an_object(manager)))
    risk.a_measure(manager, event)
    whole = risk.a_unit(manager, risk.an_object(manager, "D2"), "U2")
    monitored = {"verification": 1, "tag": "LT-101"}
    risk.a_measure(manager, risk.an_event(manager, whole, "E2"), "C2", **monitored)
    row = rated(world.plant_a)
    with data.everything():
        note_completion(data.WEEK)
        row.refresh_from_db()
    assert (row.objects_total, row.objects_complete) == (2, 1)
