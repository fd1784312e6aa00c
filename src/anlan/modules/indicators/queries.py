"""The only door for reading indicators, actor first."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.clock import day_of
from anlan.base.clock import now as clock_now
from anlan.base.duties import queries as duties
from anlan.base.duties.models import Colour, Instance, RaisedWarning
from anlan.base.duties.states import State
from anlan.modules.findings.models import Finding
from anlan.modules.findings.states import OPEN, FindingState
from anlan.modules.indicators import rules
from anlan.modules.indicators.choices import IncentiveKind
from anlan.modules.indicators.models import (
    AreaParameters,
    Incentive,
    IncentiveRule,
    MonthlyAnalysis,
    SelfEvaluation,
    WeeklyScore,
)

COUNTED_KIND = "inspection"
"""The kind of duty that the score counts."""

DUTY_SETS = ("planned", "done", "late", "missed", "exempt")
FINDING_SETS = ("due", "accepted", "open", "new", "major_overdue", "entries", "late_entries")


def scores(actor: Actor) -> QuerySet[WeeklyScore]:
    """Return the weekly scores the actor sees, with their enterprise."""
    return WeeklyScore.objects.for_actor(actor).select_related("enterprise__parent")


def score_one(actor: Actor, score_id: UUID | str) -> WeeklyScore:
    """Return one weekly score. Raises NotYours."""
    rows: Any = scores(actor)
    found: WeeklyScore = rows.one(score_id)
    return found


def score_of(actor: Actor, enterprise_id: UUID, week_on: dt.date) -> WeeklyScore | None:
    """Return the score of an enterprise's week, None when it was not rated."""
    return scores(actor).filter(enterprise=enterprise_id, week_on=week_on).first()


def trend(actor: Actor, enterprise_id: UUID, until: dt.date, weeks: int = 53) -> list[WeeklyScore]:
    """Return up to a year of weeks that end with `until`, the oldest first."""
    rows = (
        WeeklyScore.objects.for_actor(actor)
        .filter(
            enterprise=enterprise_id,
            week_on__lte=until,
            week_on__gt=until - weeks * rules.WEEK,
        )
        .order_by("week_on")
    )
    return list(rows)


def counted_duties(
    actor: Actor, enterprise_id: UUID, week_on: dt.date, which: str = "planned"
) -> QuerySet[Instance]:
    """Return the duties behind a figure of the score (`DUTY_SETS`), by due time.

    Raises KeyError for a set that is none.
    """
    start, end = rules.bounds(week_on)
    condition = {
        "planned": ~Q(state=State.EXEMPT),
        "done": Q(state=State.DONE),
        "late": Q(state=State.DONE_LATE),
        "missed": ~Q(state__in=[State.EXEMPT, State.DONE, State.DONE_LATE]),
        "exempt": Q(state=State.EXEMPT),
    }[which]
    return (
        duties.due_between(actor, start, min(end, clock_now()))
        .filter(condition, enterprise=enterprise_id, plan__kind=COUNTED_KIND)
        .select_related("plan", "organisation", "assignee", "done_by")
        .order_by("due_at", "id")
    )


def counted_findings(
    actor: Actor, enterprise_id: UUID, week_on: dt.date, which: str = "due"
) -> QuerySet[Finding]:
    """Return the findings behind a figure of the score (`FINDING_SETS`).

    Raises KeyError for a set that is none.
    """
    start, end = rules.bounds(week_on)
    until = min(end, clock_now())
    day = day_of(until)
    standing = Q(state__in=sorted(OPEN), deadline__lt=day)
    closed_late = Q(state=FindingState.ACCEPTED, accepted_at__gte=until, deadline__lt=day)
    accepted = Q(state=FindingState.ACCEPTED, accepted_at__gte=start, accepted_at__lt=until)
    new = Q(registered_at__gte=start, registered_at__lt=until) & ~Q(state=FindingState.DISMISSED)
    condition = {
        "due": standing | closed_late | accepted,
        "accepted": accepted,
        "open": standing | closed_late,
        "new": new,
        "major_overdue": (standing | closed_late) & Q(level=1),
        "entries": new & Q(inspected_on__isnull=False),
        "late_entries": new & Q(inspected_on__lt=F("registered_at") - dt.timedelta(days=31)),
    }[which]
    return (
        Finding.objects.for_actor(actor)
        .filter(condition, enterprise=enterprise_id)
        .select_related("department", "owner")
        .order_by("deadline", "number")
    )


@dataclass(slots=True)
class Rate:
    """Duties due and done of a node of the organisation (its own and those below) or a role."""

    key: Any
    name: str
    depth: int = 0
    planned: int = 0
    done: int = 0
    late: int = 0
    exempt: int = 0

    @property
    def share(self) -> float | None:
        """Return done in time ÷ planned, None when nothing was planned."""
        return self.done / self.planned if self.planned else None


@dataclass(slots=True)
class Rates:
    """How the week went by node of the organisation and by responsible role."""

    nodes: list[Rate] = field(default_factory=list)
    roles: list[Rate] = field(default_factory=list)


