"""Errors that were meant to be read become answers: a page, or problem+json for programs."""

from collections.abc import Callable
from typing import Any

from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import get_resolver
from django.views import defaults

from anlan.base.errors import AnlanError, BadInput, Unavailable


class ProblemMiddleware:
    """Turns an `AnlanError` that a view let fly into its answer (RFC 9457 for JSON)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer an error of the family; let any other fly."""
        if isinstance(exception, DataError) and "(0x00)" in str(exception):
            # No text of a person holds it; who sends one is trying the doors.
            handler: Any = get_resolver().resolve_error_handler(400)
            answer: HttpResponse = handler(request, exception=exception)
            return answer
        if not isinstance(exception, AnlanError):
            return None
        if request.accepts("text/html"):
            response = _page(request, exception)
        else:
            response = JsonResponse(
                envelope(exception),
                status=exception.status,
                content_type="application/problem+json",
            )
        if isinstance(exception, Unavailable):
            response["Retry-After"] = str(exception.retry_after)
        return response


def envelope(error: AnlanError) -> dict[str, object]:
    """Return the JSON body of an error, in the active language."""
    body: dict[str, object] = {
        "code": error.code,
        "text": error.message(),
        "remedy": error.remedy_text(),
        "clause": error.clause,
    }
    if isinstance(error, BadInput):
        body["fields"] = [
            {
                "field": problem.field,
                "row": problem.row,
                "code": problem.code,
                "text": str(problem.text),
                "remedy": str(problem.remedy),
            }
            for problem in error.problems
        ]
    return body


def _page(request: HttpRequest, error: AnlanError) -> HttpResponse:
    if error.status == 404:
        return defaults.page_not_found(request, error)
    context = {"error": error, "text": error.message(), "remedy": error.remedy_text()}
    return HttpResponse(render_to_string("problem.html", context, request), status=error.status)
