"""Reading history: within the actor's scope, in words."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection, models
from django.db.models import Q, QuerySet

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.actors.policy import granted
from anlan.base.actors.roles import OrganisationKind
from anlan.base.actors.scope import Scope
from anlan.base.audit.events import all_events
from anlan.base.audit.models import AuditEvent
from anlan.base.audit.policy import READ
from anlan.base.audit.words import Entry, entries


def events_for(actor: Actor) -> QuerySet[AuditEvent]:
    """Events of the places where one of the actor's posts may read history, newest first.

    None for somebody without such a post: seeing a record is not the right to read who did what
    in the whole enterprise.
    """
    rows = AuditEvent.objects.order_by("-at", "-pk")
    if not actor.may(READ):
        return rows.none()
    if actor.is_system:
        return rows
    reach = Q(pk__in=[])
    for post in actor.posts:
        if post.role in granted()[READ]:
            reach |= _within(Scope.of([post.reading_path()], post.enterprises))
    return rows.filter(reach)


def events_of(actor: Actor, row: models.Model) -> QuerySet[AuditEvent]:
    """One record's events, newest first. Seeing the record is enough to read its history."""
    return AuditEvent.objects.filter(_within(actor.scope), object_id=row.pk).order_by("-at", "-seq")


def history_of(actor: Actor, row: models.Model, limit: int = 50) -> list[Entry]:
    """Return the newest events of a record in words, for its timeline, without the quiet ones."""
    quiet = [event.code for event in all_events().values() if event.quiet]
    return entries(actor, events_of(actor, row).exclude(event__in=quiet)[:limit])


def _within(scope: Scope) -> Q:
    """Return the events of a scope, with those of enterprises that moved into it.

    Events keep the path they were written with, because they are hashed.
    """
    if scope.everything:
        return Q()
    inside = Scope(scope.prefixes).q(path="path")
    moved = Organisation.objects.filter(inside, kind=OrganisationKind.ENTERPRISE).values("pk")
    return scope.q() | Q(enterprise_id__in=moved)


def authors_of(object_ids: Sequence[UUID]) -> dict[UUID, tuple[str, str]]:
    """Return who brought each of these rows in and who changed it last, by name.

    The rows were fetched through the actor; the database's wall holds besides. One statement.
    """
    if not object_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_AUTHORS, [list(object_ids)])
        return {pk: (first, last) for pk, first, last in cursor.fetchall()}


_AUTHORS = """
    SELECT object_id, (array_agg(actor_name ORDER BY seq))[1],
           (array_agg(actor_name ORDER BY seq DESC))[1]
      FROM audit_event
     WHERE object_id = ANY(%s::uuid[])
     GROUP BY object_id
"""
