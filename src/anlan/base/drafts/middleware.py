"""A form that was saved has no draft any more."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from anlan.base.drafts.services import draft_drop

FIELD = "an_draft"
COOKIE = "anlan_saved"
# Long enough for the next page to load; it then forgets the browser's own copy as well.
COOKIE_SECONDS = 300


class DraftMiddleware:
    """Forgets the draft once the form it belongs to was answered by a redirect.

    A view redirects when it has saved and shows the form again when it has not. It must stand
    innermost: a redirect of another middleware (to sign in, to a second factor) saved nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on, then look what became of a form."""
        response = self.get_response(request)
        actor: Any = getattr(request, "actor", None)
        if request.method != "POST" or not 300 <= response.status_code < 400:
            return response
        # Only what a view has read already: a large upload must not be read for this.
        form = request.POST.get(FIELD, "") if hasattr(request, "_post") else ""
        if form and actor is not None and actor.user_id is not None:
            draft_drop(actor, form)
            response.set_cookie(
                COOKIE,
                quote(form, safe=""),
                max_age=COOKIE_SECONDS,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return response
