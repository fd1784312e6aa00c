"""Invitations: a link, used once, that offers one role at one organisation."""

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actors import events
from anlan.base.actors.actor import SYSTEM, Actor
from anlan.base.actors.loading import load_actor
from anlan.base.actors.models import Invitation, User
from anlan.base.actors.permissions import ROLE_GRANT, may_hand_on
from anlan.base.actors.problems import InvitationGone, RoleOutOfReach
from anlan.base.actors.queries import open_invitations, organisation_one
from anlan.base.actors.roles import Role
from anlan.base.actors.services.accounts import new_account
from anlan.base.actors.services.roles import require_may_hand_on, write_membership
from anlan.base.audit.services import record
from anlan.base.clock import now
from anlan.base.errors import BadInput, NotYours, Problem

VALID_FOR = timedelta(days=7)


@transaction.atomic
def invitation_create(
    actor: Actor, *, organisation_id: UUID | str, role: Role, name: str = "", email: str = ""
) -> tuple[Invitation, str]:
    """Offer a role; return the invitation and the secret of its link, kept only as a hash.

    With an `email` the link must go there and nowhere else: taking it up proves the address.
    Raises NotYours, RoleOutOfReach, RoleNotHeldHere, BadInput.
    """
    role, email = Role(role), email.strip().lower()
    organisation = organisation_one(actor, organisation_id)
    require_may_hand_on(actor, role, organisation)
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise BadInput(Problem("email", _("This is not an e-mail address."))) from error
    secret = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        secret_hash=_hash(secret),
        organisation=organisation,
        role=role,
        name=name.strip()[:60],
        email=email,
        invited_by_id=actor.user_id,
        expires_at=now() + VALID_FOR,
    )
    record(
        actor,
        events.INVITED,
        invitation,
        after={"role": role, "organisation": organisation.pk, "email": email},
    )
    return invitation, secret


@transaction.atomic
def invitation_withdraw(actor: Actor, invitation_id: UUID | str) -> Invitation:
    """Void an open invitation the actor could have made. Raises NotYours, RoleOutOfReach."""
    try:
        invitation = open_invitations(actor).select_for_update(of=("self",)).get(pk=invitation_id)
    except (Invitation.DoesNotExist, ValidationError, ValueError) as error:
        raise NotYours() from error
    if not may_hand_on(actor, Role(invitation.role), invitation.organisation, ROLE_GRANT):
        raise RoleOutOfReach()
    invitation.withdrawn_at = now()
    invitation.save(update_fields=["withdrawn_at"])
    record(actor, events.INVITATION_WITHDRAWN, invitation)
    return invitation


def invitation_for(secret: str, *, lock: bool = False) -> Invitation:
    """Return the open invitation behind a link. Raises InvitationGone.

    It is gone as well when whoever made it could no longer make it today: a dismissed
    administrator's links die with the role.
    """
    rows = Invitation.objects.select_related("organisation", "invited_by")
    if lock:
        rows = rows.select_for_update(of=("self",))
    invitation = rows.filter(
        secret_hash=_hash(secret),
        accepted_at__isnull=True,
        withdrawn_at__isnull=True,
        expires_at__gt=now(),
        organisation__is_active=True,
    ).first()
    if invitation is None:
        raise InvitationGone()
    inviter = load_actor(invitation.invited_by) if invitation.invited_by else SYSTEM
    if not may_hand_on(inviter, Role(invitation.role), invitation.organisation, ROLE_GRANT):
        raise InvitationGone()
    return invitation


@transaction.atomic
def invitation_accept_new(
    secret: str,
    *,
    username: str,
    display_name: str,
    password: str,
    phone: str = "",
    language: str = "zh-hans",
) -> User:
    """Make an account for the holder of a link, with the offered role.

    Raises InvitationGone, BadInput.
    """
    invitation = invitation_for(secret, lock=True)
    user = new_account(
        username=username,
        display_name=display_name,
        password=password,
        phone=phone,
        language=language,
        email=invitation.email,
    )
    actor = Actor(user.pk, user.display_name, (), SYSTEM.scope)
    record(actor, events.USER_CREATED, user, after={"username": user.username})
    _take(actor, invitation, user)
    return user


@transaction.atomic
def invitation_accept(actor: Actor, secret: str) -> User:
    """Add the offered role to the account that is signed in. Raises InvitationGone."""
    if actor.user_id is None or actor.token_scopes is not None:
        raise InvitationGone()
    invitation = invitation_for(secret, lock=True)
    user = User.objects.select_for_update().get(pk=actor.user_id)
    _take(actor, invitation, user)
    owned = EmailAddress.objects.filter(user=user, email=invitation.email)
    if invitation.email and owned.exists():
        owned.update(verified=True)
    return user


def _take(actor: Actor, invitation: Invitation, user: User) -> None:
    invitation.accepted_at, invitation.accepted_by = now(), user
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    first = not user.memberships.filter(ended_at__isnull=True).exists()
    record(actor, events.INVITATION_ACCEPTED, invitation, after={"user": user.pk})
    write_membership(actor, user, invitation.organisation, Role(invitation.role), is_home=first)


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
