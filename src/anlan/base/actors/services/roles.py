"""Writes on who holds which role where."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from anlan.base.actors import events
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Membership, Organisation, User
from anlan.base.actors.permissions import ROLE_END, ROLE_GRANT, may_hand_on
from anlan.base.actors.problems import (
    OwnRights,
    RoleNotHeldHere,
    RoleOutOfReach,
    StillInUse,
)
from anlan.base.actors.queries import memberships, organisation_one, person_one
from anlan.base.actors.roles import HELD_AT, OrganisationKind, Role
from anlan.base.actors.services.accounts import new_account
from anlan.base.actors.services.last_admin import an_administrator_remains
from anlan.base.audit.services import record
from anlan.base.clock import now
from anlan.base.errors import NotYours


def require_may_hand_on(actor: Actor, role: Role, organisation: Organisation) -> None:
    """Raise unless the role can be held there and the actor may grant it there."""
    if OrganisationKind(organisation.kind) not in HELD_AT[role]:
        raise RoleNotHeldHere()
    if not organisation.is_active:
        raise StillInUse()
    if not may_hand_on(actor, role, organisation, ROLE_GRANT):
        raise RoleOutOfReach()


@transaction.atomic
def user_create(
    actor: Actor,
    *,
    username: str,
    display_name: str,
    organisation_id: UUID | str,
    role: Role,
    email: str = "",
    phone: str = "",
    language: str = "zh-hans",
    password: str | None = None,
    is_demo: bool = False,
) -> User:
    """Create an account with its first role; an invitation is the better way for people.

    Raises BadInput, NotYours, RoleOutOfReach, RoleNotHeldHere.
    """
    role = Role(role)
    organisation = organisation_one(actor, organisation_id)
    require_may_hand_on(actor, role, organisation)
    user = new_account(
        username=username,
        display_name=display_name,
        password=password,
        email=email,
        phone=phone,
        language=language,
        is_demo=is_demo,
    )
    record(actor, events.USER_CREATED, user, after={"username": user.username})
    write_membership(actor, user, organisation, role, is_home=True)
    return user


@transaction.atomic
def membership_grant(
    actor: Actor, *, user_id: UUID | str, organisation_id: UUID | str, role: Role
) -> Membership:
    """Give somebody the actor sees one more role. Granting what is held changes nothing.

    People of elsewhere are invited instead, so that they agree. Raises OwnRights, NotYours,
    RoleOutOfReach, RoleNotHeldHere.
    """
    role = Role(role)
    user = person_one(actor, user_id)
    if user.pk == actor.user_id:
        raise OwnRights()
    organisation = organisation_one(actor, organisation_id)
    require_may_hand_on(actor, role, organisation)
    return write_membership(actor, user, organisation, role)


def write_membership(
    actor: Actor, user: User, organisation: Organisation, role: Role, *, is_home: bool = False
) -> Membership:
    """Write a role whose rules were checked; return the one held already if there is one."""
    membership, created = Membership.objects.get_or_create(
        user=user,
        organisation=organisation,
        role=role,
        ended_at=None,
        defaults={"is_home": is_home},
    )
    if created:
        record(
            actor,
            events.ROLE_GRANTED,
            membership,
            after={"user": user.pk, "organisation": organisation.pk, "role": role},
        )
    return membership


@transaction.atomic
def membership_end(actor: Actor, membership_id: UUID | str, *, reason: str = "") -> Membership:
    """End a role from now on; the row stays. Raises OwnRights, RoleOutOfReach,
    LastAdministrator, NotYours."""
    try:
        membership = memberships(actor).select_for_update(of=("self",)).get(pk=membership_id)
    except (Membership.DoesNotExist, ValidationError, ValueError) as error:
        raise NotYours() from error
    if membership.user_id == actor.user_id:
        raise OwnRights()
    if not may_hand_on(actor, Role(membership.role), membership.organisation, ROLE_END):
        raise RoleOutOfReach()
    if membership.ended_at is None:
        membership.ended_at = now()
        with an_administrator_remains():
            membership.save(update_fields=["ended_at"])
        record(
            actor,
            events.ROLE_ENDED,
            membership,
            reason=reason,
            before={"user": membership.user_id, "role": membership.role},
        )
    return membership
