"""Dialects of receiving sides: how times are written, what fields are called. Pure."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from anlan.base.clock import SHANGHAI
from anlan.exchange.choices import Adapter
from anlan.exchange.fields import days_of, variants_of


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one kind of receiving side wants its rows.

    `moments` and `days` are strftime patterns in Asia/Shanghai. `names` renames fields. `body` is
    json (an object with `datas`) or form (`datas=…` form-encoded with the enterprise's key).
    `is_variant` tells that it knows the fields of the provincial variant.
    """

    moments: str
    days: str
    names: Mapping[str, str]
    body: str
    is_variant: bool = False

    def row(self, table: str, values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
        """Return a row as it is sent; empty fields and those it does not know are left out."""
        unknown = frozenset() if self.is_variant else variants_of(table)
        days = days_of(table)
        return {
            prefix + self.names.get(name, name): (
                value.strftime(self.days) if name in days else self._value(value)
            )
            for name, value in values.items()
            if value is not None and value != "" and name not in unknown
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


_COMPACT = ("%Y%m%d%H%M%S", "%Y%m%d")
_SPACED = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d")
DIALECTS: dict[str, Dialect] = {
    Adapter.NATIONAL: Dialect(*_COMPACT, {"dangerSrc": "dangersSrc"}, "json"),
    Adapter.BATCH: Dialect(*_SPACED, {}, "json"),
    Adapter.FORM: Dialect(*_SPACED, {}, "form", is_variant=True),
}
