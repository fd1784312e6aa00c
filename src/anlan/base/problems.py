"""Errors that were meant to be read become answers: a page, or problem+json for programs.

Pages and the API answer with the same JSON (RFC 9457), in the caller's language.
"""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.db import DataError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import get_resolver
from django.views import defaults

from anlan.base.errors import AnlanError, BadInput, Unavailable

MEDIA_TYPE = "application/problem+json"

_NO_CONNECTION = ("08", "57P", "53300")
"""How the numbers of PostgreSQL begin that say: lost, shutting down, no connection left."""


class ProblemMiddleware:
    """Turns an `AnlanError` that a view let fly into its answer (RFC 9457 for JSON)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer an error of the family; let any other fly."""
        if holds_nul(exception):
            # No text of a person holds it; who sends one is trying the doors.
            handler: Any = get_resolver().resolve_error_handler(400)
            answer: HttpResponse = handler(request, exception=exception)
            return answer
        if not isinstance(exception, AnlanError):
            return None
        if request.accepts("text/html"):
            return _with_retry(_page(request, exception), exception)
        return problem_of(request, exception)


def holds_nul(error: BaseException) -> bool:
    """Tell whether the database refused a text for its NUL, which no text it keeps can hold."""
    return isinstance(error, DataError) and "(0x00)" in str(error)


def problem(
    request: HttpRequest,
    status: int,
    code: str,
    detail: str,
    *,
    remedy: str = "",
    clause: str = "",
    fields: dict[str, list[str]] | None = None,
    problems: list[dict[str, Any]] | None = None,
) -> HttpResponse:
    """Return the JSON response for one problem; empty members are left out.

    `fields` are texts by field, `problems` the same one by one, with row and remedy.
    """
    body: dict[str, Any] = {
        "type": f"urn:anlan:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "remedy": remedy,
        "clause": clause,
        "fields": fields,
        "problems": problems,
        "trace": getattr(request, "trace_id", None),
    }
    return JsonResponse(
        {key: value for key, value in body.items() if value not in ("", None)},
        status=status,
        content_type=MEDIA_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )


def database_is_away(error: BaseException | None) -> bool:
    """Tell whether an error means that the database cannot be reached, rather than that it said no.

    A deadlock, a lock or a statement that took too long is none: the database is there.
    """
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    # Without a number the server was never reached.
    number = getattr(error.__cause__, "sqlstate", None)
    return number is None or number.startswith(_NO_CONNECTION)


def wants_json(request: HttpRequest) -> bool:
    """Tell whether a program asks, to be answered by a problem rather than by a page."""
    return request.path.startswith("/api/") or not request.accepts("text/html")


def problem_of(request: HttpRequest, error: AnlanError) -> HttpResponse:
    """Return the JSON response for an error of our own family."""
    wrong = error if isinstance(error, BadInput) else None
    response = problem(
        request,
        error.status,
        error.code,
        error.message(),
        remedy=error.remedy_text(),
        clause=error.clause,
        fields=dict(wrong.by_field()) if wrong else None,
        problems=[one.plain() for one in wrong.problems] if wrong else None,
    )
    return _with_retry(response, error)


def _with_retry(response: HttpResponse, error: AnlanError) -> HttpResponse:
    if isinstance(error, Unavailable):
        response["Retry-After"] = str(error.retry_after)
    return response


def _page(request: HttpRequest, error: AnlanError) -> HttpResponse:
    if error.status == 404:
        return defaults.page_not_found(request, error)
    context = {"error": error, "text": error.message(), "remedy": error.remedy_text()}
    return HttpResponse(render_to_string("problem.html", context, request), status=error.status)
