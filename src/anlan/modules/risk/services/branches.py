"""Whole branches at once: from a template, as a copy; many measures changed together."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from anlan.base.actors.actor import Actor
from anlan.base.errors import BadInput, NotYours, Problem
from anlan.facts.loader import load_packaged
from anlan.modules.registry.services import rows
from anlan.modules.registry.services.rows import Register
from anlan.modules.risk import queries
from anlan.modules.risk.models import RiskEvent, RiskUnit
from anlan.modules.risk.services import chain

BULK_FIELDS: Mapping[str, tuple[str, ...]] = {
    "objects": ("department",),
    "units": ("department", "unit_type"),
    "events": ("control_level",),
    "measures": (
        "responsible_department", "post", "class2", "class3", "photo", "cycle_n", "cycle_unit",
    ),
}  # fmt: skip
"""What may be set for many rows at once, by register."""
_REGISTERS = {
    "objects": chain.OBJECT,
    "units": chain.UNIT,
    "events": chain.EVENT,
    "measures": chain.MEASURE,
}


@dataclass(frozen=True, slots=True)
class EventTemplate:
    """An event of a template with its measures, as field values of the registers."""

    code: str
    values: Mapping[str, Any]
    measures: tuple[Mapping[str, Any], ...]


@cache
def templates(unit_type: str) -> tuple[EventTemplate, ...]:
    """Return the events that the product offers for a type of unit; none for an unknown type."""
    by_event: dict[str, list[Mapping[str, Any]]] = {}
    for row in load_packaged("risk/templates_measures.csv"):
        by_event.setdefault(row["event"], []).append(
            {
                "class2": row["class2"],
                "class1": int(row["class2"][0]),
                "verification": int(row["verification"]),
                "text": row["text"],
                "inspection_content": row["content"],
                "post": row["post"],
                "tag": row["tag"],
                "quantity": row["quantity"],
                "reading_unit": row["unit"],
                "low": row["low"] or None,
                "high": row["high"] or None,
                "cycle_n": int(row["cycle_n"]) if row["cycle_n"] else None,
                "cycle_unit": row["cycle_unit"],
                "photo": row["photo"],
            }
        )
    return tuple(
        EventTemplate(
            row["event"],
            {
                "name": row["name"],
                "causes": row["causes"],
                "consequences": row["consequences"],
                "method": "ls",
                "inherent": {"L": row["inherent_l"], "S": row["inherent_s"]},
                "residual": {"L": row["residual_l"], "S": row["residual_s"]},
            },
            tuple(by_event.get(row["event"], ())),
        )
        for row in load_packaged("risk/templates_events.csv")
        if row["unit_type"] == unit_type
    )


def _write(actor: Actor, register: Register, given: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Create rows and return them in order. Raises BadInput, Forbidden."""
    plans = rows.plan_rows(actor, register, given, lock=True)
    rows.refuse_wrong(plans)
    rows.write_plans(actor, register, plans)
    return [plan.instance for plan in plans]


def _codes(actor: Actor, noun: str, parent: Any, many: int) -> list[str]:
    """Return codes below a parent that are free in the enterprise."""
    return queries.next_codes(actor, noun, parent, many)


@transaction.atomic
def apply_template(
    actor: Actor,
    unit_id: UUID | str,
    unit_type: str,
    chosen: Collection[str],
    without: Collection[str] = (),
) -> list[RiskEvent]:
    """Enter the chosen events of a template below a unit.

    `without` names measures to leave out, as the event's code and the measure's place (`T1:0`).
    Raises NotYours, BadInput, Forbidden.
    """
    unit = queries.units(actor).one(unit_id)
    wanted = [
        (
            one.values,
            [row for n, row in enumerate(one.measures) if f"{one.code}:{n}" not in without],
        )
        for one in templates(unit_type)
        if one.code in chosen
    ]
    if not wanted:
        raise BadInput(Problem("events", _("Choose at least one event.")))
    return _enter(actor, [(unit, wanted)])


MOST_UNITS = 60


@transaction.atomic
def add_units(
    actor: Actor,
    object_id: UUID | str,
    names: Sequence[str],
    unit_type: str,
    chosen: Collection[str] = (),
) -> list[RiskUnit]:
    """Enter units of one type below an object, each with the chosen events of its template.

    A tank farm is entered so in one step; a fixed number of statements. Raises NotYours, BadInput
    (no name, too many), Forbidden.
    """
    thing = queries.objects(actor).one(object_id)
    wanted = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    if not 1 <= len(wanted) <= MOST_UNITS:
        raise BadInput(
            Problem("names", _("Enter one name per line, %(n)s at most.") % {"n": MOST_UNITS})
        )
    codes = _codes(actor, "units", thing, len(wanted))
    last = queries.units(actor).filter(object=thing.pk).aggregate(last=Max("route"))["last"] or 0
    units: list[RiskUnit] = _write(
        actor,
        chain.UNIT,
        [
            {
                "enterprise": thing.enterprise_id,
                "object": thing.pk,
                "code": code,
                "name": name,
                "unit_type": unit_type,
                "route": place,
            }
            for place, (code, name) in enumerate(zip(codes, wanted, strict=True), start=last + 1)
        ],
    )
    events = [(one.values, one.measures) for one in templates(unit_type) if one.code in chosen]
    if events:
        # Nothing can be below a code that was free.
        fresh = [f"{unit.code}-E{n:02d}" for unit in units for n in range(1, len(events) + 1)]
        _enter(actor, [(unit, events) for unit in units], fresh)
    return units


