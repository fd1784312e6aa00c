"""Chemicals and how much of them there may be."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.lists import Column, Filter, View
from anlan.modules.registry import queries, services, sheets
from anlan.modules.registry.models import Chemical, Inventory
from anlan.modules.registry.ui.addresses import url_of
from anlan.modules.registry.ui.columns import enterprise_column, enterprise_filter, yes_filter
from anlan.modules.registry.ui.lists.pages import register_page

CHEMICALS = register_page(
    services.CHEMICAL,
    sheets.CHEMICALS,
    query=queries.listed(queries.chemicals),
    columns=[
        Column.of(Chemical, "name", wide=True, fixed=True),
        Column.of(Chemical, "cas", label="CAS"),
        enterprise_column(),
        "use",
        Column.of(Chemical, "categories", label=_("categories")),
        Column.of(Chemical, "is_key_regulated", label=_("key regulated")),
        Column.of(Chemical, "components", shown=False),
        Column.of(Chemical, "mixture_of", shown=False),
        Column.of(Chemical, "is_highly_toxic", shown=False),
        Column.of(Chemical, "is_explosive_precursor", shown=False),
        "precursor_class",
        Column.of(Chemical, "flash_point_c", shown=False),
        Column.of(Chemical, "registration_number", shown=False),
    ],
    filters=[
        "use",
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
        yes_filter(
            "mixture", _("composition"), _("Mixture"), lambda: ~Q(components=[]) | ~Q(mixture_of="")
        ),
    ],
    search_hint=_("Name, pinyin or CAS number"),
    order=("scope_path", "name", "pk"),
    views=[
        View("all", _("All"), {}),
        View("key", _("Key regulated"), {"is_key_regulated": "yes"}),
        View("precursor", _("Precursors"), {"precursor_class": ["1", "2", "3"]}),
    ],
    create_label=_("Enter a chemical"),
    first_step=_("Enter what is produced, used or stored, with its CAS number or hazard class."),
    nav="registry.chemicals",
)


INVENTORIES = register_page(
    services.INVENTORY,
    sheets.INVENTORIES,
    query=queries.listed(queries.inventories),
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
        "place",
        Column.of(Inventory, "quantity_t", digits=3),
        "basis",
        "volume_m3",
        "fill_factor",
        "density_t_m3",
        Column.of(Inventory, "category", label=_("category"), shown=False),
        Column.of(Inventory, "source", shown=False),
    ],
    filters=[
        enterprise_filter(),
        Filter.of(Inventory, "unit", kind="relation", chooser="units"),
        Filter.of(Inventory, "chemical", kind="relation", chooser="chemicals"),
        "basis",
    ],
    order=("scope_path", "unit", "pk"),
    views=[View("all", _("All"), {}), View("stated", _("Stated"), {"basis": ["stated"]})],
    create_label=_("Enter an inventory"),
    first_step=_("For each unit enter what it is designed to hold at most."),
    nav="registry.chemicals",
)
