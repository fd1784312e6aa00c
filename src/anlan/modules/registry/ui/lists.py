"""The lists of the registers."""

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.clock import today
from anlan.base.lists import Column, Filter, ListPage, NarrowSheet, View, search_condition
from anlan.base.ui.marks import RISK_WORDS
from anlan.modules.registry import policy, queries, sheets
from anlan.modules.registry.facility_kinds import LOOKS
from anlan.modules.registry.models import (
    Chemical,
    Enterprise,
    Equipment,
    Facility,
    Inventory,
    Licence,
    MhiUnit,
    Person,
    Qualification,
    Site,
)
from anlan.modules.registry.models.facility import FacilityKind
from anlan.modules.registry.ui import choosers  # noqa: F401 - registers what filters offer
from anlan.modules.registry.ui.addresses import enterprise_address, url_of
from anlan.modules.registry.ui.columns import (
    OPERATING_ICONS,
    OPERATING_TONES,
    enterprise_column,
    enterprise_filter,
    place_filters,
    validity_column,
    validity_filter,
    yes_filter,
)

LEVELS = [(n, RISK_WORDS["installation"][n]) for n in range(1, 5)]
STATE_TONES = {"running": "done", "trial": "work", "building": "work", "closed": "outline"}
STATE_ICONS = {
    "running": "circle-check",
    "trial": "test-pipe",
    "building": "tool",
    "stopped": "player-pause",
    "closed": "lock",
}


def _create(key: str) -> Any:
    def address(actor: Actor) -> str:
        # Officers enter rows from the enterprise's file, which says whose they are.
        return reverse(f"registry:{key}_new") if actor.own_enterprise_id else ""

    return address


def _operating(model: Any) -> Column:
    return Column.of(model, "state", kind="badge", tone=OPERATING_TONES, icon=OPERATING_ICONS)


ENTERPRISES = ListPage(
    key="registry.enterprises",
    title=_("Enterprises"),
    query=queries.enterprises,
    columns=[
        Column.of(Enterprise, "name", wide=True, fixed=True, sort=("name", "pk")),
        Column.of(Enterprise, "unified_social_credit_code", label=_("credit code")),
        Column.of(Enterprise, "company_code", shown=False),
        Column.of(Enterprise, "kind"),
        Column.of(Enterprise, "state", kind="badge", tone=STATE_TONES, icon=STATE_ICONS),
        Column("mhi_level", _("highest MHI level"), kind="level", scale="installation"),
        Column.of(Enterprise, "n_mhi", label=_("MHI")),
        Column("two_key", _("two key, one major"), value=lambda row: two_key_words(row)),
        Column("area", _("area"), value="enterprise.parent.name"),
        Column("park", _("park"), value="enterprise.park.name"),
        Column("group", _("group"), value="enterprise.group.name", shown=False),
        Column.of(Enterprise, "principal", label=_("principal"), shown=False),
        Column.of(Enterprise, "duty_phone", shown=False),
        Column.of(Enterprise, "address", shown=False),
        Column.of(Enterprise, "n_employees", shown=False),
        Column.of(Enterprise, "updated_at", label=_("changed at"), shown=False),
    ],
    filters=[
        Filter.of(Enterprise, "kind"),
        Filter.of(Enterprise, "state"),
        Filter("level", _("MHI level"), field="mhi_level", choices=LEVELS, nullable=True),
        Filter.of(Enterprise, "has_key_process", label=_("key processes"), nullable=False),
        Filter.of(Enterprise, "has_key_chemical", label=_("key chemicals"), nullable=False),
        yes_filter(
            "missing",
            _("data"),
            _("Data missing"),
            lambda: queries.ENTERPRISE_DATA_MISSING,
        ),
        Filter("n_mhi", _("MHI"), kind="number", pinned=False),
        *place_filters(pinned=True),
    ],
    search=("search_key",),
    search_hint=_("Name, pinyin or code"),
    order=("name", "pk"),
    views=[
        View("all", _("All"), {}),
        View("level12", _("Level 1 and 2"), {"level": ["1", "2"]}),
        View("mhi", _("With MHI"), {"n_mhi_from": "1"}),
        View("missing", _("Data missing"), {"missing": "yes"}),
        View("stopped", _("Not running"), {"state": ["stopped", "building", "closed"]}),
    ],
    row_url=url_of,
    create_url=lambda actor: reverse("registry:enterprises_new"),
    create_label=_("Enter an enterprise"),
    create_permission=policy.ENTERPRISE_CREATE,
    sheet=sheets.ENTERPRISES,
    first_step=_("Enter the first enterprise, or import a list from Excel."),
    nav="registry.enterprises",
    lands=lambda actor: _own_file(actor),
)


