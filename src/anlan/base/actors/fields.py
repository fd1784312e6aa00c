"""Column types of scope."""

from typing import Any

from django.db import models
from django.db.models import Func


class ScopePathField(models.CharField):
    """A scope path: slash-ended parts, compared byte by byte.

    The C collation is fixed on the column, so that ranges on it mean the same on every server.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 240)
        kwargs.setdefault("editable", False)
        kwargs["db_collation"] = "C"
        super().__init__(**kwargs)


class EnterpriseInPath(Func):
    """The id of the enterprise a scope path leads through, or null, as the database reads it."""

    template = "substring(%(expressions)s from 'e([0-9a-f]{32})/')::uuid"


class WithoutIndex(Func):
    """A text compared as it is, by an expression that no index has."""

    template = "(%(expressions)s || '')"
