"""One set of endpoints for every register."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema, Status
from ninja.decorators import decorate_view

from anlan.base.api.etags import expected_version, not_modified, set_etag
from anlan.base.api.paging import Page, PageQuery, page
from anlan.base.api.problems import ProblemOut
from anlan.base.api.services import idempotent
from anlan.base.search_key import typed
from anlan.modules.registry.api.schemas import in_schema, out_schema, row_out
from anlan.modules.registry.models import Enterprise
from anlan.modules.registry.models.base import RegisterModel

ERRORS = {401: ProblemOut, 403: ProblemOut, 404: ProblemOut, 422: ProblemOut, 429: ProblemOut}
WRITE_ERRORS = {
    **ERRORS,
    409: ProblemOut,
    412: ProblemOut,
    428: ProblemOut,
}


class RowsQuery(PageQuery):
    """`q` searches names, codes and pinyin; `enterprise` narrows to one."""

    q: str = ""
    enterprise: UUID | None = None


@dataclass(frozen=True)
class Endpoints:
    """One register as the API shows it. `order` ends in a unique field, none of them null."""

    path: str
    tag: str
    model: type[RegisterModel]
    order: tuple[str, ...]
    fields: tuple[str, ...]
    create: Callable[..., Any]
    update: Callable[..., Any]
    remove: Callable[..., Any]


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


def register_router(endpoints: Endpoints) -> Router:
    """Return list, read, create, change and remove for one register."""
    router = Router(tags=[endpoints.tag])
    model, noun = endpoints.model, endpoints.model.__name__.lower()
    out: Any = out_schema(model)
    given: Any = in_schema(model, endpoints.fields, partial=False)
    patch: Any = in_schema(model, endpoints.fields, partial=True)

    def rows(request: HttpRequest) -> Any:
        return model.objects.for_actor(_actor(request)).filter(removed_at__isnull=True)

    @router.get(
        f"/{endpoints.path}",
        response={200: Page[out], **ERRORS},
        operation_id=f"{noun}_list",
        summary=f"List {endpoints.path} of your scope",
    )
    def listing(request: HttpRequest, query: Query[RowsQuery]) -> Any:
        found = rows(request)
        if query.enterprise:
            column = "pk" if model is Enterprise else "enterprise_id"
            found = found.filter(**{column: query.enterprise})
        if query.q:
            for word in typed(query.q).split()[:6]:
                found = found.filter(search_key__contains=word)
        return page(found, endpoints.order, query, row_out)

    @router.get(
        f"/{endpoints.path}/{{row_id}}",
        response={200: out, 304: None, **ERRORS},
        operation_id=f"{noun}_read",
        summary="Read one; the ETag names its version",
    )
    def reading(request: HttpRequest, row_id: UUID, response: HttpResponse) -> Any:
        row = rows(request).one(row_id)
        set_etag(response, row)
        if not_modified(request, row):
            return Status(304, None)
        return row_out(row)

    @router.post(
        f"/{endpoints.path}",
        response={201: out, **WRITE_ERRORS},
        operation_id=f"{noun}_create",
        summary="Enter one; send an Idempotency-Key to be safe against doubles",
    )
    @decorate_view(idempotent)
    def creating(request: HttpRequest, body: given, response: HttpResponse) -> Any:
        row = endpoints.create(_actor(request), _values(body))
        set_etag(response, row)
        return Status(201, row_out(row))

    @router.patch(
        f"/{endpoints.path}/{{row_id}}",
        response={200: out, **WRITE_ERRORS},
        operation_id=f"{noun}_change",
        summary="Change one; needs If-Match",
    )
    @decorate_view(idempotent)
    def changing(
        request: HttpRequest,
        row_id: UUID,
        body: patch,
        response: HttpResponse,
    ) -> Any:
        version = expected_version(request, rows(request).one(row_id))
        row = endpoints.update(_actor(request), row_id, _values(body), version)
        set_etag(response, row)
        return row_out(row)

    @router.delete(
        f"/{endpoints.path}/{{row_id}}",
        response={204: None, **WRITE_ERRORS},
        operation_id=f"{noun}_remove",
        summary="Take one out of the lists; needs If-Match",
    )
    @decorate_view(idempotent)
    def removing(request: HttpRequest, row_id: UUID) -> Any:
        version = expected_version(request, rows(request).one(row_id))
        endpoints.remove(_actor(request), row_id, "", version)
        return Status(204, None)

    return router


def _values(body: Schema) -> dict[str, Any]:
    """Return the fields the caller sent; those left out stay as they are."""
    return body.model_dump(exclude_unset=True)
