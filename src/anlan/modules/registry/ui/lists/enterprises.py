"""Enterprises, their sites and their licences."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.lists import Column, Filter, ListPage, View
from anlan.modules.registry import policy, queries, services, sheets
from anlan.modules.registry.models import Enterprise, Licence, Site
from anlan.modules.registry.ui.addresses import enterprise_address, url_of
from anlan.modules.registry.ui.columns import (
    enterprise_column,
    enterprise_filter,
    place_filters,
    validity_column,
    validity_filter,
    yes_filter,
)
from anlan.modules.registry.ui.lists.pages import LEVELS, register_page

STATE_TONES = {"running": "done", "trial": "work", "building": "work", "closed": "outline"}
STATE_ICONS = {
    "running": "circle-check",
    "trial": "test-pipe",
    "building": "tool",
    "stopped": "player-pause",
    "closed": "lock",
}

ENTERPRISES = ListPage(
    key="registry.enterprises",
    title=_("Enterprises"),
    query=queries.listed(queries.enterprises),
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


SITES = register_page(
    services.SITE,
    sheets.SITES,
    query=queries.listed(queries.sites),
    columns=[
        Column.of(Site, "code", fixed=True),
        Column.of(Site, "name", wide=True),
        enterprise_column(),
        Column.of(Site, "off_site_population", label=_("residents within 500 m")),
        "population_counted_on",
        "address",
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
    create_label=_("Enter a site"),
    first_step=_("A site is the fenced ground; residents are counted round its boundary."),
    nav="registry.enterprises",
)


LICENCES = register_page(
    services.LICENCE,
    sheets.LICENCES,
    query=queries.listed(queries.licences),
    columns=[
        Column.of(Licence, "number", wide=True, fixed=True),
        "kind",
        enterprise_column(),
        validity_column(),
        Column.of(Licence, "valid_until", sort=("valid_until", "pk")),
        "remind_on",
        "issuer",
        Column.of(Licence, "with_storage", shown=False),
        Column.of(Licence, "issued_on", shown=False),
        Column.of(Licence, "valid_from", shown=False),
    ],
    filters=[
        "kind",
        validity_filter(queries.renewal_due),
        enterprise_filter(),
        "valid_until",
        *place_filters(),
    ],
    search_hint=_("Number or issuer"),
    order=("valid_until", "pk"),
    views=[
        View("all", _("All"), {}),
        View("due", _("Due for renewal"), {"validity": ["due"]}),
        View("expired", _("Expired"), {"validity": ["expired"]}),
    ],
    create_label=_("Enter a licence"),
    first_step=_("Enter each licence with its last valid day; renewal is called for in time."),
    nav="registry.licences",
)
