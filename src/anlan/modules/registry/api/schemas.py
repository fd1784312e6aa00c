"""JSON of registry rows, made from the models so that a new field appears by itself."""

import datetime as dt
from decimal import Decimal
from functools import cache
from typing import Any, Literal
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from ninja import Schema
from pydantic import ConfigDict, create_model

from anlan.modules.registry.models.base import RegisterModel

# What every row tells beside its own fields.
_COMMON = ("id", "enterprise_id", "version", "created_at", "updated_at")
_HIDDEN = ("scope_path", "search_key", "removed_at", "enterprise", "user", "is_demo")


class Strict(Schema):
    """Input that names a field we do not know is an error, not silence."""

    model_config = ConfigDict(extra="forbid")


def column_names(model: type[RegisterModel]) -> tuple[str, ...]:
    """Return the attribute names that a row shows: foreign keys as `<name>_id`."""
    own = [
        field.attname
        for field in model._meta.concrete_fields
        if field.name not in _HIDDEN and field.attname not in _COMMON
    ]
    return (*_COMMON, *own)


@cache
def out_schema(model: type[RegisterModel]) -> type[Schema]:
    """Return the schema of one row as it is read."""
    fields: dict[str, Any] = {}
    by_attname = {field.attname: field for field in model._meta.concrete_fields}
    for name in column_names(model):
        field = by_attname[name]
        python = _type(field)
        fields[name] = (python | None if field.null else python, ...)
    return create_model(f"{model.__name__}Out", __base__=Schema, **fields)


@cache
def in_schema(model: type[RegisterModel], names: tuple[str, ...], *, partial: bool) -> type[Schema]:
    """Return the schema of a row as it is written; `partial` makes every field optional."""
    fields: dict[str, Any] = {}
    if not partial:
        fields["enterprise"] = (UUID | None, None)
    for name in names:
        field = model._meta.get_field(name)
        assert isinstance(field, models.Field)
        python = _type(field)
        required = not (partial or field.blank or field.null or field.has_default())
        fields[name] = (python, ...) if required else (python | None, None)
    suffix = "Patch" if partial else "In"
    return create_model(f"{model.__name__}{suffix}", __base__=Strict, **fields)


def _type(field: "models.Field[Any, Any]") -> Any:
    if isinstance(field, models.ForeignKey | models.UUIDField):
        return UUID
    if isinstance(field, ArrayField):
        return list[str]
    if isinstance(field, models.JSONField):
        return dict[str, Any]
    if field.choices:
        # Read-only and free fields alike: a code outside the list is refused at the door.
        values = [str(value) for value, _label in field.flatchoices]
        if isinstance(field, models.CharField):
            return Literal[(*values, *([""] if field.blank else []))]
    for kind, python in (
        (models.BooleanField, bool),
        (models.DateTimeField, dt.datetime),
        (models.DateField, dt.date),
        (models.DecimalField, Decimal),
        (models.IntegerField, int),
    ):
        if isinstance(field, kind):
            return python
    return str


def row_out(row: RegisterModel) -> dict[str, Any]:
    """Return a row as its schema takes it; costs no query."""
    return {name: getattr(row, name) for name in column_names(type(row))}
