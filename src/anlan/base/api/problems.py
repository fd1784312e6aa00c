"""Every error of the API as a problem (`anlan.base.problems`), and its shape for the schema."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from pydantic import BaseModel

from anlan.base.errors import AnlanError
from anlan.base.problems import problem, problem_of


class ProblemOut(BaseModel):
    """What an error looks like. `fields` names each entry that needs correcting."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    remedy: str | None = None
    clause: str | None = None
    fields: dict[str, list[str]] | None = None
    trace: str | None = None


def install(api: NinjaAPI) -> None:
    """Answer every error of this API with a problem."""

    @api.exception_handler(AnlanError)
    def on_own(request: HttpRequest, error: AnlanError) -> HttpResponse:
        return problem_of(request, error)

    @api.exception_handler(ValidationError)
    def on_shape(request: HttpRequest, error: ValidationError) -> HttpResponse:
        fields: dict[str, list[str]] = {}
        for item in error.errors:
            path = [str(part) for part in item["loc"] if part not in ("body", "query", "path")]
            fields.setdefault(".".join(path) or "body", []).append(str(item["msg"]))
        detail = _("Some entries need correcting.")
        return problem(request, 422, "bad_input", detail, fields=fields)

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

    @api.exception_handler(Http404)
    def on_missing(request: HttpRequest, _error: Http404) -> HttpResponse:
        return problem(request, 404, "not_found", _("Nothing here under this address."))

    @api.exception_handler(HttpError)
    def on_http(request: HttpRequest, error: HttpError) -> HttpResponse:
        return problem(request, error.status_code, "bad_request", str(error))
