"""Column types of scope."""

from typing import Any

from django.db import models


class ScopePathField(models.CharField):
    """A scope path: slash-ended parts, compared byte by byte.

    The C collation is fixed on the column, so that ranges on it mean the same on every server.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 240)
        kwargs.setdefault("editable", False)
        kwargs["db_collation"] = "C"
        super().__init__(**kwargs)
