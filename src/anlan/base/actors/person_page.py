"""What the page of one person shows."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.utils.translation import gettext as _

from anlan.base.actors import queries, wall
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import ApiToken, Membership, User
from anlan.base.actors.permissions import (
    ROLE_END,
    ROLE_GRANT,
    USER_MANAGE,
    governs,
    may_hand_on,
)
from anlan.base.actors.roles import Role
from anlan.base.actors.scope import EVERYTHING
from anlan.base.audit.events import event_for
from anlan.base.audit.models import AuditEvent
from anlan.base.audit.words import who

HISTORY = 50


def person_view(actor: Actor, person: User) -> dict[str, Any]:
    """Return what one person's page shows and what the actor may do there."""
    roles = queries.roles_of(actor, person)
    now_held = [one for one in roles if one.ended_at is None]
    everything_held = Membership.objects.filter(user=person, ended_at__isnull=True).select_related(
        "organisation"
    )
    own = person.pk == actor.user_id
    governed = not own and governs(actor, everything_held, USER_MANAGE)
    return {
        "person": person,
        "roles": [
            (one, not own and may_hand_on(actor, Role(one.role), one.organisation, ROLE_END))
            for one in now_held
        ],
        "former": [one for one in roles if one.ended_at is not None],
        "is_self": own,
        "governed": governed,
        "may_grant": not own and actor.may(ROLE_GRANT),
        "sessions": _sessions(person) if governed or own else None,
        "tokens": _tokens(person) if governed or own else None,
        "has_second_factor": Authenticator.objects.filter(user=person).exists(),
        "history": history_of(person, roles, sign_ins=governed or own),
    }


def history_of(person: User, roles: list[Membership], *, sign_ins: bool) -> list[dict[str, Any]]:
    """Return what happened to an account and to these of its roles, newest first.

    The caller has fetched person and roles through the actor. An account lies in no place, so
    the second wall would hide its events from everybody; it is opened for this one read.
    """
    events = AuditEvent.objects.filter(
        object_id__in=[person.pk, *(one.pk for one in roles)]
    ).order_by("-at", "-seq")
    if not sign_ins:
        events = events.exclude(event__startswith="people.sign_in.")
    with wall.acting_as(EVERYTHING):
        return [_told(event) for event in events[:HISTORY]]


def _told(event: AuditEvent) -> dict[str, Any]:
    known = event_for(event.event)
    names = {"actor": who(event) or _("Somebody"), "object": event.object_label}
    return {
        "at": event.at,
        "text": str(known.text) % names if known else event.event,
        "reason": event.reason,
        "ip": (event.after or {}).get("ip", ""),
        "is_failure": event.event == "people.sign_in.failed",
    }


def _sessions(person: User) -> list[UserSession]:
    return list(UserSession.objects.filter(user=person).order_by("-last_seen_at"))


def _tokens(person: User) -> list[ApiToken]:
    return list(person.api_tokens.filter(revoked_at__isnull=True).order_by("-created_at"))
