"""What the analysis reads of one enterprise: a fixed number of statements, each bounded."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Min, Q

from anlan.base.actors.actor import Actor
from anlan.base.files import queries as files
from anlan.base.files.models import Attachment
from anlan.engines.honest_work import Photo, PhotoHash, Point, photo_hash
from anlan.modules.findings.choices import OUTSIDE
from anlan.modules.findings.models import Finding
from anlan.modules.findings.states import FindingState
from anlan.modules.honesty import industries
from anlan.modules.inspections.choices import Result
from anlan.modules.inspections.models import InspectionRecord, InspectionTask
from anlan.modules.registry.models import Enterprise
from anlan.modules.risk.models import RiskUnit

MOST_RECORDS, MOST_FINDINGS, MOST_TASKS, MOST_PHOTOS, MOST_HASHED = 50_000, 5_000, 500, 2_000, 200
# How many enterprises of an industry are counted, and how many checks say something of it.
MOST_SAMPLED, LEAST_CHECKS = 200, 2_000
SUBJECTS = ("findings.finding", "inspections.inspectionrecord")


@dataclass(frozen=True, slots=True)
class Trouble:
    """How often something spoke against "normal" at a place, and when first and last."""

    n: int
    first: dt.datetime
    last: dt.datetime

    def __add__(self, other: "Trouble") -> "Trouble":
        """Return both together."""
        first, last = min(self.first, other.first), max(self.last, other.last)
        return Trouble(self.n + other.n, first, last)


Troubles = Callable[[Actor, UUID, dt.datetime], Mapping[UUID, Trouble]]
_TROUBLES: list[Troubles] = []


def findings_since(actor: Actor, enterprise_id: UUID, since: dt.datetime) -> list[Finding]:
    """Return findings registered since a moment that nobody judged to be none, oldest first."""
    rows = (
        Finding.objects.for_actor(actor)
        .filter(enterprise=enterprise_id, registered_at__gte=since)
        .exclude(state=FindingState.DISMISSED)
        .select_related("measure")
        .only(
            "enterprise_id", "scope_path", "number", "title", "description", "basis", "level",
            "channel", "inspected_on", "registered_at", "registered_by_id", "unit_id",
            "origin_kind", "origin_id", "repeat_of_id",
            "measure__inspection_content", "measure__text",
        )
    )  # fmt: skip
    return list(rows.order_by("-registered_at")[:MOST_FINDINGS])[::-1]


def records_since(actor: Actor, enterprise_id: UUID, since: dt.datetime) -> list[InspectionRecord]:
    """Return records of checks made since a moment by a known person, newest first."""
    rows = (
        InspectionRecord.objects.for_actor(actor)
        .filter(enterprise=enterprise_id, occurred_at__gte=since, by__isnull=False)
        .exclude(result=Result.NOT_INSPECTED)
        .only(
            "enterprise_id", "scope_path", "unit_id", "task_id", "by_id", "occurred_at",
            "received_at", "started_at", "finished_at", "answers", "position", "device_id",
            "time_doubtful",
        )
    )  # fmt: skip
    return list(rows.order_by("-occurred_at")[:MOST_RECORDS])


def monotonous_tasks(
    actor: Actor, enterprise_id: UUID, since: dt.datetime, days: int, readings: int
) -> dict[UUID, InspectionTask]:
    """Return tasks worth a closer look: nothing but normal over the days, or readings repeated."""
    counted = (
        InspectionRecord.objects.for_actor(actor)
        .filter(enterprise=enterprise_id, occurred_at__gte=since)
        .exclude(result=Result.NOT_INSPECTED)
        .order_by()
        .values("task")
        .annotate(
            bad=Count("pk", filter=Q(result=Result.ABNORMAL)),
            long=Max("occurred_at") - Min("occurred_at"),
            repeated=Count("reading") - Count("reading", distinct=True),
        )
        .filter(Q(bad=0, long__gte=dt.timedelta(days=days)) | Q(repeated__gte=readings - 1))
    )
    ids = [row["task"] for row in counted.order_by("task")[:MOST_TASKS]]
    rows = InspectionTask.objects.for_actor(actor).filter(pk__in=ids)
    return {row.pk: row for row in rows.only("enterprise_id", "scope_path", "title", "unit_id")}


def results_of(
    actor: Actor, enterprise_id: UUID, tasks: Iterable[UUID], since: dt.datetime
) -> list[tuple[Any, ...]]:
    """Return (id, task, unit, when, result, reading) of tasks since a moment."""
    rows = (
        InspectionRecord.objects.for_actor(actor)
        .filter(enterprise=enterprise_id, task__in=list(tasks), occurred_at__gte=since)
        .exclude(result=Result.NOT_INSPECTED)
        .values_list("pk", "task_id", "unit_id", "occurred_at", "result", "reading")
    )
    return list(rows.order_by("-occurred_at")[:MOST_RECORDS])


def troubles(actor: Actor, enterprise_id: UUID, since: dt.datetime) -> dict[str, Trouble]:
    """Return by unit what spoke against "normal" there since a moment, from all who know."""
    found: dict[str, Trouble] = {}
    for source in _TROUBLES:
        for unit, one in source(actor, enterprise_id, since).items():
            key = str(unit)
            found[key] = found[key] + one if key in found else one
    return found


def knows_troubles(source: Troubles) -> Troubles:
    """Add `source(actor, enterprise_id, since) -> {unit: Trouble}`, such as alarms of sensors."""
    _TROUBLES.append(source)
    return source


@knows_troubles
def found_by_others(
    actor: Actor, enterprise_id: UUID, since: dt.datetime
) -> Mapping[UUID, Trouble]:
    """Return how many findings others than the plant's own rounds made at each unit."""
    rows = (
        Finding.objects.for_actor(actor)
        .filter(enterprise=enterprise_id, registered_at__gte=since, unit__isnull=False)
        .filter(channel__in=sorted(OUTSIDE))
        .exclude(state=FindingState.DISMISSED)
        .order_by()
        .values_list("unit")
        .annotate(n=Count("pk"), first=Min("registered_at"), last=Max("registered_at"))
    )
    return {unit: Trouble(*counted) for unit, *counted in rows}