def rates(actor: Actor, enterprise_id: UUID, week_on: dt.date) -> Rates:
    """Return the completion of duties per level of the tree and per responsible role, in two
    statements."""
    start, end = rules.bounds(week_on)
    rows: list[Any] = list(
        duties.due_between(actor, start, min(end, clock_now()))
        .filter(enterprise=enterprise_id, plan__kind=COUNTED_KIND)
        .values("organisation_id", "work_type")
        .annotate(**duties.COUNTED)
        .order_by()
    )
    nodes = list(
        Organisation.objects.filter(owner_enterprise_id=enterprise_id, is_active=True)
        .order_by("path")
        .only("id", "path", "name", "short_name")
    )
    paths = {node.pk: node.path for node in nodes}
    by_path = {
        node.path: Rate(node.pk, node.name, node.path.count("/") - nodes[0].path.count("/"))
        for node in nodes
    }
    by_role = {n: Rate(n, "") for n in range(4)}
    for row in rows:
        path = paths.get(row["organisation_id"], "")
        holders = [rate for own, rate in by_path.items() if path.startswith(own)]
        for rate in [*holders, by_role[row["work_type"]]]:
            rate.planned += row["n_due"]
            rate.done += row["n_done"]
            rate.late += row["n_late"]
            rate.exempt += row["n_exempt"]
    return Rates(
        [rate for rate in by_path.values() if rate.planned or rate.exempt], list(by_role.values())
    )


def area_parameters() -> QuerySet[AreaParameters]:
    """Return what authorities set; open to all, as those who are scored may know by what."""
    return AreaParameters.objects.select_related("area").order_by("area__path")


def open_colours(actor: Actor, enterprise_ids: Iterable[UUID]) -> dict[UUID, dict[int, int]]:
    """Return the number of uncleared warnings by enterprise and colour."""
    rows = (
        RaisedWarning.objects.for_actor(actor)
        .filter(
            cleared_at__isnull=True, colour__gte=Colour.YELLOW, enterprise__in=list(enterprise_ids)
        )
        .values_list("enterprise_id", "colour")
        .annotate(n=Count("pk"))
        .order_by()
    )
    found: dict[UUID, dict[int, int]] = {}
    for enterprise_id, colour, n in rows:
        found.setdefault(enterprise_id, {})[colour] = n
    return found


def own_warning(actor: Actor, enterprise_id: UUID) -> RaisedWarning | None:
    """Return the open warning about an enterprise's operating effect."""
    return (
        duties.open_warnings(actor).filter(subject_kind="score", subject_id=enterprise_id).first()
    )


def by_band(actor: Actor, week_on: dt.date) -> dict[str, int]:
    """Return how many enterprises are in each band of a week; "" for those not rated."""
    rows = (
        WeeklyScore.objects.for_actor(actor)
        .filter(week_on=week_on)
        .values_list("band")
        .annotate(n=Count("pk"))
        .order_by()
    )
    return dict(rows)


def analyses(actor: Actor) -> QuerySet[MonthlyAnalysis]:
    """Return monthly analyses, the newest first."""
    return (
        MonthlyAnalysis.objects.for_actor(actor)
        .select_related("enterprise", "finished_by")
        .order_by("-month_on", "id")
    )


def evaluations(actor: Actor) -> QuerySet[SelfEvaluation]:
    """Return self-evaluations, the newest first."""
    return (
        SelfEvaluation.objects.for_actor(actor)
        .select_related("enterprise", "finished_by")
        .order_by("-year", "-half", "id")
    )


def incentive_rules(actor: Actor) -> QuerySet[IncentiveRule]:
    """Return the rules in force, by code."""
    rows = IncentiveRule.objects.for_actor(actor).filter(stopped_at__isnull=True)
    return rows.select_related("enterprise").order_by("code", "id")


def incentives(actor: Actor) -> QuerySet[Incentive]:
    """Return rewards and penalties, the newest first."""
    return (
        Incentive.objects.for_actor(actor)
        .select_related("rule", "finding", "enterprise", "entered_by")
        .order_by("-happened_on", "-id")
    )


def incentive_months(actor: Actor, since: dt.date) -> list[dict[str, Any]]:
    """Return what was granted and imposed by month, the newest first, revoked entries left out.

    Each row has `month`, and count and sum in CNY of rewards and penalties.
    """

    def of(kind: str) -> Any:
        return Q(kind=kind)

    rows = (
        Incentive.objects.for_actor(actor)
        .filter(happened_on__gte=since, revoked_at__isnull=True)
        .annotate(month=TruncMonth("happened_on"))
        .values("month")
        .annotate(
            rewards=Count("pk", filter=of(IncentiveKind.REWARD)),
            rewarded=Sum("amount", filter=of(IncentiveKind.REWARD), default=Decimal(0)),
            penalties=Count("pk", filter=of(IncentiveKind.PENALTY)),
            penalised=Sum("amount", filter=of(IncentiveKind.PENALTY), default=Decimal(0)),
        )
        .order_by("-month")
    )
    return list(rows)


def percent(part: int, whole: int) -> Decimal | None:
    """Return a percentage to one place, None of nothing."""
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1")) if whole else None
