"""Daily commitments of the last weeks: most in time and true, some not."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict
from random import Random

from anlan.base.actors.models import Organisation
from anlan.base.clock import SHANGHAI, day_of
from anlan.base.ids import uuid7
from anlan.demo.history.plant import Plant, at
from anlan.modules.commitment import rules
from anlan.modules.commitment.fields import MOVING
from anlan.modules.commitment.models import ChainNode, Commitment, Judgement
from anlan.modules.findings.models import Finding

DAYS_DEEP, DAYS_LIGHT = 30, 7
TEXT = "今天我公司各装置处于安全受控状态，各项风险管控措施落实到位，重大危险源包保责任人履职到位。"
JUDGED = "本级各岗位已研判，作业风险受控。"


def make_commitments(
    plants: Sequence[Plant], findings: Sequence[Finding], moment: dt.datetime
) -> int:
    """Write commitments and, for the plant with a shift team, its chain. Returns how many."""
    days: list[Commitment] = []
    nodes: list[ChainNode] = []
    judged: list[Judgement] = []
    for plant in plants:
        own = [row for row in findings if row.enterprise_id == plant.enterprise.pk]
        chain = list(_chain(plant)) if plant.team is not None else []
        nodes += chain
        for back in range(DAYS_DEEP if plant.is_deep else DAYS_LIGHT):
            row = _day(plant, own, day_of(moment) - dt.timedelta(days=back), moment)
            if row is None:
                continue
            days.append(row)
            judged += [_judgement(plant, row, node) for node in chain]
    ChainNode._base_manager.bulk_create(nodes)
    Commitment._base_manager.bulk_create(days, batch_size=1000)
    Judgement._base_manager.bulk_create(judged, batch_size=1000)
    return len(days)


def _chain(plant: Plant) -> Sequence[ChainNode]:
    team = plant.team
    workshop = team.parent if team is not None else None
    assert team is not None
    assert workshop is not None
    levels: tuple[tuple[Organisation, str], ...] = ((workshop, "workshop"), (team, "shift"))
    return [
        ChainNode(
            id=uuid7(),
            enterprise=plant.enterprise,
            scope_path=node.path,
            organisation=node,
            level=level,
        )
        for node, level in levels
    ]


def _day(
    plant: Plant, own: Sequence[Finding], day: dt.date, moment: dt.datetime
) -> Commitment | None:
    """Return the commitment of a day; None where it was forgotten or is still to be made."""
    random = Random(f"commitment {plant.enterprise.code} {day}")  # noqa: S311 - a repeatable story
    hour = random.uniform(7.6, 9.8)
    if plant.habit == "late" and random.random() < 0.4:
        hour = random.uniform(10.1, 11.8)
    published = at(day, hour)
    is_todays_own = plant.team is not None and day == day_of(moment)
    if published >= moment or is_todays_own or random.random() < 0.03:
        return None
    n_units = len({unit.object_id for unit in plant.units})
    facts = {
        **_facts(own, published),
        "n_units": n_units,
        "n_running": n_units,
        "n_stopped": 0,
        "n_overhaul": 0,
    }
    counts = {
        **facts,
        "n_hot_2": random.choice((0, 0, 1, 2)),
        "n_height": random.choice((0, 1, 1)),
        "n_confined": random.choice((0, 0, 0, 0, 1)),
        "n_contractor": random.choice((0, 1, 2)),
    }
    if plant.is_deep:
        # The deep plants are watched; now and then what stood at ten was left out in the morning.
        facts["n_alarms"] = random.choice((0, 0, 0, 1, 2))
        counts["n_alarms"] = 0 if random.random() < 0.15 else facts["n_alarms"]
    grade = rules.least_grade(counts)
    if plant.habit == "majors_as_general":
        grade = rules.LOW
    flags = rules.flags(
        stated=counts,
        facts=facts,
        grade=grade,
        published=published.astimezone(SHANGHAI).time(),
        unsigned=0,
        moving=MOVING,
    )
    return Commitment(
        id=uuid7(),
        enterprise=plant.enterprise,
        scope_path=plant.enterprise.path,
        day=day,
        state="published",
        grade=grade,
        counts=counts,
        facts=facts,
        flags=[asdict(flag) for flag in flags],
        text=TEXT,
        committer=plant.people["principal_responsible_person"].display_name,
        published_at=published,
        published_by=plant.people["principal_responsible_person"],
    )


def _facts(own: Sequence[Finding], then: dt.datetime) -> dict[str, int | None]:
    """Return what was open at a moment."""
    still = [
        row
        for row in own
        if row.registered_at < then
        and (row.accepted_at or (row.confirmed_at if row.state == "dismissed" else None) or then)
        >= then
    ]
    late = [row for row in still if row.deadline is not None and row.deadline < day_of(then)]
    return {
        "n_findings_open": len(still),
        "n_findings_overdue": len(late),
        "n_major": sum(row.level == 1 for row in still),
    }


def _judgement(plant: Plant, row: Commitment, node: ChainNode) -> Judgement:
    assert row.published_at is not None
    is_shift = node.level == "shift"
    return Judgement(
        id=uuid7(),
        enterprise=plant.enterprise,
        scope_path=node.scope_path,
        commitment=row,
        node=node,
        state="signed",
        grade=row.grade,
        text=JUDGED,
        signed_at=row.published_at - dt.timedelta(minutes=55 if is_shift else 25),
        signed_by=plant.team_people["team_leader"] if is_shift else plant.people["safety_manager"],
    )