def usual_shares(
    actor: Actor, enterprises: Sequence[UUID], since: dt.datetime
) -> dict[UUID, float]:
    """Return by enterprise the share of checks that are usually abnormal in its industry.

    Counted over at most `MOST_SAMPLED` enterprises of each industry; where they made fewer than
    `LEAST_CHECKS`, the product's share of the industry (`product-default`).
    """
    rows = Enterprise.objects.for_actor(actor).filter(pk__in=enterprises)
    groups = {
        pk: industries.group_of(industry, kind)
        for pk, industry, kind in rows.values_list("pk", "industry", "kind")
    }
    members: dict[str, list[UUID]] = defaultdict(list)
    for pk in enterprises:
        if pk in groups:
            members[groups[pk].code].append(pk)
    sampled = {pk: code for code, held in members.items() for pk in held[:MOST_SAMPLED]}
    counted: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for pk, n, bad in _checks(actor, sampled, since):
        counted[sampled[pk]][0] += n
        counted[sampled[pk]][1] += bad
    return {
        pk: counted[group.code][1] / counted[group.code][0]
        if counted[group.code][0] >= LEAST_CHECKS
        else group.share
        for pk, group in groups.items()
    }


def _checks(
    actor: Actor, enterprises: Iterable[UUID], since: dt.datetime
) -> Iterable[tuple[UUID, int, int]]:
    """Return (enterprise, checks, abnormal ones) since a moment."""
    found: Iterable[tuple[UUID, int, int]] = (
        InspectionRecord.objects.for_actor(actor)
        .filter(enterprise__in=list(enterprises), occurred_at__gte=since)
        .exclude(result=Result.NOT_INSPECTED)
        .order_by()
        .values_list("enterprise")
        .annotate(n=Count("pk"), bad=Count("pk", filter=Q(result=Result.ABNORMAL)))
    )
    return found


def points_of(actor: Actor, units: Iterable[UUID]) -> Mapping[UUID, Point]:
    """Return where units lie, those whose position is known: entered, or drawn on a tied plan."""
    rows = RiskUnit.objects.for_actor(actor).filter(pk__in=set(units), longitude__isnull=False)
    return {
        pk: Point(float(longitude), float(latitude))
        for pk, longitude, latitude in rows.values_list("pk", "longitude", "latitude")
    }


def photos_since(actor: Actor, enterprise_id: UUID, since: dt.datetime) -> list[Attachment]:
    """Return photos put on findings and records since a moment, oldest first; no drawn ones."""
    rows = (
        Attachment.objects.for_actor(actor)
        .filter(
            enterprise=enterprise_id, created_at__gte=since, object_type__in=SUBJECTS,
            removed_at__isnull=True, file__mime__startswith="image/",
        )
        .exclude(details__has_key="drawn")
        .select_related("file")
    )  # fmt: skip
    return list(rows.order_by("-created_at", "pk")[:MOST_PHOTOS])[::-1]


def as_photos(rows: list[Attachment], owners: Mapping[UUID, UUID]) -> list[Photo]:
    """Return photos as the rules want them; a finding's count as those of the check it came of.

    Only the newest are opened and compared by what they show; of the rest the file alone counts.
    """
    unread = PhotoHash(0, flat=True)
    newest = len(rows) - MOST_HASHED
    return [
        Photo(
            str(row.pk),
            str(owners.get(row.object_id, row.object_id)),
            _hash(row) if n >= newest else unread,
            row.file.sha256,
        )
        for n, row in enumerate(rows)
    ]


def _hash(row: Attachment) -> PhotoHash:
    try:
        with files.open_content(row.file) as content:
            return photo_hash(content.read())
    except (OSError, ValueError):
        return PhotoHash(0, flat=True)


def owners_of(actor: Actor, rows: Iterable[Attachment]) -> dict[UUID, UUID]:
    """Return the check each pictured finding came of; a check and its finding share pictures."""
    ids = {row.object_id for row in rows if row.object_type == SUBJECTS[0]}
    found = Finding.objects.for_actor(actor).filter(pk__in=ids, origin_id__isnull=False)
    return dict(found.values_list("pk", "origin_id"))


def subjects(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, Any]:
    """Return findings and records by id, with what a flag needs of them."""
    wanted = list(ids)
    found: dict[UUID, Any] = {}
    for model in (Finding, InspectionRecord):
        rows = model.objects.for_actor(actor).filter(pk__in=wanted)
        found |= {row.pk: row for row in rows.only("enterprise_id", "scope_path")}
    return found


def active_since(actor: Actor, since: dt.datetime) -> list[UUID]:
    """Return the enterprises where findings were entered or duties done since a moment."""
    rows = Finding.objects.for_actor(actor).filter(registered_at__gte=since).order_by()
    found = set(rows.values_list("enterprise", flat=True).distinct())
    tasks = InspectionTask.objects.for_actor(actor).filter(is_active=True).order_by()
    found |= set(tasks.values_list("enterprise", flat=True).distinct())
    return sorted(found)
