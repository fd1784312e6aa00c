"""What a year leaves besides findings: weekly scores, analyses, rewards, inspections, ledgers.

The last week is rated by the product. Duties are kept for a month only, so the inspection part of
the weeks before is made up; their rectification part is counted from the findings there are.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from random import Random
from uuid import UUID

from anlan.base.actors.loading import load_actor
from anlan.base.actors.roles import Role
from anlan.base.clock import day_of
from anlan.base.ids import uuid7
from anlan.demo.history.plant import Plant
from anlan.modules.findings.choices import OUTSIDE
from anlan.modules.findings.models import Finding
from anlan.modules.findings.services import outside
from anlan.modules.findings.states import OPEN, FindingState
from anlan.modules.indicators import rules
from anlan.modules.indicators.models import IncentiveRule, WeeklyScore
from anlan.modules.indicators.services import incentives, reports
from anlan.modules.indicators.services.rating import note_completion, rate_week
from anlan.modules.inspections.services import checklists
from anlan.modules.ledgers import queries as ledger_queries
from anlan.modules.ledgers import services as ledgers
from anlan.modules.ledgers.definitions import LEDGERS

WEEKS = 52
WHY = "the demo's history"
CAREFUL, CARELESS = 0.99, 0.86
"""The share of duties done in time: of most plants, and of those with a bad habit."""


def make_year(plants: Sequence[Plant], findings: Sequence[Finding], on: dt.date) -> None:
    """Write all of it; call last, when duties and findings are there."""
    _scores(plants, findings, on)
    for plant in plants:
        if plant.is_deep:
            _desk(plant, findings, on)


def _scores(plants: Sequence[Plant], findings: Sequence[Finding], on: dt.date) -> None:
    last = rules.last_week(on)
    rate_week(last)
    note_completion(last)
    own: dict[UUID, list[Finding]] = defaultdict(list)
    for row in findings:
        assert row.enterprise_id is not None
        own[row.enterprise_id].append(row)
    rated = {row.enterprise_id: row for row in WeeklyScore.objects.unscoped(WHY)}
    made: dict[dt.date, list[WeeklyScore]] = defaultdict(list)
    for plant in plants:
        model = rated.get(plant.enterprise.pk)
        if model is None:
            continue
        for back in range(1, WEEKS):
            week_on = last - back * rules.WEEK
            made[week_on].append(_week(plant, model, own[plant.enterprise.pk], week_on, back))
    for week in made.values():
        _rank(week, plants)
    _fall(made)
    WeeklyScore._base_manager.bulk_create(
        [row for week in made.values() for row in week], batch_size=1000
    )


def _week(
    plant: Plant, model: WeeklyScore, found: Sequence[Finding], week_on: dt.date, back: int
) -> WeeklyScore:
    random = Random(f"{plant.number} {back}")  # noqa: S311 - a repeatable story
    usual = CARELESS if plant.habit else CAREFUL
    # Most plants were worse a year ago; now and then a week goes badly.
    usual -= back / WEEKS * 0.1 + (0.12 if random.random() < 0.04 else 0)
    planned = max(7, model.planned or 7)
    done = min(planned, round(planned * min(1.0, random.gauss(usual, 0.02))))
    start, end = rules.bounds(week_on)
    accepted = sum(bool(row.accepted_at) and start <= row.accepted_at < end for row in found)  # type: ignore[operator]
    standing = [row for row in found if _stood(row, end)]
    new = sum(start <= row.registered_at < end for row in found)
    roles = list(model.role_planned or [0, 0, 0])
    missed = 1 if plant.habit and random.random() < 0.3 and sum(roles) else 0
    tally = rules.Tally(
        planned=planned, done=done, due=accepted + len(standing), accepted=accepted,
        role_missed=missed, few_findings=new, few_done=0, major_overdue=0, has_analysis=True,
    )  # fmt: skip
    points = rules.rate(tally)
    took = list(roles)
    if missed:
        took[next(n for n, one in enumerate(took) if one)] -= 1
    return WeeklyScore(
        id=uuid7(), enterprise_id=plant.enterprise.pk, scope_path=plant.enterprise.path,
        week_on=week_on, planned=planned, done=done, role_planned=roles, role_done=took,
        findings_due=accepted + len(standing), findings_accepted=accepted, findings_new=new,
        few_findings=new, objects_total=model.objects_total,
        objects_complete=model.objects_complete, inspection_points=points.inspection,
        coverage_deduction=points.coverage, rectification_points=points.rectification,
        few_deduction=points.few, score=points.score, band=points.band,
    )  # fmt: skip


def _stood(row: Finding, end: dt.datetime) -> bool:
    """Tell whether a finding stood open past its deadline at the end of a week."""
    if row.deadline is None or row.deadline >= day_of(end) or row.registered_at >= end:
        return False
    if row.state == FindingState.ACCEPTED:
        return row.accepted_at is not None and row.accepted_at >= end
    return row.state in OPEN


def _rank(week: Sequence[WeeklyScore], plants: Sequence[Plant]) -> None:
    counties = {plant.enterprise.pk: plant.enterprise.parent_id for plant in plants}
    best = sorted(week, key=lambda row: -(row.score or Decimal(0)))
    within: dict[object, int] = defaultdict(int)
    sizes: dict[object, int] = defaultdict(int)
    for row in best:
        sizes[counties[row.enterprise_id]] += 1
    for n, row in enumerate(best, start=1):
        county = counties[row.enterprise_id]
        within[county] += 1
        row.rank_city, row.rated_city = n, len(best)
        row.rank_county, row.rated_county = within[county], sizes[county]


def _fall(made: Mapping[dt.date, Iterable[WeeklyScore]]) -> None:
    by_week = {day: {row.enterprise_id: row for row in rows} for day, rows in made.items()}
    for day, rows in by_week.items():
        for pk, row in rows.items():
            before = by_week.get(day - rules.WEEK, {}).get(pk)
            if before is None or before.score is None or row.score is None:
                continue
            row.fell = before.score - row.score
            row.colour = rules.colour(
                band=row.band, band_before=before.band, fell=row.fell, veto=False,
                fall_limit=Decimal(5),
            )  # fmt: skip


def _desk(plant: Plant, findings: Sequence[Finding], on: dt.date) -> None:
    """Write what the safety manager of a plant keeps at the desk."""
    manager = load_actor(plant.people[Role.SAFETY_MANAGER])
    own = [row for row in findings if row.enterprise_id == plant.enterprise.pk]
    for code in ("comprehensive", "winter"):
        checklists.take_over(manager, plant.enterprise.pk, code)
    month = on.replace(day=1)
    for _back in range(3):
        month = (month - dt.timedelta(days=1)).replace(day=1)
        reports.analysis_save(
            manager, plant.enterprise.pk, month, finish=True,
            conclusion="本月隐患以设备和工艺专业为主，集中在机泵密封、法兰和罐区装卸部位，"
            "主要原因是维护保养不到位。",
            measures="将重点部位密封点纳入班组日查；对逾期隐患按周通报；组织一次装卸环节专项排查。",
        )  # fmt: skip
    incentives.rules_adopt(manager, plant.enterprise.pk)
    rule = {
        row.code: row for row in IncentiveRule.objects.for_actor(manager).filter(stopped_at=None)
    }
    for number, (code, days, reason) in enumerate(
        (
            ("J2", 20, "上报法兰渗漏，核实属实"),
            ("J3", 33, "当月排查任务全部按时完成"),
            ("K1", 41, "夜班漏做罐区排查任务"),
            ("K2", 75, "隐患逾期未整改且未办理延期"),
            ("J2", 96, "发现液位计引压管堵塞"),
        )
    ):
        incentives.incentive_enter(
            manager, rule[code].pk, happened_on=on - dt.timedelta(days=days),
            person_name=f"{'甲乙丙丁'[number % 4]}班" if number % 2 else "罐区班组", reason=reason,
        )  # fmt: skip
    _outside(plant, own)
    for ledger in LEDGERS:
        rows = ledger_queries.rows(manager, ledger).filter(ledger_queries.FOUND)
        ids = list(rows.order_by("pk").values_list("pk", flat=True)[:3])
        if ids:
            ledgers.put_on(manager, ledger, ids)


def _outside(plant: Plant, own: Sequence[Finding]) -> None:
    """Register the inspections that the plant's outside findings name."""
    manager = load_actor(plant.people[Role.SAFETY_MANAGER])
    named: dict[str, list[Finding]] = defaultdict(list)
    for row in own:
        if row.channel in OUTSIDE and row.inspection_ref and row.inspected_on:
            named[row.inspection_ref].append(row)
    for document, rows in sorted(named.items()):
        outside.register(
            manager,
            plant.enterprise.pk,
            outside.Given(document, rows[0].channel, rows[0].inspected_on, n_findings=len(rows)),
        )
