"""Loading the actor of an account: one query, once a request."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from anlan.base.actors.actor import NOBODY, Actor, Post, scope_of
from anlan.base.actors.models import User
from anlan.base.actors.roles import OrganisationKind, Role

# Written out because every request asks it: making the ORM's query takes longer than its answer.
# A park and a group cut across the tree: their enterprises are named one by one.
_POSTS = """
    SELECT o.id, coalesce(nullif(o.short_name, ''), o.name), o.kind, m.role, o.path,
           o.owner_enterprise_id,
           CASE o.kind
             WHEN 'park' THEN ARRAY(
               SELECT e.id FROM actors_organisation e
                WHERE e.park_id = o.id AND e.kind = 'enterprise')
             WHEN 'group' THEN ARRAY(
               SELECT e.id FROM actors_organisation e
                WHERE e.group_id = o.id AND e.kind = 'enterprise')
           END
      FROM actors_membership m JOIN actors_organisation o ON o.id = m.organisation_id
     WHERE m.user_id = %s AND o.is_active AND {held}
     ORDER BY m.is_home DESC, m.created_at, m.id
"""
_NOW = _POSTS.format(held="m.ended_at IS NULL")
_THEN = _POSTS.format(held="m.created_at <= %s AND (m.ended_at IS NULL OR m.ended_at > %s)")


def load_actor(user: User | None, *, token_scopes: frozenset[str] | None = None) -> Actor:
    """Return the actor for an account; somebody without sight for none or an inactive one."""
    if user is None or not user.is_authenticated or not user.is_active:
        return NOBODY
    return _actor(user, _posts(_NOW, user.pk), token_scopes)


def load_actor_at(user: User, moment: datetime) -> Actor:
    """Return the actor an account was at a past moment, with the posts it held then.

    For what was done without a line: it is judged by the rights of its time.
    """
    if user.deactivated_at is not None and user.deactivated_at <= moment:
        return NOBODY
    return _actor(user, _posts(_THEN, user.pk, moment, moment))


def _actor(
    user: User, posts: tuple[Post, ...], token_scopes: frozenset[str] | None = None
) -> Actor:
    return Actor(
        user_id=user.pk,
        name=user.display_name,
        posts=posts,
        scope=scope_of(posts),
        language=user.language,
        token_scopes=token_scopes,
    )


def _posts(sql: str, *values: Any) -> tuple[Post, ...]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return tuple(_post(*row) for row in cursor.fetchall())


def _post(
    organisation_id: UUID,
    name: str,
    kind: str,
    role: str,
    path: str,
    enterprise_id: UUID | None,
    enterprises: list[UUID] | None,
) -> Post:
    return Post(
        organisation_id=organisation_id,
        organisation_name=name,
        kind=OrganisationKind(kind),
        role=Role(role),
        path=path,
        enterprise_id=enterprise_id,
        enterprises=frozenset(enterprises or ()),
    )
