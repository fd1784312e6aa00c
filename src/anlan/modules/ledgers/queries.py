"""The only door for reading special ledgers, actor first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, F, FilteredRelation, Q, QuerySet
from django.db.models.functions import Coalesce

from anlan.base.actors.actor import Actor
from anlan.base.clock import today
from anlan.modules.findings.choices import Level
from anlan.modules.findings.models import Finding
from anlan.modules.findings.states import OPEN, FindingState
from anlan.modules.ledgers.definitions import Ledger
from anlan.modules.ledgers.models import LedgerEntry
from anlan.modules.registry import queries as registry

# By names of the query's own: a condition on `entry__…` would join the entries once more.
KEPT = Q(entry_key__isnull=False, entry_left_at__isnull=True)
OFF = Q(entry_left_at__isnull=False)
FOUND = Q(entry_key__isnull=True)
NAMED = ("left_at", "done_on", "risk", "decision", "situation", "segment")


def subjects(actor: Actor, ledger: Ledger) -> QuerySet[Any]:
    """Return all findings or facilities, each with its `entry` of a ledger and `due_at`."""
    if ledger.subject == "finding":
        base: Any = Finding.objects.for_actor(actor).exclude(state=FindingState.DISMISSED)
        base = base.select_related("enterprise__parent", "owner", "equipment", "unit")
    else:
        base = registry.facilities(actor).select_related("enterprise__parent", "unit")
    entries = FilteredRelation("ledger_entries", condition=Q(ledger_entries__ledger=ledger.code))
    base = base.annotate(entry=entries).select_related("entry")
    due = Coalesce(F("deadline"), F("entry__due")) if _is_finding(ledger) else F("entry__due")
    named = {f"entry_{name}": F(f"entry__{name}") for name in NAMED}
    found: QuerySet[Any] = base.annotate(due_at=due).alias(entry_key=F("entry__pk"), **named)
    return found


def rows(actor: Actor, ledger: Ledger) -> QuerySet[Any]:
    """Return what is on a ledger, was found for it or was taken off it, with its `entry`."""
    condition, plants = ledger.belonging(today())
    listed = subjects(actor, ledger).filter(condition | Q(entry_key__isnull=False))
    if plants is not None:
        # Follows from the rest, which the database cannot see: it would walk every finding in the
        # list's order until it has met enough of these few.
        entries = LedgerEntry.objects.for_actor(actor).filter(ledger=ledger.code)
        kept = entries.order_by().values_list("enterprise_id", flat=True).distinct()
        listed = listed.filter(enterprise_id__in=sorted({*plants, *kept}))
    return _with_open(ledger, listed)


def row_one(actor: Actor, ledger: Ledger, subject_id: UUID | str) -> Any:
    """Return one finding or facility with its entry of a ledger. Raises NotYours."""
    return _with_open(ledger, subjects(actor, ledger)).one(subject_id)  # type: ignore[attr-defined]


def _is_finding(ledger: Ledger) -> bool:
    return ledger.subject == "finding"


def _with_open(ledger: Ledger, base: QuerySet[Any]) -> QuerySet[Any]:
    """Count the open findings of facilities, through their equipment and their risk analysis."""
    if _is_finding(ledger):
        return base
    n: Any = 0
    for path in ("risk_objects__findings", "equipment__findings"):
        is_open = Q(**{f"{path}__state__in": sorted(OPEN)})
        n = n + Count(path, filter=is_open, distinct=True)
    return base.annotate(n_open=n)


def entries_of(actor: Actor, row: Any) -> QuerySet[LedgerEntry]:
    """Return the ledgers that a finding or facility stands on."""
    name = "finding" if isinstance(row, Finding) else "facility"
    return LedgerEntry.objects.for_actor(actor).filter(**{name: row.pk, "left_at__isnull": True})


@dataclass(frozen=True, slots=True)
class Sum:
    """What stands on a ledger in one area. `area_id` is None for everything together."""

    area_id: UUID | None
    area: str
    above: str
    enterprises: int
    rows: int
    major: int
    unassessed: int
    overdue: int
    closed: int


def sums(actor: Actor, ledger: Ledger) -> list[Sum]:
    """Return the counts by county, the one with most rows first; one statement."""
    day = today()
    condition, _plants = ledger.belonging(day)
    listed = subjects(actor, ledger).filter(condition & FOUND | KEPT).order_by()
    if ledger.subject == "finding":
        closed = Q(state=FindingState.ACCEPTED)
        major = Q(level=Level.MAJOR)
    else:
        closed = Q(entry_done_on__isnull=False)
        major = Q(entry_risk__in=["high", "higher"])
    counted = (
        listed.values("enterprise__parent_id", "enterprise__parent__name",
                      "enterprise__parent__parent__name")
        .annotate(
            n_enterprises=Count("enterprise_id", distinct=True),
            n_rows=Count("pk", distinct=True),
            n_major=Count("pk", distinct=True, filter=major),
            n_unassessed=Count("pk", distinct=True, filter=FOUND),
            n_overdue=Count("pk", distinct=True, filter=Q(due_at__lt=day) & ~closed),
            n_closed=Count("pk", distinct=True, filter=closed),
        )
    )  # fmt: skip
    found = [
        Sum(
            one["enterprise__parent_id"],
            one["enterprise__parent__name"] or "",
            one["enterprise__parent__parent__name"] or "",
            *(one[f"n_{name}"] for name in
              ("enterprises", "rows", "major", "unassessed", "overdue", "closed")),
        )
        for one in counted
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.rows, one.area))


def total(parts: Sequence[Sum]) -> Sum:
    """Return all areas together."""
    names = ("enterprises", "rows", "major", "unassessed", "overdue", "closed")
    return Sum(None, "", "", *(sum(getattr(one, name) for one in parts) for name in names))