def _own_file(actor: Actor) -> str:
    """Return the file of the one enterprise somebody of a plant sees; empty for all others."""
    pk = actor.only_enterprise_id
    if pk is None or not queries.enterprises(actor).filter(pk=pk).exists():
        return ""
    return enterprise_address(pk)


def two_key_words(row: Enterprise) -> str:
    """Return 两重点一重大 of an enterprise in words."""
    words = [
        str(word)
        for there, word in (
            (row.has_key_process, _("process")),
            (row.has_key_chemical, _("chemical")),
            (row.n_mhi > 0, _("installation")),
        )
        if there
    ]
    return " · ".join(words)


SITES = ListPage(
    key="registry.sites",
    title=_("Sites"),
    query=queries.sites,
    columns=[
        Column.of(Site, "code", fixed=True),
        Column.of(Site, "name", wide=True),
        enterprise_column(),
        Column.of(Site, "off_site_population", label=_("residents within 500 m")),
        Column.of(Site, "population_counted_on"),
        Column.of(Site, "address"),
        Column.of(Site, "area_m2", shown=False),
    ],
    filters=[
        enterprise_filter(),
        yes_filter(
            "missing",
            _("data"),
            _("Residents not counted"),
            lambda: Q(off_site_population__isnull=True),
        ),
    ],
    order=("scope_path", "code", "pk"),
    views=[
        View("all", _("All"), {}),
        View("missing", _("Residents not counted"), {"missing": "yes"}),
    ],
    row_url=url_of,
    create_url=_create("sites"),
    create_label=_("Enter a site"),
    create_permission=policy.SITE_EDIT,
    sheet=sheets.SITES,
    first_step=_("A site is the fenced ground; residents are counted round its boundary."),
    nav="registry.enterprises",
)

