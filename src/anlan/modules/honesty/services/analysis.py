"""Looking through the entries of enterprises and flagging what is doubtful.

Runs under the system's scope at night, or under a person's for one enterprise. A flag is a
question: each says why, and a person dismisses it with a reason.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from anlan.base.actors.actor import SYSTEM, Actor
from anlan.base.clock import SHANGHAI, day_of
from anlan.base.phrases import Phrase
from anlan.engines import honest_work as rules
from anlan.engines.findings_text.majors import Strength, judge
from anlan.modules.findings.choices import OUTSIDE, Level
from anlan.modules.findings.models import Finding
from anlan.modules.findings.services.flagging import Doubt, raise_many
from anlan.modules.honesty import texts
from anlan.modules.honesty.services import gathering
from anlan.modules.inspections.choices import Result
from anlan.modules.inspections.models import InspectionRecord

RECENT = dt.timedelta(days=10)
"""How far back a nightly look goes in records; what phones bring late is still seen."""
PADDING = dt.timedelta(days=45)
LONG = dt.timedelta(days=120)
"""How far back the look for months of nothing but normal goes."""
LEAST_USUAL = 0.0005
WEIGHTS = {
    "major_as_general": 1.0, "two_places": 0.95, "photo_reused": 0.9, "one_spot": 0.9,
    "too_fast": 0.85, "padding": 0.8, "all_normal": 0.7, "entered_at_once": 0.7,
    "same_reading": 0.65, "too_quick": 0.6, "outside_entry_late": 0.5, "text_misfit": 0.4,
    "late_entry": 0.3,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Looked:
    """What a run did."""

    n_enterprises: int
    n_flags: int


def look_at_all(
    moment: dt.datetime, *, progress: Callable[[int, int], None] | None = None
) -> Looked:
    """Look at each enterprise where something was entered, one transaction each.

    The look over months is each enterprise's on one day of the week. Under the system's scope.
    """
    plants = gathering.active_since(SYSTEM, moment - RECENT)
    usual = gathering.usual_shares(SYSTEM, plants, moment - dt.timedelta(days=30))
    n_flags = 0
    for n, plant in enumerate(plants):
        is_long = plant.int % 7 == day_of(moment).weekday()
        n_flags += look_at(SYSTEM, plant, moment, usual=usual.get(plant), is_long=is_long)
        if progress is not None:
            progress(n + 1, len(plants))
    return Looked(len(plants), n_flags)


@transaction.atomic
def look_at(
    actor: Actor,
    enterprise_id: UUID,
    moment: dt.datetime,
    *,
    since: dt.datetime | None = None,
    usual: float | None = None,
    is_long: bool = True,
) -> int:
    """Look at one enterprise as far as the actor sees it; return how many flags are new.

    `since`: how far back findings and records are read (default: the nightly look). `usual`: the
    share of abnormal checks in its industry (default: as `usual_shares` has it).
    `is_long` adds the look over months. Idempotent: what has a flag, dismissed or not, gets no
    second one.
    """
    findings = gathering.findings_since(actor, enterprise_id, since or moment - PADDING)
    records = gathering.records_since(actor, enterprise_id, since or moment - RECENT)
    doubts = [
        *_padding(findings), *_majors(findings), *_misfits(findings), *_outside(findings),
        *_visits(actor, records), *_late(records),
        *_photos(actor, enterprise_id, since or moment - PADDING),
    ]  # fmt: skip
    if is_long:
        doubts += _monotony(actor, enterprise_id, moment, usual)
    return len(raise_many(actor, doubts))


def _doubt(row: Any, flag: rules.Flag, others: Iterable[UUID] = (), more: int = 0) -> Doubt:
    """Return a doubt about a row. `more`: how many further ones of the week it stands for."""
    why = Phrase.told(zh=flag.reason_zh, en=flag.reason_en)
    if more:
        why = texts.MORE(why=why, more=more)
    ids = tuple(others)
    figures = {name: round(value, 3) for name, value in flag.figures.items()}
    return Doubt(
        row,
        flag.kind,
        why,
        WEIGHTS[flag.kind],
        {"rows": [str(pk) for pk in ids[:50]], **figures},
        ids,
    )


def _padding(findings: Sequence[Finding]) -> Iterable[Doubt]:
    by_id = {str(row.pk): row for row in findings}
    written = [
        rules.WrittenFinding(str(row.pk), row.title, row.registered_at)
        for row in findings
        if row.repeat_of_id is None and row.channel not in OUTSIDE
    ]
    for flag in rules.padded_findings(written):
        rows = [by_id[pk] for pk in flag.subjects]
        n_units = len({row.unit_id for row in rows if row.unit_id})
        # The same defect at as many places is as many findings.
        if n_units == len(rows) or flag.figures["elsewhere"] == len(rows) - 1:
            continue
        yield _doubt(rows[0], flag, [row.pk for row in rows[1:]])


def _majors(findings: Sequence[Finding]) -> Iterable[Doubt]:
    for row in findings:
        if row.level == Level.MAJOR:
            continue
        text = f"{row.title}。{row.description}"
        found = judge(text, row.basis, registered_on=day_of(row.registered_at))
        if not found.major:
            continue
        best = next(
            one for one in found.suggestions if one.in_force and one.strength is Strength.LIKELY
        )
        words = "、".join(best.words)
        yield Doubt(
            row,
            "major_as_general",
            Phrase.told(
                zh=f"按一般隐患录入，但{best.why}",
                en=f"Entered as general, but the words {words} meet {best.criterion.code}",
            ),
            WEIGHTS["major_as_general"],
            {
                "criterion": best.criterion.code,
                "words": words,
            },
        )


def _misfits(findings: Sequence[Finding]) -> Iterable[Doubt]:
    for row in findings:
        if row.measure is None:
            continue
        item = row.measure.inspection_content or row.measure.text
        flag = rules.misfit_flag(str(row.pk), row.title, item)
        if flag is not None:
            yield _doubt(row, flag)


def _outside(findings: Sequence[Finding]) -> Iterable[Doubt]:
    for row in findings:
        if row.inspected_on is None or row.channel not in OUTSIDE:
            continue
        entered = day_of(row.registered_at)
        flag = rules.outside_entry_late(str(row.pk), row.inspected_on, entered)
        if flag is not None:
            yield _doubt(row, flag)


def _visits(actor: Actor, records: Sequence[InspectionRecord]) -> Iterable[Doubt]:
    timed = [row for row in records if row.started_at and row.finished_at]
    points = gathering.points_of(actor, [row.unit_id for row in timed if row.unit_id])
    visits = [
        rules.Visit(
            str(row.pk),
            str(row.by_id),
            str(row.unit_id or row.task_id),
            row.started_at.astimezone(SHANGHAI),
            row.finished_at.astimezone(SHANGHAI),
            len(row.answers) or 1,
            points.get(row.unit_id) if row.unit_id else None,
            _device(row.position),
        )
        for row in timed
        if row.started_at and row.finished_at
    ]
    return _by_week(timed, rules.impossible_visits(visits))


def _device(position: Any) -> rules.Point | None:
    # As phones seal it: {"how": …, "gnss": {"lng", "lat", "acc_m"}}.
    fix = position.get("gnss") if isinstance(position, dict) else None
    if not isinstance(fix, dict):
        return None
    lng, lat = fix.get("lng"), fix.get("lat")
    if not isinstance(lng, int | float) or not isinstance(lat, int | float):
        return None
    return rules.Point(float(lng), float(lat))


def _late(records: Sequence[InspectionRecord]) -> Iterable[Doubt]:
    entries = [
        # What a phone sealed was typed when it says, however late it came; a page knows no better
        # than when it was sent.
        rules.Entry(
            str(row.pk),
            str(row.by_id),
            row.occurred_at,
            row.received_at if row.device_id is None else row.finished_at or row.occurred_at,
        )
        for row in records
        if not row.time_doubtful
    ]
    return _by_week(records, rules.late_entries(entries))


def _by_week(records: Sequence[InspectionRecord], flags: Sequence[rules.Flag]) -> Iterable[Doubt]:
    """Fold the flags of one kind, person and week into one: bad rounds are one question."""
    by_id = {str(row.pk): row for row in records}
    groups: dict[Any, list[rules.Flag]] = defaultdict(list)
    for flag in flags:
        row = by_id[flag.subjects[0]]
        groups[flag.kind, row.by_id, day_of(row.occurred_at).isocalendar()[:2]].append(flag)
    for alike in groups.values():
        ids = dict.fromkeys(pk for flag in alike for pk in flag.subjects)
        first, *others = (by_id[pk] for pk in ids)
        yield _doubt(first, alike[0], [row.pk for row in others], len(alike) - 1)


def _photos(actor: Actor, enterprise_id: UUID, since: dt.datetime) -> Iterable[Doubt]:
    rows = gathering.photos_since(actor, enterprise_id, since)
    if len(rows) < 2:
        return
    photos = gathering.as_photos(rows, gathering.owners_of(actor, rows))
    flags = rules.reused_photos(photos)
    found = gathering.subjects(actor, {UUID(pk) for flag in flags for pk in flag.subjects})
    for flag in flags:
        first, second = (UUID(pk) for pk in flag.subjects)
        if second in found:
            doubt = _doubt(found[second], flag)
            doubt.evidence["rows"] = [str(first)]
            yield doubt


def _monotony(
    actor: Actor, enterprise_id: UUID, moment: dt.datetime, usual: float | None
) -> Iterable[Doubt]:
    since, limits = moment - LONG, rules.default_limits()
    tasks = gathering.monotonous_tasks(
        actor, enterprise_id, since, int(limits.normal_days), int(limits.same_readings)
    )
    if not tasks:
        return
    if usual is None:
        usual = gathering.usual_shares(actor, [enterprise_id], since).get(enterprise_id, 0.0)
    results = [
        rules.CheckResult(
            str(pk),
            str(task),
            str(unit or ""),
            at,
            result == Result.NORMAL,
            "" if reading is None else format(reading.normalize(), "f"),
        )
        for pk, task, unit, at, result, reading in gathering.results_of(
            actor, enterprise_id, tasks, since
        )
    ]
    # The newest check of a task comes first.
    places: dict[str, str] = {}
    for one in results:
        places.setdefault(one.task_id, one.place_id)
    troubles = gathering.troubles(actor, enterprise_id, since)
    flags = rules.suspicious_normal(
        results,
        usual_abnormal_share=max(usual, LEAST_USUAL),
        troubles_of_place={place: one.n for place, one in troubles.items()},
    )
    for flag in flags:
        row = tasks[UUID(flag.subjects[0])]
        doubt = _doubt(row, flag)
        why = texts.OF_TASK(title=row.title, why=doubt.why)
        trouble = troubles.get(places[flag.subjects[0]])
        if flag.kind == "all_normal" and trouble is not None:
            first, last = str(day_of(trouble.first)), str(day_of(trouble.last))
            why = texts.TROUBLED(why=why, first=first, last=last)
        yield Doubt(row, doubt.code, why, doubt.score, doubt.evidence)
