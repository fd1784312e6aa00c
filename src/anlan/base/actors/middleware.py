"""Puts the actor on the request and binds the second wall to it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from anlan.base.actors import wall
from anlan.base.actors.actor import Actor
from anlan.base.actors.loading import load_actor


class ActorRequest(HttpRequest):
    """A request after `ActorMiddleware`."""

    actor: Actor


class ActorMiddleware:
    """Sets `request.actor`, before any view and outside any transaction."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Load the actor of the signed-in account and show the database who is asking."""
        actor = load_actor(getattr(request, "user", None))
        request.actor = actor  # type: ignore[attr-defined]
        wall.bind(actor.scope)
        return self.get_response(request)
