"""The list of members, and the choosers of people and organisations."""

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, Func, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Concat
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from anlan.base.actors import policy, queries
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Membership, Organisation, User
from anlan.base.actors.permissions import MEMBER_VIEW, ROLE_GRANT
from anlan.base.actors.roles import Role
from anlan.base.lists.choosers import Chooser, register_chooser
from anlan.base.lists.columns import Column
from anlan.base.lists.filters import Filter
from anlan.base.lists.page import ListPage, View
from anlan.base.search_key import by_spelling

_STATES = ((True, _("Active")), (False, _("Deactivated")))
_SEPARATOR = "\t"


def _members(actor: Actor) -> QuerySet[User]:
    """Return the people of the actor's places with the roles seen there, in one statement.

    Filters read these annotations, never the roles themselves: a role at a place out of sight
    must not be found by asking for it.
    """
    from allauth.mfa.models import Authenticator

    policy.require(actor, MEMBER_VIEW)
    held = (
        queries.memberships(actor)
        .filter(user=OuterRef("pk"), ended_at__isnull=True, organisation__is_active=True)
        .select_related(None)
        .order_by("created_at")
    )
    return queries.people_of(actor).annotate(
        held=ArraySubquery(
            held.annotate(words=Concat("role", Value(_SEPARATOR), "organisation__name")).values(
                "words"
            )
        ),
        held_roles=ArraySubquery(held.values("role")),
        held_paths=_joined(held),
        has_factor=Exists(Authenticator.objects.filter(user=OuterRef("pk"))),
    )


def _joined(held: QuerySet[Membership]) -> Func:
    """Return the paths of these roles as one text, each after a space, for a search inside."""
    paths = ArraySubquery(held.values("organisation__path"))
    return Concat(
        Value(" "),
        Func(paths, Value(" "), function="array_to_string", output_field=TextField()),
        output_field=TextField(),
    )


def _roles(row: Any) -> list[str]:
    pairs = (words.split(_SEPARATOR, 1) for words in row.held)
    return [f"{Role(role).label}\N{NO-BREAK SPACE}· {place}" for role, place in pairs]


def _factor(row: Any) -> str:
    return gettext("Is set up") if row.has_factor else gettext("None")


def _below(values: tuple[str, ...]) -> Q:
    """Return the condition that a role is held at one of these nodes or below."""
    found = Q(pk__in=[])
    for path in Organisation.objects.filter(pk__in=values).values_list("path", flat=True):
        found |= Q(held_paths__contains=f" {path}")
    return found


def _context(request: HttpRequest) -> Mapping[str, Any]:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return {"n_invitations": queries.open_invitations(actor).count()}


MEMBERS = ListPage(
    key="people.members",
    title=_("Members"),
    query=_members,
    columns=[
        Column.of(
            User,
            "display_name",
            label=pgettext_lazy("person", "Name"),
            wide=True,
            fixed=True,
            sort=("display_name", "pk"),
        ),
        Column.of(User, "username"),
        Column("roles", _("Roles"), value=_roles),
        Column.of(User, "phone", sort=None),
        Column.of(User, "email", sort=None, shown=False),
        Column("has_factor", _("Second factor"), value=_factor),
        Column.of(User, "last_login", label=_("Last sign-in")),
        Column(
            "is_active",
            _("State"),
            kind="badge",
            choices=_STATES,
            tone={True: "done", False: "outline"},
            icon={True: "circle-check", False: "lock"},
        ),
    ],
    filters=[
        Filter(
            "role",
            _("Role"),
            choices=Role.choices,
            condition=lambda values: Q(held_roles__overlap=list(values)),
        ),
        Filter(
            "organisation",
            _("Organisation"),
            "relation",
            chooser="people.organisations",
            condition=_below,
        ),
        Filter("is_active", _("Active"), "boolean"),
        Filter("has_factor", _("Second factor"), "boolean", pinned=False),
        Filter("last_login", _("Last sign-in"), "date", pinned=False),
    ],
    order=("display_name", "pk"),
    views=[
        View("active", _("Active"), {"is_active": "yes"}),
        View("closed", _("Deactivated"), {"is_active": "no"}),
        View("all", _("All"), {}),
    ],
    row_url=lambda row: reverse("people:member", args=[row.pk]),
    create_url=lambda actor: reverse("people:invite"),
    create_label=_("Invite"),
    create_permission=ROLE_GRANT,
    search_hint=_("Name, pinyin or user name"),
    first_step=_("Invite the people of your organisation: they get a link and choose a password."),
    permission=MEMBER_VIEW,
    nav="people",
    template="people/members.html",
    context=_context,
)

register_chooser(
    Chooser(
        "people.organisations",
        lambda actor: (
            queries.organisations(actor)
            .filter(is_active=True)
            .select_related("parent")
            .order_by(by_spelling(), "name", "pk")
        ),
        note=lambda one: one.parent.name if one.parent else "",
    )
)
register_chooser(
    Chooser(
        "people.people",
        lambda actor: (
            queries.people_of(actor)
            .filter(is_active=True)
            .order_by(by_spelling(), "display_name", "pk")
        ),
        note=lambda one: one.username,
    )
)
