"""The only door for reading early warnings, actor first."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, F, Max, Q, QuerySet

from anlan.base.actors.actor import SYSTEM, Actor
from anlan.base.actors.scope import Counting
from anlan.base.clock import now
from anlan.base.duties.models.warning import Colour
from anlan.modules.findings.models import Finding
from anlan.modules.monitoring.choices import Priority
from anlan.modules.monitoring.models import AlarmState
from anlan.modules.monitoring.queries import overview
from anlan.modules.warnings.models import EarlyWarning, FeedbackRequest, UnitIndex
from anlan.modules.warnings.states import STANDING, UNREPORTED, WarningState

ORIGIN = "warnings.earlywarning"
COMMITTED = dt.timedelta(seconds=5)
"""An alarm is seen by others this much after its moment at the latest: when it is committed."""


def warnings(actor: Actor) -> QuerySet[EarlyWarning]:
    """Return the warnings the actor sees, the worst standing first."""
    return EarlyWarning.objects.for_actor(actor).select_related("unit", "enterprise__parent")


def warning_one(actor: Actor, pk: UUID | str) -> EarlyWarning:
    """Return one warning. Raises NotYours."""
    rows = EarlyWarning.objects.for_actor(actor).select_related(
        "unit", "enterprise", "acknowledged_by", "reported_by", "cleared_by"
    )
    return rows.one(pk)


def findings_of(actor: Actor, warning_id: UUID) -> list[Finding]:
    """Return the newest findings made of a warning."""
    rows = Finding.objects.for_actor(actor).filter(origin_kind=ORIGIN, origin_id=warning_id)
    return list(rows.order_by("-found_at")[:5])


def requests(actor: Actor, warning_id: UUID) -> QuerySet[FeedbackRequest]:
    """Return what levels above asked about a warning, the newest first."""
    rows = FeedbackRequest.objects.for_actor(actor).filter(warning=warning_id)
    return rows.select_related("asked_by", "answered_by").order_by("-created_at")


def request_one(actor: Actor, pk: UUID | str) -> FeedbackRequest:
    """Return one question. Raises NotYours."""
    return FeedbackRequest.objects.for_actor(actor).one(pk)


def index_of(actor: Actor, unit_id: UUID) -> UnitIndex | None:
    """Return how a unit's index stands, None before it was computed."""
    return UnitIndex.objects.for_actor(actor).filter(unit=unit_id).first()


def units_in_alarm() -> list[UUID]:
    """Return the installations in which an alarm of critical or high priority was announced since
    their index was computed, in one statement."""
    rows = AlarmState.objects.for_actor(SYSTEM).filter(
        Q(rule__point__installation__index__isnull=True)
        | Q(announced_at__gt=F("rule__point__installation__index__computed_at") - COMMITTED),
        condition=True,
        shown__in=overview.OPEN,
        priority__lte=Priority.HIGH,
        rule__point__installation__isnull=False,
    )
    return list(rows.order_by().values_list("rule__point__installation", flat=True).distinct())


def standing() -> Q:
    """Warnings not cleared."""
    return Q(state__in=[str(one) for one in STANDING])


def counting_standing(actor: Actor) -> Counting:
    """Return the statement that counts the warnings not cleared, for the navigation."""
    return actor.scope.counting("warnings_earlywarning", STANDING)


def late(moment: dt.datetime) -> Q:
    """Warnings on which a step is overdue at a moment."""
    return (
        Q(state=WarningState.OPEN, acknowledge_by__lt=moment)
        | Q(state__in=[str(one) for one in UNREPORTED], report_by__lt=moment)
        | (standing() & Q(clear_by__lt=moment))
    )


def next_steps(actor: Actor, ids: Iterable[str]) -> dict[str, dt.datetime]:
    """Return by its id by when the next step on each standing warning is due, in one statement."""
    columns = ("state", "acknowledge_by", "report_by", "clear_by")
    rows = EarlyWarning.objects.for_actor(actor).filter(standing(), pk__in=set(ids)).order_by()
    by = {WarningState.OPEN: 0, WarningState.ACKNOWLEDGED: 1, WarningState.REPORTED: 2}
    return {
        str(pk): moments[by[WarningState(state)]]
        for pk, state, *moments in rows.values_list("pk", *columns)
    }


@dataclass(frozen=True, slots=True)
class Counters:
    """How many warnings are not cleared, without feedback, late; questions not answered."""

    standing: int
    unreported: int
    late: int
    unanswered: int
    worst: int


def counters(actor: Actor, moment: dt.datetime | None = None) -> Counters:
    """Return the counters of what the actor sees, in two statements."""
    moment = moment or now()
    found = (
        EarlyWarning.objects.for_actor(actor)
        .filter(standing())
        .aggregate(
            n=Count("pk"),
            unreported=Count("pk", filter=Q(state__in=[str(one) for one in UNREPORTED])),
            late=Count("pk", filter=late(moment)),
            worst=Max("colour"),
        )
    )
    asked = FeedbackRequest.objects.for_actor(actor).filter(answered_at__isnull=True).count()
    return Counters(found["n"], found["unreported"], found["late"], asked, found["worst"] or 0)


@dataclass(frozen=True, slots=True)
class Newest:
    """How many warnings stand, and when one of them or of those cleared changed last."""

    standing: int
    at: dt.datetime | None


def newest_change(actor: Actor) -> Newest:
    """Return whether something has changed since a page was drawn, in one statement."""
    rows = EarlyWarning.objects.for_actor(actor).order_by()
    found = rows.aggregate(n=Count("pk", filter=standing()), at=Max("updated_at"))
    return Newest(found["n"], found["at"])


def by_enterprise(actor: Actor) -> Mapping[UUID, tuple[int, int]]:
    """Return number and worst colour (1 red to 4 blue) of standing warnings by enterprise."""
    rows = (
        EarlyWarning.objects.for_actor(actor)
        .filter(standing())
        .order_by()
        .values("enterprise_id")
        .annotate(n=Count("pk"), worst=Max("colour"))
    )
    return {row["enterprise_id"]: (row["n"], 5 - row["worst"]) for row in rows}


def colours() -> list[tuple[int, str]]:
    """Return the four colours, the worst first."""
    return [(int(one), str(one.label)) for one in reversed(Colour) if one]