UNITS = ListPage(
    key="registry.units",
    title=_("Major hazard installations"),
    query=queries.units,
    columns=[
        Column.of(MhiUnit, "name", wide=True, fixed=True, sort=("name", "pk")),
        Column.of(MhiUnit, "code"),
        enterprise_column(),
        Column.of(MhiUnit, "kind"),
        Column("is_mhi", _("identification"), kind="badge", value=lambda row: mhi_state(row)),
        Column.of(MhiUnit, "level", kind="level", scale="installation"),
        Column.of(MhiUnit, "r_value", label="R", digits=2),
        Column.of(MhiUnit, "s_value", label="S", digits=2, shown=False),
        Column("principal", _("principal"), value="principal.name"),
        Column("technical", _("technical"), value="technical.name", shown=False),
        Column("operational", _("operational"), value="operational.name", shown=False),
        Column("site", _("site"), value="site.name", shown=False),
        Column.of(MhiUnit, "mhi_code", shown=False),
        Column.of(MhiUnit, "filing_number"),
        Column.of(MhiUnit, "filed_on", shown=False),
        _operating(MhiUnit),
        Column.of(MhiUnit, "identified_at", shown=False),
    ],
    filters=[
        Filter.of(MhiUnit, "level", choices=LEVELS, kind="choice", nullable=True),
        Filter.of(MhiUnit, "kind"),
        Filter.of(MhiUnit, "state"),
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
    row_url=url_of,
    create_url=_create("units"),
    create_label=_("Enter a unit"),
    create_permission=policy.UNIT_EDIT,
    sheet=sheets.UNITS,
    first_step=_("Enter the units first, then what each is designed to hold; grading follows."),
    nav="registry.units",
)


def mhi_state(row: MhiUnit) -> str:
    """Return the key of the badge that says what identification found."""
    if row.is_mhi is None:
        return "missing"
    return "mhi" if row.is_mhi else "below_threshold"


FACILITIES = ListPage(
    key="registry.facilities",
    title=_("Facilities"),
    query=queries.facilities,
    columns=[
        Column.of(Facility, "code", fixed=True),
        Column.of(Facility, "name", wide=True),
        Column.of(Facility, "kind"),
        enterprise_column(),
        Column("unit", _("MHI unit"), value="unit.name", link=lambda row: url_of(row.unit)),
        Column.of(Facility, "medium"),
        Column.of(Facility, "volume_m3"),
        Column.of(Facility, "n_tanks", shown=False),
        Column.of(Facility, "runs_from", shown=False),
        Column.of(Facility, "runs_to", shown=False),
        Column.of(Facility, "length_m", shown=False),
        Column.of(Facility, "diameter_mm", shown=False),
        Column.of(Facility, "design_pressure_mpa", shown=False),
        Column.of(Facility, "area_m2", shown=False),
        Column.of(Facility, "station_level", shown=False),
        Column.of(Facility, "fire_class", shown=False),
        _operating(Facility),
        Column.of(Facility, "commissioned_on", shown=False),
    ],
    filters=[Filter.of(Facility, "kind"), Filter.of(Facility, "state"), enterprise_filter()],
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
    row_url=url_of,
    create_url=_create("facilities"),
    create_label=_("Enter a facility"),
    create_permission=policy.FACILITY_EDIT,
    sheet=sheets.FACILITIES,
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


EQUIPMENT = ListPage(
    key="registry.equipment",
    title=_("Equipment"),
    query=queries.equipment,
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
        _operating(Equipment),
        Column.of(Equipment, "design_pressure_mpa", shown=False, sort=None),
        Column.of(Equipment, "design_temperature_c", shown=False, sort=None),
        Column.of(Equipment, "volume_m3", shown=False, sort=None),
        Column.of(Equipment, "manufacturer", shown=False, sort=None),
        Column.of(Equipment, "commissioned_on", shown=False, sort=None),
    ],
    filters=[
        Filter.of(Equipment, "category"),
        Filter.of(Equipment, "state"),
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
    row_url=url_of,
    create_url=_create("equipment"),
    create_label=_("Enter equipment"),
    create_permission=policy.EQUIPMENT_EDIT,
    sheet=sheets.EQUIPMENT,
    first_step=_("Import the equipment list from Excel; the template has drop-downs."),
    nav="registry.equipment",
)

CHEMICALS = ListPage(
    key="registry.chemicals",
    title=_("Chemicals"),
    query=queries.chemicals,
    columns=[
        Column.of(Chemical, "name", wide=True, fixed=True),
        Column.of(Chemical, "cas", label="CAS"),
        enterprise_column(),
        Column.of(Chemical, "use"),
        Column.of(Chemical, "categories", label=_("categories")),
        Column.of(Chemical, "is_key_regulated", label=_("key regulated")),
        Column.of(Chemical, "is_highly_toxic", shown=False),
        Column.of(Chemical, "is_explosive_precursor", shown=False),
        Column.of(Chemical, "precursor_class"),
        Column.of(Chemical, "flash_point_c", shown=False),
        Column.of(Chemical, "registration_number", shown=False),
    ],
    filters=[
        Filter.of(Chemical, "use"),
        enterprise_filter(),
        Filter.of(Chemical, "is_key_regulated", label=_("key regulated"), nullable=False),
        Filter.of(Chemical, "is_highly_toxic", nullable=False, pinned=False),
        Filter.of(Chemical, "is_explosive_precursor", nullable=False, pinned=False),
        Filter(
            "precursor_class",
            _("precursor class"),
            choices=[(1, "1"), (2, "2"), (3, "3")],
            pinned=False,
        ),
        yes_filter("missing", _("data"), _("No category"), lambda: Q(categories=[], cas="")),
    ],
    search_hint=_("Name, pinyin or CAS number"),
    order=("scope_path", "name", "pk"),
    views=[
        View("all", _("All"), {}),
        View("key", _("Key regulated"), {"is_key_regulated": "yes"}),
        View("precursor", _("Precursors"), {"precursor_class": ["1", "2", "3"]}),
    ],
    row_url=url_of,
    create_url=_create("chemicals"),
    create_label=_("Enter a chemical"),
    create_permission=policy.CHEMICAL_EDIT,
    sheet=sheets.CHEMICALS,
    first_step=_("Enter what is produced, used or stored, with its CAS number or hazard class."),
    nav="registry.chemicals",
)

INVENTORIES = ListPage(
    key="registry.inventories",
    title=_("Inventories"),
    query=queries.inventories,
    columns=[
        Column(
            "chemical",
            _("chemical"),
            value="chemical.name",
            wide=True,
            fixed=True,
        ),
        enterprise_column(),
        Column("unit", _("MHI unit"), value="unit.name", link=lambda row: url_of(row.unit)),
        Column.of(Inventory, "place"),
        Column.of(Inventory, "quantity_t", digits=3),
        Column.of(Inventory, "basis"),
        Column.of(Inventory, "volume_m3"),
        Column.of(Inventory, "fill_factor"),
        Column.of(Inventory, "density_t_m3"),
        Column.of(Inventory, "category", label=_("category"), shown=False),
        Column.of(Inventory, "source", shown=False),
    ],
    filters=[
        enterprise_filter(),
        Filter.of(Inventory, "unit", kind="relation", chooser="units"),
        Filter.of(Inventory, "chemical", kind="relation", chooser="chemicals"),
        Filter.of(Inventory, "basis"),
    ],
    order=("scope_path", "unit", "pk"),
    views=[View("all", _("All"), {}), View("stated", _("Stated"), {"basis": ["stated"]})],
    row_url=url_of,
    create_url=_create("inventories"),
    create_label=_("Enter an inventory"),
    create_permission=policy.INVENTORY_EDIT,
    sheet=sheets.INVENTORIES,
    first_step=_("For each unit enter what it is designed to hold at most."),
    nav="registry.chemicals",
)

LICENCES = ListPage(
    key="registry.licences",
    title=_("Licences and certificates"),
    query=queries.licences,
    columns=[
        Column.of(Licence, "number", wide=True, fixed=True),
        Column.of(Licence, "kind"),
        enterprise_column(),
        validity_column(),
        Column.of(Licence, "valid_until", sort=("valid_until", "pk")),
        Column.of(Licence, "remind_on"),
        Column.of(Licence, "issuer"),
        Column.of(Licence, "with_storage", shown=False),
        Column.of(Licence, "issued_on", shown=False),
        Column.of(Licence, "valid_from", shown=False),
    ],
    filters=[
        Filter.of(Licence, "kind"),
        validity_filter(queries.renewal_due),
        enterprise_filter(),
        Filter.of(Licence, "valid_until"),
        *place_filters(),
    ],
    search_hint=_("Number or issuer"),
    order=("valid_until", "pk"),
    views=[
        View("all", _("All"), {}),
        View("due", _("Due for renewal"), {"validity": ["due"]}),
        View("expired", _("Expired"), {"validity": ["expired"]}),
    ],
    row_url=url_of,
    create_url=_create("licences"),
    create_label=_("Enter a licence"),
    create_permission=policy.LICENCE_EDIT,
    sheet=sheets.LICENCES,
    first_step=_("Enter each licence with its last valid day; renewal is called for in time."),
    nav="registry.licences",
)

PEOPLE = ListPage(
    key="registry.people",
    title=_("People"),
    query=queries.people,
    columns=[
        Column.of(Person, "number", fixed=True),
        Column.of(Person, "name", wide=True),
        enterprise_column(),
        Column.of(Person, "department"),
        Column.of(Person, "post"),
        Column.of(Person, "education"),
        Column.of(Person, "major", shown=False),
        Column.of(Person, "title"),
        Column.of(Person, "phone", shown=False),
        Column.of(Person, "hired_on", shown=False),
        Column.of(Person, "left_on", shown=False),
    ],
    filters=[
        enterprise_filter(),
        Filter.of(Person, "education"),
        yes_filter("left", _("work"), _("Left"), lambda: Q(left_on__isnull=False)),
        yes_filter("here", _("employment"), _("Employed"), lambda: Q(left_on__isnull=True)),
    ],
    search_hint=_("Name, pinyin or number"),
    order=("scope_path", "number", "pk"),
    views=[
        View("all", _("All"), {}),
        View("here", _("Employed"), {"here": "yes"}),
        View("left", _("Left"), {"left": "yes"}),
    ],
    row_url=url_of,
    create_url=_create("people"),
    create_label=_("Enter a person"),
    create_permission=policy.PERSON_EDIT,
    sheet=sheets.PEOPLE,
    first_step=_("Enter people before their certificates."),
    nav="registry.people",
)

QUALIFICATIONS = ListPage(
    key="registry.qualifications",
    title=_("Qualifications"),
    query=queries.qualifications,
    columns=[
        Column("person", _("person"), value="person.name", wide=True, fixed=True),
        Column.of(Qualification, "kind"),
        Column.of(Qualification, "number"),
        enterprise_column(),
        Column.of(Qualification, "work"),
        validity_column(),
        Column.of(Qualification, "valid_until", sort=("valid_until", "pk")),
        Column.of(Qualification, "review_by", kind="due", sort=("review_by", "pk")),
        Column.of(Qualification, "issuer", shown=False),
    ],
    filters=[
        Filter.of(Qualification, "kind"),
        validity_filter(lambda day: queries.due_within(day, queries.DUE_WITHIN, "valid_until")),
        enterprise_filter(),
        Filter.of(Qualification, "valid_until"),
        Filter.of(Qualification, "person", kind="relation", chooser="people", pinned=False),
    ],
    search_hint=_("Number, person or pinyin"),
    order=("valid_until", "pk"),
    views=[
        View("all", _("All"), {}),
        View("due", _("Due for renewal"), {"validity": ["due"]}),
        View("expired", _("Expired"), {"validity": ["expired"]}),
    ],
    row_url=url_of,
    create_url=_create("qualifications"),
    create_label=_("Enter a certificate"),
    create_permission=policy.PERSON_EDIT,
    sheet=sheets.QUALIFICATIONS,
    first_step=_("Enter the certificates of people; expiry is called out in time."),
    nav="registry.people",
)

BY_KEY = {
    "enterprises": ENTERPRISES,
    "sites": SITES,
    "units": UNITS,
    "facilities": FACILITIES,
    "equipment": EQUIPMENT,
    "chemicals": CHEMICALS,
    "inventories": INVENTORIES,
    "licences": LICENCES,
    "people": PEOPLE,
    "qualifications": QUALIFICATIONS,
}
