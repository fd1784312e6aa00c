"""Error pages, each with a next step: handler400, 403, 404 and 500 of the root urls."""

import sys
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import requires_csrf_token

from anlan.base.errors import Unavailable
from anlan.base.problems import database_is_away, problem_of, wants_json

STATUSES = (400, 403, 404, 429, 500, 503)


def _page(request: HttpRequest, status: int, **context: Any) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        # the scripts say the sentence; a whole page inside a fragment helps nobody
        return HttpResponse(status=status)
    return render(request, f"{status}.html", context, status=status)


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Show that the request could not be understood."""
    return _page(request, 400)


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Show that the role does not allow this."""
    return _page(request, 403)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Show that nothing is here. Foreign records look the same."""
    return _page(request, 404)


@requires_csrf_token
def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Show that there were too many requests."""
    return _page(request, 429)


def server_error(request: HttpRequest) -> HttpResponse:
    """Show that we failed. Uses nothing that may have failed: no database, no shell.

    An unreachable database is no fault of the page: it is said so, and when to try again.
    """
    try:
        # Django calls this while it handles the error, and hands it to no one.
        if database_is_away(sys.exception()):
            return unavailable(request)
        return _page(request, 500)
    except Exception:  # the page of last resort must not fail with the rest
        return HttpResponse("500", status=500, content_type="text/plain")


def unavailable(request: HttpRequest, retry_after: int = 30) -> HttpResponse:
    """Show that something outside does not answer, and when to try again."""
    if wants_json(request):
        return problem_of(request, Unavailable(retry_after=retry_after))
    response = _page(request, 503)
    response["Retry-After"] = str(retry_after)
    return response
