"""Reads of people and organisations, always for an actor."""

from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import ApiToken, Invitation, Membership, Organisation, User
from anlan.base.actors.roles import OrganisationKind
from anlan.base.actors.scope import path_end
from anlan.base.clock import now
from anlan.base.errors import NotYours
from anlan.base.search_key import by_spelling, typed

CHOICES = 20


def organisations(actor: Actor) -> QuerySet[Organisation]:
    """Return the nodes the actor sees: the own places, all below, and a park's enterprises."""
    return Organisation.objects.filter(actor.scope.q("path", "owner_enterprise_id"))


def organisation_one(
    actor: Actor, organisation_id: UUID | str, *, lock: bool = False
) -> Organisation:
    """Return one node. Raises NotYours when it is not there or outside the scope."""
    rows = organisations(actor).select_related("parent")
    if lock:
        rows = rows.select_for_update(of=("self",))
    try:
        return rows.get(pk=organisation_id)
    except (Organisation.DoesNotExist, ValidationError, ValueError, TypeError) as error:
        raise NotYours() from error


def organisation_children(actor: Actor, parent: Organisation | None) -> QuerySet[Organisation]:
    """Return the nodes directly below one, or the tops of what the actor sees, with counts.

    `n_children` and `n_people` count what is active.
    """
    rows = organisations(actor)
    if parent is not None:
        rows = rows.filter(parent=parent)
    else:
        rows = rows.exclude(parent__in=organisations(actor))
    return rows.annotate(
        n_children=Count("children", filter=Q(children__is_active=True), distinct=True),
        n_people=Count(
            "memberships__user",
            filter=Q(memberships__ended_at__isnull=True, memberships__user__is_active=True),
            distinct=True,
        ),
    ).order_by("-is_active", "kind", "code", "name")


def organisation_ancestors(actor: Actor, node: Organisation) -> list[Organisation]:
    """Return the nodes above one that the actor sees, the highest first."""
    parts = node.path.split("/")[:-2]
    above = ["/".join(parts[:n]) + "/" for n in range(1, len(parts) + 1)]
    return list(organisations(actor).filter(path__in=above).order_by("path"))


def people_at(actor: Actor, node: Organisation) -> QuerySet[User]:
    """Return the active people with a role at a node or below it."""
    held = Membership.objects.filter(
        user=OuterRef("pk"),
        ended_at__isnull=True,
        organisation__path__gte=node.path,
        organisation__path__lt=path_end(node.path),
    )
    return people_of(actor).filter(Exists(held), is_active=True)


def organisation_choices(
    actor: Actor, text: str = "", *, kinds: frozenset[OrganisationKind] | None = None
) -> list[Organisation]:
    """Return up to 20 active nodes found by name, pinyin, initials or code."""
    rows = organisations(actor).filter(is_active=True)
    if kinds is not None:
        rows = rows.filter(kind__in=kinds)
    if text.strip():
        rows = rows.filter(search_key__contains=typed(text))
    return list(rows.select_related("parent").order_by(by_spelling(), "name", "pk")[:CHOICES])


def memberships(actor: Actor) -> QuerySet[Membership]:
    """Return the roles held, now or before, at places the actor sees."""
    return Membership.objects.filter(
        actor.scope.q("organisation__path", "organisation__owner_enterprise_id")
    ).select_related("organisation", "user")


def membership_one(actor: Actor, membership_id: UUID | str) -> Membership:
    """Return one role at a place the actor sees. Raises NotYours."""
    try:
        return memberships(actor).get(pk=membership_id)
    except (Membership.DoesNotExist, ValidationError, ValueError) as error:
        raise NotYours() from error


def people_of(actor: Actor) -> QuerySet[User]:
    """Return the accounts with a role, held now or before, at a place the actor sees.

    Everybody finds themselves. Somebody whose roles have all ended stays findable, so that
    their history does.
    """
    seen = Membership.objects.filter(
        actor.scope.q("organisation__path", "organisation__owner_enterprise_id"),
        user=OuterRef("pk"),
    )
    return User.objects.filter(Q(Exists(seen)) | Q(pk=actor.user_id))


def person_one(actor: Actor, user_id: UUID | str, *, lock: bool = False) -> User:
    """Return one account. Raises NotYours when it is not there or outside the scope."""
    rows = people_of(actor)
    if lock:
        rows = rows.select_for_update(of=("self",))
    try:
        return rows.get(pk=user_id)
    except (User.DoesNotExist, ValidationError, ValueError, TypeError) as error:
        raise NotYours() from error


def people_choices(actor: Actor, text: str = "") -> list[User]:
    """Return up to 20 active people found by name, pinyin, initials or user name."""
    rows = people_of(actor).filter(is_active=True)
    if text.strip():
        rows = rows.filter(search_key__contains=typed(text))
    return list(rows.order_by(by_spelling(), "display_name", "pk")[:CHOICES])


def roles_of(actor: Actor, user: User) -> list[Membership]:
    """Return the roles of one person that the actor sees, those held now first."""
    return list(memberships(actor).filter(user=user).order_by("-ended_at", "created_at"))


def open_invitations(actor: Actor) -> QuerySet[Invitation]:
    """Return the invitations to places the actor sees that can still be taken up."""
    return (
        Invitation.objects.filter(
            actor.scope.q("organisation__path", "organisation__owner_enterprise_id"),
            accepted_at__isnull=True,
            withdrawn_at__isnull=True,
            expires_at__gt=now(),
        )
        .select_related("organisation", "invited_by")
        .order_by("-created_at")
    )


def tokens_of(actor: Actor) -> QuerySet[ApiToken]:
    """Return the actor's own tokens, newest first."""
    own = ApiToken.objects.filter(user_id=actor.user_id)  # type: ignore[misc]
    return own.order_by("-created_at")


def user_by_login(name: str) -> User | None:
    """Return the account of a user name or e-mail, whatever its case."""
    if not name:
        return None
    return (
        User.objects.annotate(lower_name=Lower("username"), lower_mail=Lower("email"))
        .filter(Q(lower_name=name.lower()) | Q(lower_mail=name.lower()))
        .first()
    )


def second_factor_demanded(actor: Actor) -> bool:
    """Tell whether one of the roles must use a second factor (setting ANLAN_REQUIRE_MFA)."""
    demanded = set(settings.REQUIRE_MFA)
    return bool(demanded) and ("all" in demanded or any(role in demanded for role in actor.roles))
