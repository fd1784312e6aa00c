"""A year of findings, from report to closure."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from anlan.base.clock import day_of
from anlan.base.ids import uuid7
from anlan.base.numbers.services import next_numbers
from anlan.base.search_key import search_key
from anlan.demo.history.plant import Plant, at, words
from anlan.demo.history.rounds import Abnormal
from anlan.modules.findings import numbers, rules
from anlan.modules.findings.models import Extension, Finding
from anlan.modules.risk.models import RiskUnit

DAY = dt.timedelta(days=1)
SOURCES = (1, 1, 1, 1, 1, 2, 2, 3, 4, 5, 6, 8)
OUTSIDE = ("county", "city", "expert", "park", "group")
OPINIONS = ("现场复查合格，同意销号", "整改到位，资料齐全，同意销号", "已恢复正常，同意验收")
INTERIM = "设置警戒并悬挂警示牌，班组每 2 小时巡查一次"
PLAN = "按专项应急处置卡执行，现场备应急器材"
GENERAL, MAJOR = 0, 1


def make_findings(
    plants: Iterable[Plant], abnormal: Sequence[Abnormal], moment: dt.datetime
) -> list[Finding]:
    """Write the findings of all plants with their extensions; return the findings."""
    by_plant: dict[int, list[Abnormal]] = defaultdict(list)
    for one in abnormal:
        by_plant[one.plant.number].append(one)
    made: list[Finding] = []
    extensions: list[Extension] = []
    for plant in plants:
        rows = [*_of_year(plant, moment), *_majors(plant, moment), *_of_habit(plant, moment)]
        rows += [_of_record(plant, one, moment) for one in by_plant[plant.number]]
        fixed = dict(_of_these_days(plant, moment)) if plant.is_deep else {}
        rows += [row for row, _until in fixed.values()]
        rows = sorted(rows, key=lambda row: row.registered_at)
        _number(plant, rows)
        for row in rows:
            _go_on(plant, row, moment, extensions)
            if row.pk in fixed:
                _stop_at(plant, row, fixed[row.pk][1], moment, extensions)
            row.search_key = search_key(row.number, row.title, row.place)
        made += rows
    Finding._base_manager.bulk_create(made, batch_size=1000)
    Extension._base_manager.bulk_create(extensions, batch_size=1000)
    return made


def _of_year(plant: Plant, moment: dt.datetime) -> Iterable[Finding]:
    random = plant.random
    count = random.randrange(70, 110) if plant.is_deep else random.randrange(6, 16)
    if plant.habit == "all_normal":
        count = 3
    for _n in range(count):
        unit = random.choice(plant.units)
        told = random.choice(words()[unit.unit_type]["findings"])
        when = at(day_of(moment) - random.randrange(1, 365) * DAY, random.uniform(8, 18))
        yield _row(plant, unit, told, when)


def _row(plant: Plant, unit: RiskUnit, told: Sequence[Any], when: dt.datetime) -> Finding:
    random = plant.random
    discipline, text, done, root, factor = told
    number = str(random.randrange(101, 130) if "-№" in text else random.randrange(2, 9))
    is_outside = random.random() < 0.08
    row = Finding(
        id=uuid7(),
        enterprise=plant.enterprise,
        scope_path=unit.scope_path,
        title=text.replace("№", number),
        description=f"{unit.name}检查发现：{text.replace('№', number)}。",
        source=2 if is_outside else random.choice(SOURCES),
        channel=random.choice(OUTSIDE) if is_outside else "self",
        discipline=discipline,
        root_cause=root,
        unsafe_factor=factor if factor in (1, 2, 3) else 2,
        link=random.choice((6, 6, 7, 8)),
        treatment=1 if random.random() < 0.75 else 0,
        object=unit.object,
        unit=unit,
        place=unit.name,
        department=plant.team if plant.team and unit.scope_path == plant.team.path else None,
        found_at=when,
        registered_at=when + dt.timedelta(minutes=random.randrange(3, 200)),
        registered_by=plant.who("operator", unit.scope_path),
        result=done,
        cost=Decimal(random.choice((0, 0, 200, 500, 800, 1500, 3000, 12000))),
    )
    if is_outside:
        row.inspected_on = day_of(when)
        row.inspection_ref = f"（演）检〔{when.year}〕{random.randrange(10, 400)} 号"
        late = plant.habit == "late" or random.random() < 0.1
        row.registered_at = when + random.randrange(*((33, 70) if late else (1, 20))) * DAY
        row.registered_by = plant.people["safety_manager"]
        row.treatment = 1
    elif random.random() < 0.05:
        row.channel, row.reward = "employee", Decimal(random.choice((50, 100, 200, 500)))
        row.is_anonymous = random.random() < 0.3
        if row.is_anonymous:
            row.registered_by = None
    return row


def _of_record(plant: Plant, one: Abnormal, moment: dt.datetime) -> Finding:
    unit = one.round.unit if one.round is not None else plant.units[0]
    told = plant.random.choice(words()[unit.unit_type]["findings"])
    row = _row(plant, unit, told, one.record.occurred_at)
    row.id, row.source, row.channel = one.finding_id, 1, "self"
    row.inspected_on, row.inspection_ref, row.is_anonymous, row.reward = None, "", False, None
    row.registered_at = one.record.occurred_at + dt.timedelta(minutes=4)
    row.registered_by = one.record.by
    row.origin_kind, row.origin_id = "inspections.inspectionrecord", one.record.pk
    if one.round is not None:
        row.measure = one.round.measure
        if one.record.reading is not None:
            row.title = (
                f"{one.round.measure.quantity} {one.record.reading}"
                f" {one.record.reading_unit}，超出控制范围"
            )
    return row


def _majors(plant: Plant, moment: dt.datetime) -> Iterable[Finding]:
    random = plant.random
    if not plant.is_deep:
        count = 1 if plant.number % 13 == 0 else 0
    else:
        count = 3 if plant.number == 0 else 1
    for n in range(count):
        days = (18, 96, 210)[n] if plant.number == 0 else random.randrange(12, 330)
        yield _major(plant, at(day_of(moment) - days * DAY, 10.5), n + plant.number)


def _major(plant: Plant, when: dt.datetime, which: int) -> Finding:
    here = {unit.unit_type for unit in plant.units}
    fitting = [told for told in words()["major"] if told[0] in here]
    kind, text, of_2017, of_2026, done = fitting[which % len(fitting)]
    unit = plant.random.choice([unit for unit in plant.units if unit.unit_type == kind])
    row = _row(plant, unit, (4, text, done, "supervision", 2), when)
    row.level, row.treatment, row.is_anonymous = MAJOR, 1, False
    row.inspected_on, row.channel, row.reward = None, "self", None
    row.inspection_ref = ""
    row.registered_at = when + dt.timedelta(hours=2)
    row.registered_by = plant.people["safety_manager"]
    old = rules.criteria_edition(day_of(row.registered_at)) == rules.EDITION_2017
    row.criterion = of_2017 if old else of_2026
    row.cost = Decimal(plant.random.choice((8000, 26000, 68000)))
    return row


def _of_habit(plant: Plant, moment: dt.datetime) -> Iterable[Finding]:
    """Yield what people enter who mean the figures more than the plant."""
    random, today = plant.random, day_of(moment)
    if plant.habit == "padding":
        for n in range(36):
            unit = plant.units[n % len(plant.units)]
            text = words()["padding"][n % len(words()["padding"])]
            when = at(today - (1 + n // 6) * DAY, 16 + n % 6 * 0.02)
            row = _row(plant, unit, (5, text, "已关闭", "not_followed", 2), when)
            row.treatment, row.channel, row.inspected_on = 0, "self", None
            row.inspection_ref, row.is_anonymous = "", False
            row.registered_at = when + dt.timedelta(minutes=1)
            row.registered_by = plant.people["safety_manager"]
            yield row
    if plant.habit == "majors_as_general":
        for n in range(5):
            row = _major(plant, at(today - random.randrange(8, 200) * DAY, 14), n)
            row.level, row.criterion = GENERAL, ""
            yield row


THESE_DAYS = (
    ("reported", 0), ("reported", 0), ("confirmed", 1), ("rectifying", 4), ("extension", 6),
    ("awaiting_acceptance", 6), ("awaiting_acceptance", 5), ("overdue", 16), ("overdue", 23),
)  # fmt: skip
"""What a deep plant has on its desk today: how far a finding has come, days since it was found."""


def _of_these_days(plant: Plant, moment: dt.datetime) -> Iterable[tuple[UUID, tuple[Finding, str]]]:
    random = plant.random
    units = plant.units
    if plant.team is not None:
        units = [unit for unit in units if unit.scope_path == plant.team.path]
    for until, days in THESE_DAYS:
        unit = random.choice(units)
        told = random.choice(words()[unit.unit_type]["findings"])
        when = moment - days * DAY - dt.timedelta(minutes=random.randrange(20, 55))
        row = _row(plant, unit, told, when)
        row.treatment, row.channel, row.inspected_on, row.inspection_ref = 1, "self", None, ""
        row.is_anonymous, row.reward, row.registered_by = (
            False, None, plant.who("operator", unit.scope_path),
        )  # fmt: skip
        row.registered_at = when + dt.timedelta(minutes=5)
        row.measures = told[2]
        yield row.pk, (row, until)


def _stop_at(
    plant: Plant, row: Finding, until: str, moment: dt.datetime, extensions: list[Extension]
) -> None:
    """Leave a finding where somebody has to act on it today."""
    extensions[:] = [one for one in extensions if one.finding is not row]
    people, done = plant.people, row.measures
    row.submitted_at = row.submitted_by = row.accepted_at = row.accepted_by = None
    row.result, row.cost, row.acceptance, row.overdue_days = "", None, "", 0
    row.state = "rectifying" if until in ("extension", "overdue") else until
    if until == "reported":
        row.measures = ""
        row.confirmed_at = row.confirmed_by = row.deadline = row.first_deadline = None
        return
    row.confirmed_at = min(row.registered_at + dt.timedelta(hours=4), moment)
    row.confirmed_by, row.owner = people["safety_manager"], people["equipment_engineer"]
    row.acceptor = people["safety_manager"]
    row.interim, row.plan, row.funds = INTERIM, PLAN, Decimal(800)
    row.deadline = day_of(row.registered_at) + 10 * DAY
    if until == "extension":
        row.deadline = day_of(moment) + DAY
    row.first_deadline = row.deadline
    row.overdue_days = rules.days_over(row.deadline, day_of(moment))
    if until == "awaiting_acceptance":
        row.result, row.cost = done, Decimal(600)
        row.submitted_at = moment - dt.timedelta(hours=5)
        row.submitted_by = people["equipment_engineer"]
    elif until == "extension":
        extensions.append(
            Extension(
                id=uuid7(),
                enterprise=plant.enterprise,
                scope_path=row.scope_path,
                finding=row,
                old_deadline=row.deadline,
                new_deadline=row.deadline + 10 * DAY,
                reason="备件采购周期较长",
                interim=INTERIM,
                requested_by=people["equipment_engineer"],
            )
        )


def _number(plant: Plant, rows: Sequence[Finding]) -> None:
    """Number findings in the order of their registration, each year anew."""
    by_year: dict[int, list[Finding]] = defaultdict(list)
    for row in rows:
        by_year[day_of(row.registered_at).year].append(row)
    for year, these in by_year.items():
        given = next_numbers(plant.enterprise, numbers.FINDING, dt.date(year, 1, 1), len(these))
        for row, number in zip(these, given, strict=True):
            row.number = number


def _go_on(plant: Plant, row: Finding, moment: dt.datetime, extensions: list[Extension]) -> None:
    """Take a finding as far as it has come by now."""
    random, people = plant.random, plant.people
    row.registered_at = min(row.registered_at, moment - dt.timedelta(minutes=1))
    registered_on = day_of(row.registered_at)
    row.criteria_edition = rules.criteria_edition(registered_on)
    done, cost, row.result, row.cost = row.result, row.cost, "", None
    confirmed = row.registered_at + dt.timedelta(hours=random.uniform(1, 20))
    if confirmed >= moment:
        row.state = "reported"
        return
    if row.level == GENERAL and row.treatment == 1 and random.random() < 0.015:
        row.state = "dismissed"
        row.confirmed_at, row.confirmed_by = confirmed, people["safety_manager"]
        return
    if row.treatment == 0:
        row.result, row.cost = done, cost
        row.state, row.accepted_at, row.accepted_by = (
            "accepted", confirmed, people["safety_manager"],
        )  # fmt: skip
        row.acceptance = "当场整改，确认有效"
        return
    row.confirmed_at, row.confirmed_by = confirmed, people["safety_manager"]
    span = 30 if row.level == MAJOR else random.choice((5, 7, 7, 10, 15))
    row.deadline = row.first_deadline = registered_on + span * DAY
    row.owner, row.acceptor = people["equipment_engineer"], people["safety_manager"]
    row.measures, row.interim, row.plan = done, INTERIM, PLAN
    row.funds, row.funds_note = cost, "安全生产费用"
    row.cause = "日常维护不到位" if row.root_cause == "maintenance" else ""
    row.state = "confirmed"
    if row.level == MAJOR:
        _sign(plant, row, moment)
    if random.random() < 0.06:
        _extend(plant, row, extensions, moment)
    taken = (row.deadline - registered_on).days * random.triangular(0.2, 1.12, 0.75)
    submitted = confirmed + taken * DAY
    if random.random() < 0.02 and moment - row.registered_at < 60 * DAY:
        submitted = moment + DAY
    if submitted >= moment:
        if (moment - row.registered_at) > DAY:
            row.state = "rectifying"
        row.overdue_days = rules.days_over(row.deadline, day_of(moment))
        return
    row.result, row.cost = done, cost
    row.submitted_at, row.submitted_by = submitted, people["equipment_engineer"]
    row.overdue_days = rules.days_over(row.deadline, day_of(submitted))
    accepted = submitted + dt.timedelta(hours=random.uniform(4, 70))
    if accepted >= moment:
        row.state = "awaiting_acceptance"
        return
    row.state, row.accepted_at, row.accepted_by = "accepted", accepted, people["safety_manager"]
    row.acceptance = random.choice(OPINIONS)
    if row.level == MAJOR and row.listed_at is not None and accepted + 2 * DAY < moment:
        row.cleared_at = accepted + 2 * DAY


def _sign(plant: Plant, row: Finding, moment: dt.datetime) -> None:
    assert row.confirmed_at is not None
    if row.confirmed_at + DAY < moment:
        row.signed_at = row.confirmed_at + dt.timedelta(hours=5)
        row.signed_by = plant.people["principal_responsible_person"]
    if row.confirmed_at + 4 * DAY < moment:
        row.reviewed_at = row.confirmed_at + 2 * DAY
        row.listed_at = row.confirmed_at + 3 * DAY
        county = plant.enterprise.parent
        assert county is not None
        (row.listing_number,) = next_numbers(county, numbers.LISTING, day_of(row.listed_at), 1)


def _extend(plant: Plant, row: Finding, extensions: list[Extension], moment: dt.datetime) -> None:
    assert row.deadline is not None
    random: Random = plant.random
    asked = at(row.deadline - DAY, 15)
    if asked >= moment:
        return
    new = row.deadline + 7 * DAY
    is_granted = asked + DAY < moment
    extensions.append(
        Extension(
            id=uuid7(),
            enterprise=plant.enterprise,
            scope_path=row.scope_path,
            finding=row,
            state="granted" if is_granted else "requested",
            old_deadline=row.deadline,
            new_deadline=new,
            reason=random.choice(("备件采购周期较长", "需停车检修时处理", "外协单位排期延后")),
            interim=INTERIM,
            requested_by=plant.people["equipment_engineer"],
            decided_by=plant.people["safety_manager"] if is_granted else None,
            decided_at=asked + dt.timedelta(hours=6) if is_granted else None,
        )
    )
    if is_granted:
        row.deadline = new
