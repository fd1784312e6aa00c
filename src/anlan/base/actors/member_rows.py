"""What the pages of members show, read in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from anlan.base.actors import queries
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
from anlan.base.actors.scope import path_end
from anlan.base.audit.events import event_for
from anlan.base.audit.models import AuditEvent
from anlan.base.search_key import typed

PAGE = 50
HISTORY = 50


@dataclass(slots=True)
class MemberRow:
    """One line of the list."""

    user: User
    roles: list[Membership]
    has_second_factor: bool


@dataclass(slots=True)
class MemberPage:
    """One page of the list with what is filtered."""

    rows: list[MemberRow]
    total: int
    first: int
    last: int
    number: int
    previous: int | None
    next: int | None
    text: str
    role: str
    state: str
    organisation: Any


def member_page(actor: Actor, wanted: Mapping[str, str]) -> MemberPage:
    """Return a page of people by the filters `q`, `role`, `state`, `organisation`, `page`."""
    role, state = wanted.get("role", ""), wanted.get("state", "active")
    rows = queries.people_of(actor)
    held = _held(actor)
    organisation = None
    if wanted.get("organisation"):
        organisation = queries.organisation_one(actor, wanted["organisation"])
        held = held.filter(
            organisation__path__gte=organisation.path,
            organisation__path__lt=path_end(organisation.path),
        )
    if role in Role.values:
        held = held.filter(role=role)
    if organisation or role in Role.values:
        rows = rows.filter(Exists(held.filter(user=OuterRef("pk"))))
    if state in ("active", "closed"):
        rows = rows.filter(is_active=state == "active")
    text = wanted.get("q", "").strip()[:100]
    if text:
        rows = rows.filter(search_key__contains=typed(text))
    pages = Paginator(rows.order_by("display_name", "pk"), PAGE)
    page = pages.get_page(wanted.get("page"))
    return MemberPage(
        rows=_rows(actor, list(page.object_list)),
        total=pages.count,
        first=page.start_index(),
        last=page.end_index(),
        number=page.number,
        previous=page.previous_page_number() if page.has_previous() else None,
        next=page.next_page_number() if page.has_next() else None,
        text=text,
        role=role,
        state=state,
        organisation=organisation,
    )


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
    """Return what happened to an account and to these of its roles, newest first."""
    events = AuditEvent.objects.filter(
        object_id__in=[person.pk, *(one.pk for one in roles)]
    ).order_by("-at", "-seq")
    if not sign_ins:
        events = events.exclude(event__startswith="people.sign_in.")
    return [_told(event) for event in events[:HISTORY]]


def _told(event: AuditEvent) -> dict[str, Any]:
    known = event_for(event.event)
    names = {"actor": event.actor_name or _("Somebody"), "object": event.object_label}
    return {
        "at": event.at,
        "text": str(known.text) % names if known else event.event,
        "reason": event.reason,
        "ip": (event.after or {}).get("ip", ""),
        "is_failure": event.event == "people.sign_in.failed",
    }


def _held(actor: Actor) -> QuerySet[Membership]:
    return queries.memberships(actor).filter(ended_at__isnull=True, organisation__is_active=True)


def _rows(actor: Actor, users: list[User]) -> list[MemberRow]:
    roles: dict[UUID, list[Membership]] = defaultdict(list)
    for membership in _held(actor).filter(user__in=users).order_by("created_at"):
        roles[membership.user_id].append(membership)
    protected = set(Authenticator.objects.filter(user__in=users).values_list("user_id", flat=True))
    return [MemberRow(user, roles[user.pk], user.pk in protected) for user in users]


def _sessions(person: User) -> list[UserSession]:
    return list(UserSession.objects.filter(user=person).order_by("-last_seen_at"))


def _tokens(person: User) -> list[ApiToken]:
    return list(person.api_tokens.filter(revoked_at__isnull=True).order_by("-created_at"))
