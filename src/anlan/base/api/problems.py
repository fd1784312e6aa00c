"""Every error of the API as a problem (`anlan.base.problems`), and its shape for the schema."""

from typing import Any

from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from pydantic import BaseModel

from anlan.base.errors import AnlanError, BadInput, Problem
from anlan.base.problems import holds_nul, problem, problem_of


class EntryProblemOut(BaseModel):
    """One entry that needs correcting. `row` counts from 1 as in the sender's own table."""

    field: str
    text: str
    remedy: str | None = None
    row: int | None = None
    code: str


class ProblemOut(BaseModel):
    """What an error looks like.

    `problems` has each entry that needs correcting, with what to do about it; `fields` has their
    texts by field.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    remedy: str | None = None
    clause: str | None = None
    fields: dict[str, list[str]] | None = None
    problems: list[EntryProblemOut] | None = None
    trace: str | None = None


def install(api: NinjaAPI) -> None:
    """Answer every error of this API with a problem."""

    @api.exception_handler(AnlanError)
    def on_own(request: HttpRequest, error: AnlanError) -> HttpResponse:
        return problem_of(request, error)

    @api.exception_handler(ValidationError)
    def on_shape(request: HttpRequest, error: ValidationError) -> HttpResponse:
        wrong = BadInput([_shape_problem(item) for item in error.errors])
        return problem(
            request,
            422,
            wrong.code,
            _("Some entries need correcting."),
            fields=dict(wrong.by_field()),
            problems=[one.plain() for one in wrong.problems],
        )

    @api.exception_handler(AuthenticationError)
    def on_stranger(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
        response = problem(
            request,
            401,
            "not_signed_in",
            _("Sign in, or send a valid token."),
            remedy=_("Make a token under My account › API tokens."),
        )
        response["WWW-Authenticate"] = "Bearer"
        return response

    @api.exception_handler(Throttled)
    def on_haste(request: HttpRequest, error: Throttled) -> HttpResponse:
        response = problem(request, 429, "too_many_requests", _("Too many requests; slow down."))
        response["Retry-After"] = str(int(error.wait or 60))
        return response

    @api.exception_handler(DataError)
    def on_nul(request: HttpRequest, error: DataError) -> HttpResponse:
        if not holds_nul(error):
            raise error
        detail = _("A text holds the character NUL, which cannot be kept.")
        return problem(request, 400, "nul_in_text", detail, remedy=_("Send it without."))

    @api.exception_handler(Http404)
    def on_missing(request: HttpRequest, _error: Http404) -> HttpResponse:
        return problem(request, 404, "not_found", _("Nothing here under this address."))

    @api.exception_handler(HttpError)
    def on_http(request: HttpRequest, error: HttpError) -> HttpResponse:
        return problem(request, error.status_code, "bad_request", str(error))


def _shape_problem(item: Any) -> Problem:
    """Return what the schema found wrong: the name as the caller wrote it, and its kind."""
    # A body is named after its argument; what lies in it by its own names.
    path = [part for part in item["loc"] if part not in ("body", "query", "path")]
    rows = [part for part in path if isinstance(part, int)]
    return Problem(
        ".".join(str(part) for part in path) or "body",
        str(item["msg"]),
        row=rows[0] + 1 if rows else None,
        code=str(item.get("type", "invalid")),
    )
