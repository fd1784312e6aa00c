"""Cursor paging: the next page begins after the last row seen, however deep.

The cursor is opaque to callers: the ordering values of the last row, as base64 JSON.
"""

import base64
import binascii
import json
from collections.abc import Callable
from typing import Annotated, Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field as ModelField
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from ninja import Schema
from pydantic import Field

from anlan.base.errors import BadInput, Problem

T = TypeVar("T")
LIMIT = 50
MOST = 500


class Page(Schema, Generic[T]):
    """One page. `next` is the cursor of the following page, absent on the last."""

    items: list[T]
    next: str | None = None


class PageQuery(Schema):
    """How much, and from where."""

    limit: Annotated[int, Field(ge=1, le=MOST)] = LIMIT
    cursor: str | None = None


def page(
    rows: QuerySet[Any],
    order: tuple[str, ...],
    query: PageQuery,
    make: Callable[[Any], T],
) -> dict[str, Any]:
    """Return `rows` after the cursor, in `order` (ascending field names, the last one unique).

    The fields must not be null: a null has no place in a keyset. Raises BadInput for a cursor
    that is not ours.
    """
    if query.cursor:
        rows = rows.filter(_after(order, _read(query.cursor, order, rows.model)))
    found = list(rows.order_by(*order)[: query.limit + 1])
    more = len(found) > query.limit
    found = found[: query.limit]
    return {
        "items": [make(row) for row in found],
        "next": _write([getattr(found[-1], name) for name in order]) if more else None,
    }


def _after(order: tuple[str, ...], values: list[Any]) -> Q:
    condition = Q()
    for index, name in enumerate(order):
        equal = {order[i]: values[i] for i in range(index)}
        condition |= Q(**equal, **{f"{name}__gt": values[index]})
    # The first column alone lets the index begin at the right place.
    return Q(**{f"{order[0]}__gte": values[0]}) & condition


def _write(values: list[Any]) -> str:
    raw = json.dumps([str(value) for value in values], ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _read(cursor: str, order: tuple[str, ...], model: type[Model]) -> list[Any]:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        texts = json.loads(raw)
        if not isinstance(texts, list) or len(texts) != len(order):
            raise ValueError(cursor)
        values = []
        for name, text in zip(order, texts, strict=True):
            if not isinstance(text, str) or "\0" in text:
                raise ValueError(cursor)
            field = model._meta.get_field(name)
            assert isinstance(field, ModelField)
            values.append(field.to_python(text))
    except (
        binascii.Error,
        FieldDoesNotExist,
        RecursionError,
        TypeError,
        UnicodeError,
        ValidationError,
        ValueError,
    ) as error:
        raise BadInput(
            Problem("cursor", _("This is not a cursor of ours."), _("Begin without a cursor."))
        ) from error
    return values
