"""What people add to the frame: navigation, the person menu, the search box."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anlan.base.actors import queries
from anlan.base.actors.permissions import MEMBER_VIEW
from anlan.base.actors.roles import OrganisationKind
from anlan.base.ui import slots
from anlan.base.ui.navigation import NavItem, register
from anlan.base.ui.searching import Hit, SearchSource
from anlan.base.ui.searching import register as register_search


def install() -> None:
    """Register everything; called once at start-up."""
    register(
        NavItem(
            key="people",
            label=_("People and organisations"),
            icon="users",
            url_name="people:members",
            group="system",
            permission=MEMBER_VIEW,
            prefixes=("/people/",),
        )
    )
    slots.provide("account_links")(_account_links)
    slots.provide("shape_name")(_shape_name)
    register_search(
        SearchSource("people", _("People"), "users", _find_people, MEMBER_VIEW, order=80)
    )
    register_search(
        SearchSource(
            "organisations", _("Organisations"), "sitemap", _find_nodes, MEMBER_VIEW, order=90
        )
    )


def _shape_name(viewer: Any) -> str:
    """Return whose side of the product this is, from the place of the first post."""
    kind = viewer.posts[0].kind if viewer.posts else ""
    if kind == OrganisationKind.AREA:
        return gettext("Supervision")
    return gettext("Park side") if kind == OrganisationKind.PARK else gettext("Enterprise side")


def _account_links(_viewer: Any) -> list[dict[str, Any]]:
    return [
        {"label": _("My account"), "url": reverse("people:account"), "icon": "user-check"},
        {
            "label": _("Signed-in devices"),
            "url": reverse("people:sessions"),
            "icon": "device-desktop",
        },
    ]


def _find_people(viewer: Any, text: str, limit: int) -> Sequence[Hit]:
    return [
        Hit(one.display_name, reverse("people:member", args=[one.pk]), one.username)
        for one in queries.people_choices(viewer, text)[:limit]
    ]


def _find_nodes(viewer: Any, text: str, limit: int) -> Sequence[Hit]:
    return [
        Hit(one.name, reverse("people:organisation", args=[one.pk]), one.get_kind_display())
        for one in queries.organisation_choices(viewer, text)[:limit]
    ]
