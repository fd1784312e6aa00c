"""What the findings of a month and the half-year's work show, counted in few statements."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, F, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from anlan.base.actors.actor import Actor
from anlan.base.clock import SHANGHAI
from anlan.modules.findings.choices import Discipline, RootCause
from anlan.modules.findings.models import Finding
from anlan.modules.findings.states import FindingState
from anlan.modules.indicators.models import Incentive, WeeklyScore
from anlan.modules.inspections.models import InspectionRecord, InspectionTask
from anlan.modules.risk.models import ControlMeasure, RiskEvent, RiskObject, RiskUnit

MOST = 12
GROUPS = ("discipline", "unit", "clause", "root_cause")
_WORDS: Mapping[str, Mapping[Any, Any]] = {
    "discipline": dict(Discipline.choices),
    "root_cause": dict(RootCause.choices),
}


def month_bounds(month_on: dt.date) -> tuple[dt.datetime, dt.datetime]:
    """Return the first moment of a month and that of the next (Asia/Shanghai)."""
    first = month_on.replace(day=1)
    after = (first + dt.timedelta(days=32)).replace(day=1)
    return (
        dt.datetime.combine(first, dt.time(0), SHANGHAI),
        dt.datetime.combine(after, dt.time(0), SHANGHAI),
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """A month's findings: totals, and (key, number) by group; `repeated` as (number, title).

    What is kept holds the codes of disciplines and causes: each reader's language names them.
    """

    total: int
    major: int
    accepted: int
    before: int
    groups: Mapping[str, list[tuple[Any, int]]]
    repeated: list[tuple[str, str, str]]

    def named(self, group: str) -> list[tuple[str, int]]:
        """Return (label, number) of a group in the reader's language."""
        words = _WORDS.get(group, {})
        return [(str(words.get(key, key or _("not said"))), n) for key, n in self.groups[group]]

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON keeps it."""
        return {
            "total": self.total,
            "major": self.major,
            "accepted": self.accepted,
            "before": self.before,
            "groups": {key: [list(one) for one in rows] for key, rows in self.groups.items()},
            "repeated": [list(one) for one in self.repeated],
        }


def from_json(kept: Mapping[str, Any]) -> Figures:
    """Return figures that were kept."""
    return Figures(
        kept["total"],
        kept["major"],
        kept["accepted"],
        kept["before"],
        {group: [(key, n) for key, n in rows] for group, rows in kept["groups"].items()},
        [(pk, number, title) for pk, number, title in kept["repeated"]],
    )


def figures(actor: Actor, month_on: dt.date, enterprise_id: UUID | None = None) -> Figures:
    """Count the findings registered in a month, of an enterprise or of everything seen."""
    rows = _of(actor, month_on, enterprise_id)
    total = rows.aggregate(
        n=Count("pk"),
        major=Count("pk", filter=Q(level=1)),
        accepted=Count("pk", filter=Q(state=FindingState.ACCEPTED)),
    )
    before = _of(actor, month_on.replace(day=1) - dt.timedelta(days=1), enterprise_id).count()
    repeated = rows.filter(repeat_of__isnull=False).order_by("number")[:MOST]
    return Figures(
        total["n"],
        total["major"],
        total["accepted"],
        before,
        {
            "discipline": _by(rows, "discipline"),
            "unit": [(name or place, n) for name, place, n in _pairs(rows, "unit__name", "place")],
            "clause": [(code or basis, n) for code, basis, n in _pairs(rows, "criterion", "basis")],
            "root_cause": _by(rows, "root_cause"),
        },
        [(str(row.pk), row.number, row.title) for row in repeated],
    )


def _of(actor: Actor, month_on: dt.date, enterprise_id: UUID | None) -> QuerySet[Finding]:
    start, end = month_bounds(month_on)
    rows = Finding.objects.for_actor(actor).filter(registered_at__gte=start, registered_at__lt=end)
    if enterprise_id is not None:
        rows = rows.filter(enterprise=enterprise_id)
    return rows.exclude(state=FindingState.DISMISSED)


def _by(rows: QuerySet[Finding], name: str) -> list[Any]:
    found = rows.order_by().values_list(name).annotate(n=Count("pk")).order_by("-n")
    return list(found[:MOST])


def _pairs(rows: QuerySet[Finding], first: str, second: str) -> list[Any]:
    found = rows.order_by().values_list(first, second).annotate(n=Count("pk")).order_by("-n")
    return list(found[:MOST])


def half_bounds(year: int, half: int) -> tuple[dt.date, dt.date]:
    """Return the first day of a half-year and of the next."""
    if half == 1:
        return dt.date(year, 1, 1), dt.date(year, 7, 1)
    return dt.date(year, 7, 1), dt.date(year + 1, 1, 1)


def facts_of_half(actor: Actor, enterprise_id: UUID, year: int, half: int) -> dict[str, str]:
    """Return what the product knows for a self-evaluation, as sentences by key."""
    first, after = half_bounds(year, half)
    start = dt.datetime.combine(first, dt.time(0), SHANGHAI)
    end = dt.datetime.combine(after, dt.time(0), SHANGHAI)

    def count(model: Any, **more: Any) -> int:
        n: int = model.objects.for_actor(actor).filter(enterprise=enterprise_id, **more).count()
        return n

    weeks = WeeklyScore.objects.for_actor(actor).filter(
        enterprise=enterprise_id, week_on__gte=first, week_on__lt=after
    )
    told = weeks.aggregate(
        n=Count("pk", filter=Q(score__isnull=False)),
        mean=Avg("score"),
        planned=Sum("planned"),
        done=Sum("done"),
        due=Sum("findings_due"),
        accepted=Sum("findings_accepted"),
        **{
            f"{what}{n}": Sum(F(f"role_{what}__{n}"))
            for what in ("planned", "done")
            for n in range(3)
        },
    )
    last = weeks.order_by("-week_on").first()
    findings = Finding.objects.for_actor(actor).filter(
        enterprise=enterprise_id, registered_at__gte=start, registered_at__lt=end
    )
    seen = findings.aggregate(
        n=Count("pk"),
        major=Count("pk", filter=Q(level=1)),
        accepted=Count("pk", filter=Q(state=FindingState.ACCEPTED)),
    )
    live = {"removed_at__isnull": True}
    given = Incentive.objects.for_actor(actor).filter(
        enterprise=enterprise_id,
        happened_on__gte=first,
        happened_on__lt=after,
        revoked_at__isnull=True,
    )
    incentives = given.aggregate(
        rewards=Count("pk", filter=Q(kind="reward")),
        penalties=Count("pk", filter=Q(kind="penalty")),
    )
    return {
        "objects": _("%(n)s analysis objects") % {"n": count(RiskObject, **live)},
        "units": _("%(n)s analysis units") % {"n": count(RiskUnit, **live)},
        "events": _("%(n)s risk events, %(valued)s of them valued")
        % {
            "n": count(RiskEvent, **live),
            "valued": count(RiskEvent, level__isnull=False, **live),
        },
        "shapes": _("%(n)s units drawn on the map")
        % {"n": count(RiskUnit, shape__isnull=False, **live)},
        "measures": _("%(n)s control measures") % {"n": count(ControlMeasure, **live)},
        "completion": _("complete analyses %(share)s")
        % {"share": _share(last.objects_complete, last.objects_total) if last else "—"},
        "tasks": _("%(n)s inspection tasks in use") % {"n": count(InspectionTask, is_active=True)},
        "task_rate": _("tasks done in time %(share)s")
        % {"share": _share(told["done"], told["planned"])},
        "roles": _("responsible persons %(one)s, %(two)s, %(three)s")
        % {
            name: _share(told[f"done{n}"], told[f"planned{n}"])
            for n, name in enumerate(("one", "two", "three"))
        },
        "rectification": _("findings rectified %(share)s")
        % {"share": _share(told["accepted"], told["due"])},
        "findings": _("%(n)s findings registered, %(accepted)s closed, %(major)s major")
        % {"n": seen["n"], "accepted": seen["accepted"], "major": seen["major"]},
        "records": _("%(n)s inspection records, %(mobile)s of them by phone")
        % {
            "n": count(InspectionRecord, occurred_at__gte=start, occurred_at__lt=end),
            "mobile": count(
                InspectionRecord,
                occurred_at__gte=start,
                occurred_at__lt=end,
                device_id__isnull=False,
            ),
        },
        "incentives": _("%(rewards)s rewards, %(penalties)s penalties") % incentives,
        "scores": _("mean of %(n)s weekly scores %(mean)s")
        % {"n": told["n"], "mean": "—" if told["mean"] is None else f"{told['mean']:.1f}"},
    }


def _share(part: int | None, whole: int | None) -> str:
    return f"{100 * (part or 0) / whole:.1f}%" if whole else "—"
