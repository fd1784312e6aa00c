"""Who calls: a bearer token, or the browser session of somebody signed in."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer

from anlan.base.actors import wall
from anlan.base.actors.actor import Actor
from anlan.base.actors.tokens import actor_for_token


class TokenAuth(HttpBearer):
    """`Authorization: Bearer anl_…`; the token's scopes narrow what its person may do."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        """Return the token's actor and show the database who asks. Raises TokenRefused."""
        actor = actor_for_token(token)
        request.actor = actor  # type: ignore[attr-defined]
        wall.bind(actor.scope)
        return actor


class SessionAuth(APIKeyCookie):
    """The session cookie, for pages of our own; writes need the CSRF token."""

    param_name = "sessionid"

    def __init__(self) -> None:
        super().__init__(csrf=True)

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """Return the actor of the signed-in account, or None."""
        actor: Actor | None = getattr(request, "actor", None)
        return actor if actor is not None and actor.user_id is not None else None


def caller_id(request: HttpRequest) -> UUID | None:
    """Return the account behind a request before the endpoint runs; None for a stranger.

    Raises TokenRefused.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return actor_for_token(token).user_id
    actor: Actor | None = getattr(request, "actor", None)
    return actor.user_id if actor is not None else None
