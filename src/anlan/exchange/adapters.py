"""Dialects of receiving sides: how times are written, what fields are called. Pure."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from anlan.base.clock import SHANGHAI
from anlan.exchange.choices import Adapter


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one kind of receiving side wants its rows.

    `moments` is a strftime pattern in Asia/Shanghai. `names` renames fields. `body` is json (an
    object with `datas`) or form (`datas=…` form-encoded with the enterprise's key).
    """

    moments: str
    names: Mapping[str, str]
    body: str

    def row(self, values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
        """Return a row as it is sent; empty fields are left out."""
        return {
            prefix + self.names.get(name, name): self._value(value)
            for name, value in values.items()
            if value is not None and value != ""
        }

    def _value(self, value: Any) -> Any:
        if isinstance(value, dt.datetime):
            return value.astimezone(SHANGHAI).strftime(self.moments)
        if isinstance(value, dt.date):
            # A last day ends with the day.
            end = dt.datetime.combine(value, dt.time(23, 59, 59), tzinfo=SHANGHAI)
            return end.strftime(self.moments)
        if isinstance(value, UUID):
            return str(value)
        if isinstance(value, Decimal):
            return f"{value.normalize():f}"
        return value

    def plain_name(self, name: str, prefix: str = "") -> str:
        """Return the interface's own name of a field that the receiving side named."""
        bare = name.removeprefix(prefix)
        return next((own for own, theirs in self.names.items() if theirs == bare), bare)


_COMPACT, _SPACED = "%Y%m%d%H%M%S", "%Y-%m-%d %H:%M:%S"
DIALECTS: dict[str, Dialect] = {
    Adapter.NATIONAL: Dialect(_COMPACT, {"dangerSrc": "dangersSrc"}, "json"),
    Adapter.BATCH: Dialect(_SPACED, {}, "json"),
    Adapter.FORM: Dialect(_SPACED, {}, "form"),
}
