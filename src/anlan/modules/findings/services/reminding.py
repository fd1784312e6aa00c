"""Reminders before a day has passed: a finding's deadline, the month of an outside inspection."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import F, Q
from django.urls import reverse

from anlan.base.actors.actor import SYSTEM, Actor
from anlan.base.actors.roles import Role
from anlan.base.duties.calendar import workdays
from anlan.base.duties.services.telling import Roster, roster
from anlan.base.inbox.drafts import Draft
from anlan.base.inbox.models import Urgency
from anlan.base.inbox.services import notify_many
from anlan.facts.loader import load_packaged
from anlan.modules.findings import notices, rules
from anlan.modules.findings.choices import Level
from anlan.modules.findings.models import Finding, OutsideInspection
from anlan.modules.findings.services.outside import entered_of
from anlan.modules.findings.states import FindingState

OWNER = "owner"
IsWorkday = Callable[[dt.date], bool]


@dataclass(frozen=True, slots=True)
class Step:
    """So many natural days before the end these are told (`owner`, or roles of the enterprise)."""

    days: int
    to: tuple[str, ...]
    at_once: bool


@cache
def steps(about: str) -> tuple[Step, ...]:
    """Return the steps of `deadline_general`, `deadline_major` or `entry_limit`."""
    return tuple(
        Step(row.integer("days"), tuple(row.parts("to")), row["told"] == "immediate")
        for row in load_packaged("findings/reminders.csv")
        if row["about"] == about
    )


def ends_of(about: str, day: dt.date, is_workday: IsWorkday) -> dict[dt.date, Step]:
    """Return the last days that people are reminded of on `day`, each with its step.

    Where holidays bring two steps of one end together, the nearer one counts.
    """
    if not is_workday(day):
        return {}
    found: dict[dt.date, Step] = {}
    for step in sorted(steps(about), key=lambda one: -one.days):
        # A reminder moves by at most a long holiday.
        for shift in range(-20, 21):
            end = day + dt.timedelta(days=step.days + shift)
            if rules.remind_on(end, step.days, is_workday) == day:
                found[end] = step
    return found


def remind_deadlines(day: dt.date, actor: Actor = SYSTEM) -> int:
    """Tell owners of findings that fall due soon; return how many people were told.

    One message a person and day. Those who have handed theirs in are not reminded.
    """
    is_workday = workdays().is_workday
    general = ends_of("deadline_general", day, is_workday)
    majors = ends_of("deadline_major", day, is_workday)
    if not general and not majors:
        return 0
    rows = (
        Finding.objects.for_actor(actor)
        .filter(state__in=(FindingState.CONFIRMED, FindingState.RECTIFYING))
        .filter(
            Q(level=Level.GENERAL, deadline__in=list(general))
            | Q(level=Level.MAJOR, deadline__in=list(majors))
        )
        .only("enterprise_id", "scope_path", "number", "title", "level", "deadline", "owner_id")
        .order_by("enterprise_id", F("level").desc(), "deadline", "pk")
    )
    told = 0
    for batch in _by_enterprise(rows.iterator(chunk_size=2000)):
        told += _tell_deadlines(batch, day, lambda one: majors if one.level else general)
    return told


def _tell_deadlines(
    rows: Sequence[Finding], day: dt.date, ends: Callable[[Finding], dict[dt.date, Step]]
) -> int:
    who = roster({row.enterprise_id for row in rows if row.enterprise_id})
    mine: dict[UUID, list[Finding]] = defaultdict(list)
    at_once: dict[UUID, bool] = defaultdict(bool)
    for row in rows:
        assert row.deadline is not None
        step = ends(row)[row.deadline]
        for person in _people(step, row, who):
            mine[person].append(row)
            at_once[person] |= step.at_once
    drafts = []
    for person, theirs in mine.items():
        first = theirs[0]
        kind = notices.DUE_NOW if at_once[person] else notices.DUE_SOON
        one = len(theirs) == 1
        drafts.append(
            Draft(
                recipient=person,
                kind=kind.code,
                params={"n": len(theirs), "first": f"{first.number} {first.title}"[:120],
                        "day": min(row.deadline for row in theirs if row.deadline)},
                url=reverse("findings:show", args=[first.pk])
                if one
                else reverse("findings:list") + f"?is=due&owner={person}",
                urgency=Urgency.ORANGE if at_once[person] else Urgency.YELLOW,
                due_on=min(row.deadline for row in theirs if row.deadline),
                needs_action=True,
                dedupe_key=f"findings.due:{day}:{first.enterprise_id}",
                scope_path=first.scope_path,
                enterprise_id=first.enterprise_id,
            )
        )  # fmt: skip
    return notify_many(SYSTEM, drafts).people


def remind_entries(day: dt.date, actor: Actor = SYSTEM) -> int:
    """Tell of outside inspections whose month ends soon, or has just ended; return how many.

    The safety manager first, towards the end the responsible persons too.
    """
    ends = ends_of("entry_limit", day, workdays().is_workday)
    if not ends:
        return 0
    # A month has 28 to 31 days, so the limits lie in a span that an index can give.
    rows = (
        OutsideInspection.objects.for_actor(actor)
        .filter(
            completed_at__isnull=True,
            ended_on__gte=min(ends) - dt.timedelta(days=31),
            ended_on__lte=max(ends) - dt.timedelta(days=28),
        )
        .order_by("enterprise_id", "ended_on", "pk")
    )
    found = [row for row in rows if rules.entry_limit(row.ended_on) in ends]
    told = 0
    for batch in _by_enterprise(found):
        told += _tell_entries(batch, day, ends)
    return told


def _tell_entries(
    rows: Sequence[OutsideInspection], day: dt.date, ends: dict[dt.date, Step]
) -> int:
    who = roster({row.enterprise_id for row in rows if row.enterprise_id})
    entered = entered_of(rows)
    drafts = []
    for row in rows:
        limit = rules.entry_limit(row.ended_on)
        step = ends[limit]
        n = entered[row.enterprise_id, row.document]
        is_late = limit < day
        kind = notices.ENTRY_LATE if is_late else (
            notices.ENTRY_NOW if step.at_once else notices.ENTRY_SOON
        )  # fmt: skip
        drafts += [
            Draft(
                recipient=person,
                kind=kind.code,
                params={
                    "document": row.document,
                    "day": limit,
                    "entered": n,
                    "all": row.n_findings if row.n_findings is not None else "?",
                },
                url=reverse("findings:outside_show", args=[row.pk]),
                urgency=Urgency.ORANGE if is_late or step.at_once else Urgency.YELLOW,
                due_on=limit,
                needs_action=True,
                dedupe_key=f"findings.entry:{row.pk}:{step.days}",
                scope_path=row.scope_path,
                enterprise_id=row.enterprise_id,
            )
            for person in sorted(_people(step, row, who))
        ]
    return notify_many(SYSTEM, drafts).people


def _people(step: Step, row: Any, who: Roster) -> set[UUID]:
    people = set()
    for name in step.to:
        if name == OWNER:
            people |= {row.owner_id} if row.owner_id else set()
        else:
            people |= who.holders(Role(name), row.scope_path)
    return people


def _by_enterprise(rows: Iterable[Any]) -> Iterable[list[Any]]:
    """Yield rows sorted by enterprise in groups of whole enterprises, some hundreds of rows each.

    A group is one run: its cap is meant for one that goes wrong.
    """
    batch: list[Any] = []
    for row in rows:
        if len(batch) >= 300 and batch[-1].enterprise_id != row.enterprise_id:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch
