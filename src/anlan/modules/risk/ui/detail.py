"""What the right side of the register shows of an object, a unit or an event."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anlan.base.actors.actor import Actor
from anlan.base.clock import now
from anlan.base.states.services import Offer, offers
from anlan.modules.registry.queries import department_names
from anlan.modules.risk import queries, queries_verified, rules
from anlan.modules.risk.choices import UnitType, Verification
from anlan.modules.risk.methods import methods_of
from anlan.modules.risk.models import ControlMeasure, RiskEdition, RiskEvent, RiskObject
from anlan.modules.risk.policy import RISK_EDIT, SHUTDOWN_EDIT
from anlan.modules.risk.ui.forms import valued
from anlan.modules.risk.ui.tree import address

GAPS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class GapShown:
    """A gap with what mends it: (label, address) each."""

    text: str
    fixes: list[tuple[str, str]]


@dataclass(slots=True)
class Detail:
    """The right side: what is chosen, and all above it."""

    kind: str
    row: Any
    thing: RiskObject
    crumbs: list[tuple[str, str]]
    may_edit: bool
    may_shut: bool
    department: str = ""
    edition: RiskEdition | None = None
    offers: list[Offer] = field(default_factory=list)
    shutdown: Any = None
    gaps: list[GapShown] = field(default_factory=list)
    n_gaps: int = 0
    below: list[Any] = field(default_factory=list)
    sides: list[dict[str, Any]] = field(default_factory=list)
    measures: list[dict[str, Any]] = field(default_factory=list)
    tallies: dict[str, Any] = field(default_factory=dict)
    template: str = ""


def detail_of(actor: Actor, kind: str, row: Any, all_gaps: list[queries.Gap], given: Any) -> Detail:
    """Return what to show; `all_gaps` are those of the enterprise, `given` the address."""
    thing = {
        "object": lambda: row,
        "unit": lambda: row.object,
        "event": lambda: row.unit.object,
    }[kind]()
    mine = [gap for gap in all_gaps if getattr(gap, f"{kind}_id") == row.pk]
    found = Detail(
        kind,
        row,
        thing,
        _crumbs(kind, row),
        actor.may(RISK_EDIT, row.scope_path, row.enterprise_id),
        actor.may(SHUTDOWN_EDIT, row.scope_path, row.enterprise_id),
        department_names([row.scope_path]).get(row.scope_path, ""),
        gaps=[shown_gap(actor, gap) for gap in mine[:GAPS_SHOWN]],
        n_gaps=len(mine),
    )
    editions = list(queries.editions(actor, thing.pk)[:3])
    found.edition = next((one for one in editions if one.state == "approved"), None)
    if kind == "event":
        _event(actor, found, row, given)
    elif kind == "unit":
        found.below = list(queries.events(actor).filter(unit=row.pk))
        found.template = row.unit_type if row.unit_type != UnitType.OTHER else ""
        found.shutdown = queries.shutdowns(actor).filter(unit=row.pk, ended_at=None).first()
    else:
        found.below = list(queries.units(actor).filter(object=row.pk))
        open_one = next((one for one in editions if one.state in ("draft", "in_review")), None)
        found.offers = offers(actor, open_one) if open_one else []
    return found


def _crumbs(kind: str, row: Any) -> list[tuple[str, str]]:
    if kind == "object":
        return [(f"{_('Object')} {row.code}", "")]
    if kind == "unit":
        return [
            (row.object.name, address("object", row.object_id)),
            (f"{_('Unit')} {row.code}", ""),
        ]
    return [
        (row.unit.object.name, address("object", row.unit.object_id)),
        (row.unit.name, address("unit", row.unit_id)),
        (f"{_('Event')} {row.code}", ""),
    ]


def _event(actor: Actor, found: Detail, row: RiskEvent, given: Any) -> None:
    methods = methods_of(actor, [row.enterprise_id])
    method = methods.get((row.enterprise_id, row.method))
    for label, factors, level in (
        (_("Inherent risk"), row.inherent, row.inherent_level),
        (_("Residual risk"), row.residual, row.level),
    ):
        value = valued(method, factors)
        formula = value.formula if value else ""
        found.sides.append(
            {"label": label, "mark": 0 if level is None else level + 1, "formula": formula}
        )
    tasks = queries.task_counts(actor, row.enterprise_id)
    moment = now()
    rows = queries.measures(actor).filter(event=row.pk).select_related(None)
    measures = list(rows.select_related("responsible_department"))
    verified = queries_verified.last_verified(
        actor, row.enterprise_id, [one.pk for one in measures]
    )
    emergency = [one for one in measures if one.class1 == 4]
    found.tallies = {
        "all": len(measures),
        "monitoring": sum(one.verification == Verification.MONITORING for one in measures),
        "inspection": sum(one.verification == Verification.INSPECTION for one in measures),
        "prevent": [not _lacks(one, tasks) for one in measures if one.class1 != 4],
        "mitigate": [not _lacks(one, tasks) for one in emergency],
    }
    by, class1 = given.get("by", ""), given.get("class1", "")
    found.tallies |= {"by": by, "class1": class1}
    for one in measures:
        if by in ("1", "2") and one.verification != int(by):
            continue
        if class1 in ("1", "2", "3", "4") and one.class1 != int(class1):
            continue
        found.measures.append(
            {
                "row": one,
                "lacks": _lacks(one, tasks),
                "n_tasks": tasks.get(one.pk, 0),
                "limits": _limits(one),
                "verified": verified.get(one.pk),
                "state": _state(one, tasks, verified.get(one.pk), moment),
            }
        )


def _state(
    measure: ControlMeasure,
    tasks: Any,
    verified: queries_verified.Verified | None,
    moment: dt.datetime,
) -> str:
    """Return how far a measure can be relied on: gap, live, never, abnormal, stale or good."""
    if _lacks(measure, tasks):
        return "gap"
    if measure.verification == Verification.MONITORING:
        return "live"
    if verified is None or verified.at is None:
        return "never"
    if not verified.is_good:
        return "abnormal"
    return "stale" if verified.is_stale(moment) else "good"


def _lacks(measure: ControlMeasure, tasks: Any) -> bool:
    if measure.verification == Verification.MONITORING:
        return not measure.tag or "?" in measure.tag
    return not tasks.get(measure.pk)


def _limits(measure: ControlMeasure) -> str:
    low = rules.plain(measure.low) if measure.low is not None else ""
    high = rules.plain(measure.high) if measure.high is not None else ""
    if not low and not high:
        return ""
    span = f"{low}～{high}" if low and high else (f"≥ {low}" if low else f"≤ {high}")
    return f"{measure.quantity} {span} {measure.reading_unit}".strip()


def may_plan(actor: Actor) -> bool:
    """Tell whether the actor may set up inspection tasks: not everybody who edits the register."""
    return actor.may("inspections.task.edit")


def task_address(measure_id: UUID) -> str:
    """Return where a task for a measure is made; empty while there is no such page."""
    try:
        return f"{reverse('inspections:tasks_new')}?measure={measure_id}"
    except NoReverseMatch:
        return ""


def suggest_address(enterprise_id: UUID) -> str:
    """Return where tasks are set up for all measures without one; empty without such a page."""
    try:
        return f"{reverse('inspections:suggest')}?enterprise={enterprise_id}"
    except NoReverseMatch:
        return ""


def shown_gap(actor: Actor, gap: queries.Gap) -> GapShown:
    """Return a gap in words with the links that mend it, as far as the actor may follow them."""
    shown = _gap(actor, gap)
    return shown if actor.may(RISK_EDIT) else GapShown(shown.text, [])


def _gap(actor: Actor, gap: queries.Gap) -> GapShown:
    name = gap.text
    if gap.code == rules.NO_UNIT:
        return GapShown(
            _("“%(name)s” has no unit") % {"name": name},
            [(_("Add a unit"), _new("units", "object", gap.object_id))],
        )
    if gap.code == rules.NO_EVENT:
        return GapShown(
            _("“%(name)s” has no risk event") % {"name": name},
            [
                (_("Add an event"), _new("events", "unit", gap.unit_id)),
                (_("Take from a template"), reverse("risk:template", args=[gap.unit_id])),
            ],
        )
    if gap.code == rules.NO_MEASURE:
        return GapShown(
            _("“%(name)s” has no control measure") % {"name": name},
            [(_("Add a measure"), _new("measures", "event", gap.event_id))],
        )
    if gap.code == rules.NOT_VALUED:
        return GapShown(
            _("“%(name)s” is not valued") % {"name": name},
            [(pgettext("risk", "Value it"), reverse("risk:events_edit", args=[gap.event_id]))],
        )
    assert gap.measure_id is not None
    if gap.code == rules.NO_TAG:
        return GapShown(
            _("“%(name)s” does not name its monitoring point") % {"name": name},
            [(_("Name the point"), reverse("risk:measures_edit", args=[gap.measure_id]))],
        )
    fixes = [(_("Edit the measure"), reverse("risk:measures_edit", args=[gap.measure_id]))]
    if (task := task_address(gap.measure_id)) and may_plan(actor):
        fixes.insert(0, (_("Set up an inspection task"), task))
    return GapShown(_("“%(name)s” has no active inspection task") % {"name": name}, fixes)


def _new(noun: str, parent: str, pk: UUID | None) -> str:
    return f"{reverse(f'risk:{noun}_new')}?{parent}={pk}"
