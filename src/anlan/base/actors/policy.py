"""Who may do what: permissions are granted to roles, in one registry.

A module's `policy.py` calls `grant` at import; services call `require`. Reading needs no
permission beyond scope, except where a module asks for one.
"""

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from anlan.base.actors.actor import Actor
from anlan.base.actors.roles import Role
from anlan.base.errors import Forbidden, NotYours

_GRANTS: dict[str, frozenset[Role]] = {}


class Placed(Protocol):
    """A row that says where it belongs."""

    @property
    def scope_path(self) -> str:
        """The place."""
        ...

    @property
    def enterprise_id(self) -> UUID | None:
        """The enterprise it belongs to, or None."""
        ...


def grant(permission: str, roles: Iterable[Role]) -> str:
    """Let `roles` use `permission` (dotted, `module.noun.verb`); return the permission.

    Raises ValueError when the permission was granted before: two homes for one rule.
    """
    if permission in _GRANTS:
        raise ValueError(f"permission {permission!r} is granted twice")
    _GRANTS[permission] = frozenset(roles)
    return permission


def granted() -> dict[str, frozenset[Role]]:
    """Return every permission with the roles that hold it."""
    return dict(_GRANTS)


def allows(
    actor: Actor,
    permission: str,
    scope_path: str | None = None,
    enterprise_id: UUID | None = None,
) -> bool:
    """Tell whether the actor may, there if a place is given.

    Raises KeyError for a permission nobody granted: a misspelt one must not refuse in silence.
    """
    roles = _GRANTS[permission]
    if actor.is_system:
        return True
    if actor.token_scopes is not None and not any(
        permission == scope or permission.startswith(scope + ".") for scope in actor.token_scopes
    ):
        return False
    return any(
        post.role in roles and (scope_path is None or post.covers(scope_path, enterprise_id))
        for post in actor.posts
    )


def require(actor: Actor, permission: str, row: Placed | None = None) -> None:
    """Raise Forbidden unless the actor may; NotYours when the row is outside their scope."""
    if row is None:
        if not allows(actor, permission):
            raise Forbidden(permission=permission)
        return
    if not actor.scope.covers(row.scope_path, row.enterprise_id):
        raise NotYours()
    if not allows(actor, permission, row.scope_path, row.enterprise_id):
        raise Forbidden(permission=permission)
