"""ETags of rows: the version number, checked before a write."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.scoped import ScopedModel
from anlan.base.errors import AnlanError


class MatchRequired(AnlanError):
    """A change was sent without saying which version it changes."""

    code = "if_match_required"
    status = 428
    text = _("Say which version you change: send If-Match with the ETag you read.")


class MatchFailed(AnlanError):
    """Somebody changed the record since it was read."""

    code = "if_match_failed"
    status = 412
    text = _("The record was changed meanwhile; you read %(read)s, it is now %(is)s.")
    remedy = _("Read it again, then send your change again.")


def etag(row: ScopedModel) -> str:
    """Return the strong ETag of a row."""
    # A recalculation moves `updated_at` alone: nobody who has a form open has to begin again.
    return f'"{row.pk}:{row.version}:{row.updated_at.timestamp():.6f}"'


def set_etag(response: HttpResponse, row: ScopedModel) -> None:
    """Put the row's ETag on the response."""
    response["ETag"] = etag(row)


def not_modified(request: HttpRequest, row: ScopedModel) -> bool:
    """Tell whether the caller has this version already (`If-None-Match`)."""
    return etag(row) in _tags(request.headers.get("If-None-Match", ""))


def expected_version(request: HttpRequest, row: ScopedModel) -> int:
    """Return the version the caller changes. Raises MatchRequired, MatchFailed."""
    given = request.headers.get("If-Match", "")
    if not given:
        raise MatchRequired()
    tags = _tags(given)
    if "*" not in tags and etag(row) not in tags:
        raise MatchFailed(**{"read": given[:80], "is": etag(row)})
    return row.version


def _tags(header: str) -> set[str]:
    return {part.strip() for part in header.split(",")}
