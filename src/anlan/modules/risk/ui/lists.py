"""The four registers as lists: search, filters, bulk changes, export as a valid import."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.actor import Actor
from anlan.base.lists import BulkAction, Chooser, Column, Filter, ListPage, View, register_chooser
from anlan.base.lists.page import BulkResult
from anlan.modules.registry.queries import coded
from anlan.modules.registry.ui.columns import enterprise_column, enterprise_filter
from anlan.modules.risk import queries, sheets
from anlan.modules.risk.choices import RiskLevel
from anlan.modules.risk.models import ControlMeasure, RiskEvent, RiskObject, RiskUnit
from anlan.modules.risk.policy import RISK_EDIT
from anlan.modules.risk.services import branches
from anlan.modules.risk.ui.bulk import BulkForm

_LEVELS = [(level.value, level.label) for level in RiskLevel]


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


def _level(path: str = "level") -> Column:
    return Column(
        path,
        _("risk level"),
        kind="choice",
        choices=_LEVELS,
        sort=None,
    )


def _address(noun: str) -> Any:
    return lambda row: reverse(f"risk:{noun}_show", args=[row.pk])


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
        _level("inherent_level"),
        _level(),
        Column.of(RiskEvent, "control_level"),
    ],
    filters=[
        Filter("level", _("risk level"), choices=_LEVELS, nullable=True),
        Filter("unit", _("risk analysis unit"), "relation", chooser="risk_units"),
        Filter.of(RiskEvent, "control_level"),
        enterprise_filter(),
    ],
    order=("level", "code", "pk"),
    row_url=_address("events"),
    sheet=sheets.EVENTS,
    nav="risk.register",
)


def _change_many(actor: Actor, ids: list[UUID], request: HttpRequest) -> BulkResult | HttpResponse:
    if "apply" not in request.POST:
        return render(request, "risk/bulk.html", {"form": BulkForm(), "ids": ids})
    form = BulkForm(request.POST)
    if not form.is_valid():
        return render(request, "risk/bulk.html", {"form": form, "ids": ids}, status=422)
    return BulkResult(branches.change_measures(actor, ids, form.given()))


MEASURES = ListPage(
    key="risk.measures",
    title=_("Control measures"),
    query=_joined(queries.measures),
    columns=[
        Column.of(ControlMeasure, "code", fixed=True),
        Column.of(ControlMeasure, "text", wide=True),
        Column("event", _("risk event"), value="event.name", sort=None),
        enterprise_column(),
        Column.of(ControlMeasure, "class2"),
        Column.of(ControlMeasure, "verification"),
        Column.of(ControlMeasure, "post"),
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
        Filter.of(ControlMeasure, "class1"),
        Filter.of(ControlMeasure, "photo", pinned=False),
        enterprise_filter(),
    ],
    order=("code", "pk"),
    views=[
        View("all", _("All"), {}),
        View("inspection", _("Hazard inspection"), {"verification": ["2"]}),
        View("monitoring", _("Automatic monitoring"), {"verification": ["1"]}),
    ],
    bulk=[BulkAction("change", _("Change many"), "edit", _change_many, permission=RISK_EDIT)],
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