Wanted = Sequence[tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]]
"""Events with their measures, as field values."""


def _enter(
    actor: Actor, below: Sequence[tuple[RiskUnit, Wanted]], codes: Sequence[str] = ()
) -> list[RiskEvent]:
    """Enter events with their measures below units; parents first, a write a register.

    `codes` of the events are looked up where they are not given.
    """
    flat = [(unit, values, measures) for unit, wanted in below for values, measures in wanted]
    codes = codes or [
        code for unit, wanted in below for code in _codes(actor, "events", unit, len(wanted))
    ]
    given = [
        {**values, "enterprise": unit.enterprise_id, "unit": unit.pk, "code": code}
        for code, (unit, values, _measures) in zip(codes, flat, strict=True)
    ]
    events: list[RiskEvent] = _write(actor, chain.EVENT, given)
    rows_below = [
        {
            **values,
            "enterprise": unit.enterprise_id,
            "event": event.pk,
            "code": f"{event.code}-M{number:02d}",
        }
        for event, (unit, _values, measures) in zip(events, flat, strict=True)
        for number, values in enumerate(measures, start=1)
    ]
    if rows_below:
        _write(actor, chain.MEASURE, rows_below)
    return events


_EVENT_COPIED = tuple(name for name in chain.EVENT.fields if name not in ("unit", "code"))
_MEASURE_COPIED = tuple(name for name in chain.MEASURE.fields if name not in ("event", "code"))
# A tag or a label stands for one thing in the plant: a copy gets its own.
_UNIT_COPIED = tuple(
    name
    for name in chain.UNIT.fields
    if name not in ("object", "code", "name", "nfc_id", "shape", "longitude", "latitude")
)


def _values(row: Any, names: Sequence[str]) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in names}
    return {name: getattr(value, "pk", value) for name, value in found.items()}


def _with_measures(actor: Actor, events: Sequence[RiskEvent]) -> list[Any]:
    by_event: dict[UUID, list[dict[str, Any]]] = {}
    found = queries.measures(actor).filter(event__in=[event.pk for event in events])
    for measure in found.select_related(None).select_related("responsible_department"):
        by_event.setdefault(measure.event_id, []).append(_values(measure, _MEASURE_COPIED))
    return [(_values(event, _EVENT_COPIED), by_event.get(event.pk, [])) for event in events]


@transaction.atomic
def copy_event(actor: Actor, event_id: UUID | str, to_unit: UUID | None = None) -> RiskEvent:
    """Copy an event with its measures, below its unit or another. Raises NotYours, Forbidden."""
    event = queries.events(actor).one(event_id)
    unit = event.unit if to_unit is None else queries.units(actor).one(to_unit)
    wanted = _with_measures(actor, [event])
    if to_unit is None:
        wanted[0][0]["name"] = _copied_name(event.name)
    return _enter(actor, [(unit, wanted)])[0]


@transaction.atomic
def copy_unit(actor: Actor, unit_id: UUID | str) -> RiskUnit:
    """Copy a unit with everything below it, under new codes. Raises NotYours, Forbidden."""
    unit = queries.units(actor).one(unit_id)
    values = _values(unit, _UNIT_COPIED) | {
        "enterprise": unit.enterprise_id,
        "object": unit.object_id,
        "name": _copied_name(unit.name),
        "code": _codes(actor, "units", unit.object, 1)[0],
    }
    made: RiskUnit = _write(actor, chain.UNIT, [values])[0]
    events = list(queries.events(actor).filter(unit=unit.pk).select_related(None))
    if events:
        _enter(actor, [(made, _with_measures(actor, events))])
    return made


def _copied_name(name: str) -> str:
    return _("%(name)s (copy)") % {"name": name[:70]}


@transaction.atomic
def change_many(actor: Actor, noun: str, ids: Collection[UUID], values: Mapping[str, Any]) -> int:
    """Give many rows of a register the same values of `BULK_FIELDS`; return how many changed.

    Each row gets its own event in the history. Raises NotYours (one is not there), BadInput
    naming every row, Forbidden.
    """
    register = _REGISTERS[noun]
    given = {name: value for name, value in values.items() if name in BULK_FIELDS[noun]}
    if "class2" in given:
        given["class1"] = int(str(given["class2"])[:1] or 0)
    found = list(
        register.model.objects.for_actor(actor).filter(pk__in=ids, removed_at__isnull=True)
    )
    if len(found) != len(set(ids)):
        raise NotYours()
    if not given:
        return 0
    done = rows.upsert_rows(
        actor,
        register,
        [{**given, "enterprise": row.enterprise_id, "code": row.code} for row in found],
    )
    return done.updated


@transaction.atomic
def name_points(actor: Actor, enterprise_id: UUID, tags: Mapping[UUID, str]) -> int:
    """Give monitored measures the tags of their points; return how many changed.

    Empty ones are left. Raises NotYours, BadInput naming every row, Forbidden.
    """
    wanted = {pk: tag.strip() for pk, tag in tags.items() if tag.strip()}
    found = list(queries.measures(actor).filter(enterprise=enterprise_id, pk__in=wanted))
    if len(found) != len(wanted):
        raise NotYours()
    done = rows.upsert_rows(
        actor,
        chain.MEASURE,
        [
            {"enterprise": row.enterprise_id, "code": row.code, "tag": wanted[row.pk]}
            for row in found
            if row.tag != wanted[row.pk]
        ],
    )
    return done.updated
