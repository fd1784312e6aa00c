"""Units, facilities and equipment."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from anlan.base.clock import today
from anlan.base.lists import Column, Filter, NarrowSheet, View, search_condition
from anlan.modules.registry import queries, services, sheets
from anlan.modules.registry.facility_kinds import LOOKS
from anlan.modules.registry.models import Equipment, Facility, MhiUnit
from anlan.modules.registry.models.facility import FacilityKind
from anlan.modules.registry.ui.addresses import url_of
from anlan.modules.registry.ui.columns import (
    enterprise_column,
    enterprise_filter,
    place_filters,
    yes_filter,
)
from anlan.modules.registry.ui.lists.pages import LEVELS, operating_column, register_page

UNITS = register_page(
    services.UNIT,
    sheets.UNITS,
    query=queries.listed(queries.units),
    columns=[
        Column.of(MhiUnit, "name", wide=True, fixed=True, sort=("name", "pk")),
        "code",
        enterprise_column(),
        "kind",
        Column("is_mhi", _("identification"), kind="badge", value=lambda row: mhi_state(row)),
        Column.of(MhiUnit, "level", kind="level", scale="installation"),
        Column.of(MhiUnit, "r_value", label="R", digits=2, even=True),
        Column.of(MhiUnit, "s_value", label="S", digits=2, even=True, shown=False),
        Column("principal", _("principal"), value="principal.name"),
        Column("technical", _("technical"), value="technical.name", shown=False),
        Column("operational", _("operational"), value="operational.name", shown=False),
        Column("site", _("site"), value="site.name", shown=False),
        Column.of(MhiUnit, "mhi_code", shown=False),
        "filing_number",
        Column.of(MhiUnit, "filed_on", shown=False),
        operating_column(MhiUnit),
        Column.of(MhiUnit, "identified_at", shown=False),
    ],
    filters=[
        Filter.of(MhiUnit, "level", choices=LEVELS, kind="choice", nullable=True),
        "kind",
        "state",
        enterprise_filter(),
        Filter.of(MhiUnit, "is_mhi", label=_("is a major hazard installation"), nullable=True),
        yes_filter("missing", _("data"), _("Data missing"), lambda: queries.UNIT_DATA_MISSING),
        Filter.of(MhiUnit, "r_value", label="R", kind="number", pinned=False),
        *place_filters(),
    ],
    search_hint=_("Name, pinyin or code"),
    order=("level", "name", "pk"),
    views=[
        View("all", _("All"), {}),
        View("level12", _("Level 1 and 2"), {"level": ["1", "2"]}),
        View("missing", _("Data missing"), {"missing": "yes"}),
        View("none", _("Below the threshold"), {"is_mhi": "no"}),
    ],
    create_label=_("Enter a unit"),
    first_step=_("Enter the units first, then what each is designed to hold; grading follows."),
    nav="registry.units",
)


def mhi_state(row: MhiUnit) -> str:
    """Return the key of the badge that says what identification found."""
    if row.is_mhi is None:
        return "missing"
    return "mhi" if row.is_mhi else "below_threshold"


FACILITIES = register_page(
    services.FACILITY,
    sheets.FACILITIES,
    query=queries.listed(queries.facilities),
    columns=[
        Column.of(Facility, "code", fixed=True),
        Column.of(Facility, "name", wide=True),
        "kind",
        enterprise_column(),
        Column("unit", _("MHI unit"), value="unit.name", link=lambda row: url_of(row.unit)),
        "medium",
        "volume_m3",
        Column.of(Facility, "n_tanks", shown=False),
        Column.of(Facility, "runs_from", shown=False),
        Column.of(Facility, "runs_to", shown=False),
        Column.of(Facility, "length_m", shown=False),
        Column.of(Facility, "diameter_mm", shown=False),
        Column.of(Facility, "design_pressure_mpa", shown=False),
        Column.of(Facility, "area_m2", shown=False),
        Column.of(Facility, "station_level", shown=False),
        Column.of(Facility, "fire_class", shown=False),
        operating_column(Facility),
        Column.of(Facility, "commissioned_on", shown=False),
    ],
    filters=["kind", "state", enterprise_filter()],
    order=("kind", "scope_path", "code", "pk"),
    views=[
        View("all", _("All"), {}),
        *(
            View(
                kind.value,
                kind.label,
                {"kind": [kind.value]},
                columns=("name", "enterprise", "unit", *look.fields, "state"),
            )
            for kind, look in LOOKS.items()
            if kind not in (FacilityKind.UTILITY, FacilityKind.LOADING)
        ),
    ],
    create_label=_("Enter a facility"),
    sheets=[
        NarrowSheet("kind", kind.value, sheet) for kind, sheet in sheets.FACILITY_SHEETS.items()
    ],
    first_step=_("Enter installations, tank farms, warehouses, pipelines and filling stations."),
    nav="registry.facilities",
)


def search_equipment(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Find equipment: a tag by its beginning through the index, else any word of the key.

    Contains-search over a million rows would read them all; a text without Chinese is taken as
    the beginning of a tag.
    """
    if text.isascii() and len(text) >= 2 and " " not in text.strip():
        tag = text.strip().upper()
        found = rows.filter(code__gte=tag, code__lt=tag + "\U0010ffff")
        if found[:1]:
            return found
    return rows.filter(search_condition(text, ("search_key",)))


EQUIPMENT = register_page(
    services.EQUIPMENT,
    sheets.EQUIPMENT,
    query=queries.listed(queries.equipment),
    columns=[
        Column.of(Equipment, "code", fixed=True, sort=("code", "pk")),
        Column.of(Equipment, "name", wide=True, sort=None),
        Column.of(Equipment, "category", sort=None),
        enterprise_column(),
        Column("facility", _("facility"), value="facility.name"),
        Column.of(Equipment, "medium", sort=None),
        Column.of(Equipment, "is_special", sort=None),
        Column.of(
            Equipment,
            "inspect_by",
            kind="due",
            label=_("statutory inspection"),
            sort=("inspect_by", "pk"),
        ),
        operating_column(Equipment),
        Column.of(Equipment, "design_pressure_mpa", shown=False, sort=None),
        Column.of(Equipment, "design_temperature_c", shown=False, sort=None),
        Column.of(Equipment, "volume_m3", shown=False, sort=None),
        Column.of(Equipment, "manufacturer", shown=False, sort=None),
        Column.of(Equipment, "commissioned_on", shown=False, sort=None),
    ],
    filters=[
        "category",
        "state",
        enterprise_filter(),
        Filter.of(Equipment, "inspect_by", label=_("next inspection")),
        Filter.of(Equipment, "is_special", nullable=False),
        *place_filters(),
        yes_filter(
            "overdue",
            _("inspection"),
            _("Inspection overdue"),
            lambda: queries.inspection_overdue(today()),
        ),
        yes_filter(
            "due",
            _("coming up"),
            _("Inspection within 30 days"),
            lambda: queries.inspection_due(today()),
        ),
    ],
    search=search_equipment,
    sorts_when_large=("code",),
    search_hint=_("Tag, name or pinyin"),
    order=("code", "pk"),
    views=[
        View("all", _("All"), {}),
        View("overdue", _("Inspection overdue"), {"overdue": "yes"}),
        View("due", _("Within 30 days"), {"due": "yes"}),
        View("special", _("Special equipment"), {"is_special": "yes"}),
    ],
    create_label=_("Enter equipment"),
    first_step=_("Import the equipment list from Excel; the template has drop-downs."),
    nav="registry.equipment",
)
