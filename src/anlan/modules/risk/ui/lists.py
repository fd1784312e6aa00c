"""The four registers as lists: search, filters, bulk changes, export as a valid import."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from anlan.base.actors.actor import Actor
from anlan.base.clock import now
from anlan.base.lists import BulkAction, Chooser, Column, Filter, ListPage, View, register_chooser
from anlan.modules.registry.queries import coded
from anlan.modules.registry.ui.columns import enterprise_column, enterprise_filter
from anlan.modules.risk import queries, queries_verified, sheets
from anlan.modules.risk.choices import RiskLevel, Verification
from anlan.modules.risk.models import ControlMeasure, RiskEvent, RiskObject, RiskUnit
from anlan.modules.risk.policy import RISK_EDIT
from anlan.modules.risk.ui.bulk import change_many

_LEVELS = [(level.value, level.label) for level in RiskLevel]
_MARKS = [(0, _("Not graded")), *((level.value + 1, level.label) for level in RiskLevel)]


def _joined(query: Any) -> Any:
    def rows(actor: Actor) -> QuerySet[Any]:
        return coded(query(actor).select_related("enterprise", *_JOINS[query]))

    return rows


_JOINS: dict[Any, tuple[str, ...]] = {
    queries.objects: ("mhi_unit", "facility", "head"),
    queries.units: ("object", "head"),
    queries.events: ("unit__object",),
    queries.measures: ("event__unit__object",),
}


def _by_code(query: Callable[[Actor], Any], actor: Actor) -> Any:
    return query(actor).order_by("code", "pk")


def _within(rows: Any, value: str) -> Any:
    return rows.filter(enterprise=value)


for _key, _query in (
    ("risk_objects", queries.objects),
    ("risk_units", queries.units),
    ("risk_events", queries.events),
):
    register_chooser(
        Chooser(
            _key,
            partial(_by_code, _query),
            label=lambda row: row.name,
            note=lambda row: row.code,
            within=_within,
        )
    )
register_chooser(
    Chooser(
        "risk_departments",
        queries.departments,
        label=lambda row: row.name,
        within=lambda rows, value: rows.filter(owner_enterprise_id=value),
    )
)


def _level(path: str = "level", label: Any = None) -> Column:
    def mark(row: Any) -> int:
        # The register counts from 0, as the national interface does; the marks count from 1.
        level = getattr(row, path)
        return 0 if level is None else level + 1

    words = label or _("risk level")
    return Column(path, words, kind="level", value=mark, choices=_MARKS, sort=None)


def _address(noun: str) -> Any:
    return lambda row: reverse(f"risk:{noun}_show", args=[row.pk])


def _change(noun: str) -> BulkAction:
    return BulkAction("change", _("Change many"), "edit", change_many(noun), permission=RISK_EDIT)


OBJECTS = ListPage(
    key="risk.objects",
    title=_("Risk analysis objects"),
    query=_joined(queries.objects),
    columns=[
        Column.of(RiskObject, "code", fixed=True),
        Column.of(RiskObject, "name", wide=True),
        enterprise_column(),
        Column.of(RiskObject, "kind"),
        _level(),
    ],
    filters=[
        Filter.of(RiskObject, "kind"),
        Filter("level", _("risk level"), choices=_LEVELS, nullable=True),
        enterprise_filter(),
    ],
    order=("position", "code", "pk"),
    bulk=[_change("objects")],
    row_url=_address("objects"),
    sheet=sheets.OBJECTS,
    nav="risk.register",
)
UNITS = ListPage(
    key="risk.units",
    title=_("Risk analysis units"),
    query=_joined(queries.units),
    columns=[
        Column.of(RiskUnit, "code", fixed=True),
        Column.of(RiskUnit, "name", wide=True),
        Column("object", _("risk analysis object"), value="object.name", sort=None),
        enterprise_column(),
        Column.of(RiskUnit, "unit_type"),
        _level(),
    ],
    filters=[
        Filter.of(RiskUnit, "unit_type"),
        Filter("object", _("risk analysis object"), "relation", chooser="risk_objects"),
        enterprise_filter(),
    ],
    order=("route", "code", "pk"),
    bulk=[_change("units")],
    row_url=_address("units"),
    sheet=sheets.UNITS,
    nav="risk.register",
)
EVENTS = ListPage(
    key="risk.events",
    title=_("Risk events"),
    query=_joined(queries.events),
    columns=[
        Column.of(RiskEvent, "code", fixed=True),
        Column.of(RiskEvent, "name", wide=True),
        Column("unit", _("risk analysis unit"), value="unit.name", sort=None),
        enterprise_column(),
        _level("inherent_level", _("Inherent risk")),
        _level("level", _("Residual risk")),
        Column.of(RiskEvent, "control_level"),
    ],
    filters=[
        Filter("level", _("risk level"), choices=_LEVELS, nullable=True),
        Filter("unit", _("risk analysis unit"), "relation", chooser="risk_units"),
        Filter.of(RiskEvent, "control_level"),
        enterprise_filter(),
    ],
    order=("level", "code", "pk"),
    bulk=[_change("events")],
    row_url=_address("events"),
    sheet=sheets.EVENTS,
    nav="risk.register",
)


def _measures(actor: Actor) -> QuerySet[Any]:
    rows = _joined(queries.measures)(actor).select_related("responsible_department")
    return queries_verified.with_moment(actor, rows)


def _exported(actor: Actor) -> QuerySet[Any]:
    rows = _measures(actor).select_related(
        "enterprise", "event__unit__object__head", "event__unit__head", "responsible_department"
    )
    return sheets.with_departments(rows)


NEVER = "never"


def _unverified(values: tuple[str, ...]) -> Q:
    """Return measures to be inspected without a check for that many days, or ever."""
    wanted = Q()
    for value in values:
        wanted |= Q(verified_at__isnull=True)
        if value.isdigit():
            wanted |= Q(verified_at__lt=now() - dt.timedelta(days=int(value)))
    return wanted & Q(verification=Verification.INSPECTION)


def _unverified_choices() -> list[tuple[str, str]]:
    found = [(str(n), _("%(n)s days") % {"n": n}) for n in (2, 7, 30, 90, 180, 365)]
    return [*found, (NEVER, pgettext("risk", "ever"))]


MEASURES = ListPage(
    key="risk.measures",
    title=_("Control measures"),
    query=_measures,
    export_query=_exported,
    columns=[
        Column.of(ControlMeasure, "code", fixed=True),
        Column.of(ControlMeasure, "text", wide=True),
        Column("event", _("risk event"), value="event.name", sort=None),
        enterprise_column(),
        Column.of(ControlMeasure, "class2"),
        Column.of(ControlMeasure, "verification"),
        Column(
            "responsible_department",
            _("responsible department"),
            value="responsible_department.name",
            sort=None,
        ),
        Column.of(ControlMeasure, "post"),
        Column("verified_at", _("last verified"), kind="datetime", sort=None),
        Column.of(ControlMeasure, "cycle_n", shown=False),
        Column.of(ControlMeasure, "cycle_unit", shown=False),
        Column.of(ControlMeasure, "tag", shown=False),
        Column.of(ControlMeasure, "photo"),
        Column.of(ControlMeasure, "inspection_content", shown=False),
    ],
    filters=[
        Filter("event", _("risk event"), "relation", chooser="risk_events"),
        Filter(
            "unit",
            pgettext_lazy("risk", "unit"),
            "relation",
            field="event__unit",
            chooser="risk_units",
        ),
        Filter.of(ControlMeasure, "verification"),
        Filter(
            "unverified",
            pgettext_lazy("risk", "not verified for"),
            choices=_unverified_choices,
            condition=_unverified,
        ),
        Filter.of(ControlMeasure, "class1"),
        Filter(
            "responsible_department",
            _("responsible department"),
            "relation",
            chooser="risk_departments",
            nullable=True,
            pinned=False,
        ),
        Filter.of(ControlMeasure, "photo", pinned=False),
        enterprise_filter(),
    ],
    order=("code", "pk"),
    views=[
        View("all", _("All"), {}),
        View("inspection", _("Hazard inspection"), {"verification": ["2"]}),
        View("monitoring", _("Automatic monitoring"), {"verification": ["1"]}),
    ],
    bulk=[_change("measures")],
    row_url=_address("measures"),
    sheet=sheets.CHAIN,
    nav="risk.register",
)
PAGES = {
    "object_list": ("lists/objects/", OBJECTS),
    "unit_list": ("lists/units/", UNITS),
    "event_list": ("lists/events/", EVENTS),
    "measure_list": ("lists/measures/", MEASURES),
}
