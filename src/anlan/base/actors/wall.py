"""The second wall: PostgreSQL row-level security, bound to the actor's scope.

The first wall is `for_actor`. Should a query forget it, the database itself hides the rows: every
table of a `ScopedModel` has row-level security enabled and forced, and the application's role
neither owns the tables nor is a superuser. The scope travels in three session settings that
are set when an actor is bound and cleared on every new connection.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.apps import apps
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from anlan.base.actors.scope import EVERYTHING, NOTHING, Scope

_bound: ContextVar[Scope | None] = ContextVar("anlan_scope", default=None)


def default_scope() -> Scope:
    """Return what a connection sees before anybody is bound: nothing, except at the console."""
    return EVERYTHING if os.environ.get("ANLAN_OPEN_WALL") == "1" else NOTHING


def bound_scope() -> Scope:
    """Return the scope bound in this context."""
    return _bound.get() or default_scope()


def _send(scope: Scope, to: BaseDatabaseWrapper) -> None:
    with to.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('anlan.everything', %s, false),"
            " set_config('anlan.prefixes', %s, false),"
            " set_config('anlan.enterprises', %s, false)",
            [
                "on" if scope.everything else "off",
                "{" + ",".join(scope.prefixes) + "}",
                "{" + ",".join(str(item) for item in scope.enterprises) + "}",
            ],
        )


def bind(scope: Scope) -> None:
    """Show this connection the rows of `scope` until something else is bound."""
    _bound.set(scope)
    _send(scope, connection)


@contextmanager
def acting_as(scope: Scope) -> Iterator[None]:
    """Bind a scope for a block and restore what was bound before.

    Enter it outside a transaction where you can: a rolled-back transaction takes the setting
    back with it, and then the block sees what it saw before, which is never more.
    """
    before = _bound.get()
    bind(scope)
    try:
        yield
    finally:
        _bound.set(before)
        if connection.connection is not None and not connection.needs_rollback:
            _send(before or default_scope(), connection)


def _on_new_connection(connection: BaseDatabaseWrapper, **_: object) -> None:
    # A pooled connection still carries what its last user bound.
    _send(bound_scope(), connection)


def install() -> None:
    """Bind every new connection; called once at start-up."""
    connection_created.connect(_on_new_connection, dispatch_uid="anlan.wall")


# ARRAY(SELECT …) is read once a statement; a cast outside the SELECT would be made for every row.
_PREFIXES = "ARRAY(SELECT unnest(current_setting('anlan.prefixes', true)::text[]))"
_ENTERPRISES = "ARRAY(SELECT unnest(current_setting('anlan.enterprises', true)::uuid[]))"
VISIBLE = f"""
    (SELECT current_setting('anlan.everything', true)) = 'on'
    OR scope_path ^@ ANY ({_PREFIXES})
    OR enterprise_id = ANY ({_ENTERPRISES})
"""


def scoped_tables() -> list[str]:
    """Return the tables of every scoped model, sorted."""
    from anlan.base.actors.scoped import ScopedModel

    return sorted(
        model._meta.db_table
        for model in apps.get_models()
        if issubclass(model, ScopedModel) and not model._meta.proxy
    )


def wall_sql(table: str) -> list[str]:
    """Return the statements that put the wall round one table; safe to repeat."""
    return [
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
        f'DROP POLICY IF EXISTS anlan_scope ON "{table}"',
        f'CREATE POLICY anlan_scope ON "{table}" USING ({VISIBLE}) WITH CHECK ({VISIBLE})',
    ]


# What is said of a place (an area, a park, one enterprise) is read there, above, and by all below;
# it is written there and above alone. The enterprises of a park keep their county's path.
_OURS = f"o.path ^@ ANY ({_PREFIXES}) OR o.owner_enterprise_id = ANY ({_ENTERPRISES})"
_PLACE = f"""
    (SELECT current_setting('anlan.everything', true)) = 'on'
    OR EXISTS (SELECT 1 FROM actors_organisation o WHERE o.id = place_id AND ({_OURS}))
"""  # noqa: S608 - no value of anybody's goes in
_PLACE_BELOW = f"""{_PLACE}
    OR EXISTS (
        SELECT 1 FROM actors_organisation o WHERE o.id = place_id AND (
            (o.kind IN ('area', 'park')
             AND EXISTS (SELECT 1 FROM unnest({_PREFIXES}) AS mine WHERE mine ^@ o.path))
            OR (o.kind = 'area' AND EXISTS (
                SELECT 1 FROM actors_organisation e
                 WHERE e.id = ANY ({_ENTERPRISES}) AND e.path ^@ o.path))
            OR (o.kind = 'park' AND EXISTS (
                SELECT 1 FROM actors_organisation e WHERE e.park_id = o.id
                   AND (e.path ^@ ANY ({_PREFIXES}) OR e.id = ANY ({_ENTERPRISES}))))
        )
    )
"""  # noqa: S608 - no value of anybody's goes in


def place_wall_sql(table: str) -> list[str]:
    """Return the statements that put the wall round a table whose rows are said of a place
    (`place_id`) and hold for all below it; safe to repeat."""
    return [
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
        f'DROP POLICY IF EXISTS anlan_scope ON "{table}"',
        f'CREATE POLICY anlan_scope ON "{table}" USING ({_PLACE_BELOW}) WITH CHECK ({_PLACE})',
    ]


# An enterprise that moved to another area takes its history along: its events keep the path they
# were written with, because they are hashed, but its people and the new area's must read them.
_MOVED = f"""enterprise_id IN (
        SELECT id FROM actors_organisation WHERE kind = 'enterprise'
           AND path ^@ ANY ({_PREFIXES})
    )
"""  # noqa: S608 - no value of anybody's goes in
VISIBLE_HISTORY = f"{VISIBLE} OR {_MOVED}"


def history_wall_sql(table: str = "audit_event") -> list[str]:
    """Return the statements that put the wall round history; safe to repeat.

    Reading goes by scope like any row. Writing does not: an event is written by whoever did it,
    and the trigger behind it decides place and hash.
    """
    return [
        f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY',
        f'DROP POLICY IF EXISTS anlan_scope ON "{table}"',
        f'CREATE POLICY anlan_scope ON "{table}" FOR SELECT USING ({VISIBLE_HISTORY})',
        f'DROP POLICY IF EXISTS anlan_append ON "{table}"',
        f'CREATE POLICY anlan_append ON "{table}" FOR INSERT WITH CHECK (true)',
    ]
