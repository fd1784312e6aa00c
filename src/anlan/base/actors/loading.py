"""Loading the actor of an account: two or three queries, once a request."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from anlan.base.actors.actor import NOBODY, Actor, Post, scope_of
from anlan.base.actors.models import Membership, Organisation, User
from anlan.base.actors.roles import OrganisationKind, Role

_CUTS_ACROSS = {OrganisationKind.PARK: "park_id", OrganisationKind.GROUP: "group_id"}


def load_actor(user: User | None, *, token_scopes: frozenset[str] | None = None) -> Actor:
    """Return the actor for an account; somebody without sight for none or an inactive one."""
    if user is None or not user.is_authenticated or not user.is_active:
        return NOBODY
    memberships = list(
        Membership.objects.filter(user=user, ended_at__isnull=True, organisation__is_active=True)
        .select_related("organisation")
        .order_by("-is_home", "created_at", "pk")
    )
    posts = tuple(_post(membership) for membership in memberships)
    return Actor(
        user_id=user.pk,
        name=user.display_name,
        posts=posts,
        scope=scope_of(posts),
        language=user.language,
        token_scopes=token_scopes,
    )


def load_actor_at(user: User, moment: datetime) -> Actor:
    """Return the actor an account was at a past moment, with the posts it held then.

    For what was done without a line: it is judged by the rights of its time.
    """
    if user.deactivated_at is not None and user.deactivated_at <= moment:
        return NOBODY
    memberships = (
        Membership.objects.filter(user=user, created_at__lte=moment, organisation__is_active=True)
        .filter(Q(ended_at__isnull=True) | Q(ended_at__gt=moment))
        .select_related("organisation")
        .order_by("-is_home", "created_at", "pk")
    )
    posts = tuple(_post(membership) for membership in memberships)
    return Actor(
        user_id=user.pk,
        name=user.display_name,
        posts=posts,
        scope=scope_of(posts),
        language=user.language,
    )


def _post(membership: Membership) -> Post:
    organisation = membership.organisation
    kind = OrganisationKind(organisation.kind)
    return Post(
        organisation_id=organisation.pk,
        organisation_name=organisation.short_name or organisation.name,
        kind=kind,
        role=Role(membership.role),
        path=organisation.path,
        enterprise_id=organisation.enterprise_id,
        enterprises=_enterprises_of(organisation, kind),
    )


def _enterprises_of(organisation: Organisation, kind: OrganisationKind) -> frozenset[UUID]:
    column = _CUTS_ACROSS.get(kind)
    if column is None:
        return frozenset()
    return frozenset(
        Organisation.objects.filter(
            **{column: organisation.pk}, kind=OrganisationKind.ENTERPRISE
        ).values_list("pk", flat=True)
    )
