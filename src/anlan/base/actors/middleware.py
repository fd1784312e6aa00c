"""Puts the actor on the request and binds the second wall to it."""

import time
from collections.abc import Callable

from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from anlan.base.actors import wall
from anlan.base.actors.actor import Actor
from anlan.base.actors.loading import load_actor
from anlan.base.actors.queries import second_factor_demanded
from anlan.base.actors.services.accounts import session_seen

_SEEN_EVERY_SECONDS = 300
# Signing in and out, setting up the factor, and what a page needs to look right.
_OPEN_WITHOUT = ("/accounts/", "/account/language", "/static/", "/healthz", "/readyz")


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
        if actor.user_id is not None:
            _note_activity(request)
        return self.get_response(request)


def _note_activity(request: HttpRequest) -> None:
    """Keep "last seen" of the session list, at the cost of one write in five minutes."""
    moment = time.time()
    if moment - request.session.get("seen", 0) > _SEEN_EVERY_SECONDS:
        request.session["seen"] = int(moment)
        session_seen(request.session.session_key)


class SecondFactorMiddleware:
    """Leads people whose role demands a second factor to setting one up, before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Redirect to the page of second factors while one is demanded and missing."""
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if (
            actor.user_id is not None
            and actor.token_scopes is None
            and second_factor_demanded(actor)
            and not request.path.startswith(_OPEN_WITHOUT)
            and not request.session.get("second_factor")
        ):
            if not is_mfa_enabled(request.user):
                return HttpResponseRedirect(reverse("mfa_index"))
            request.session["second_factor"] = True
        return self.get_response(request)
