"""Filters of a list: what the URL says, as a condition and as words."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, Protocol
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from anlan.base.actors.actor import Actor
from anlan.base.clock import start_of, today
from anlan.base.errors import Text
from anlan.base.lists.columns import Choices, choice_pairs, field_at

FilterKind = Literal["choice", "date", "number", "boolean", "relation"]
NOTHING = "-"
_RELATIVE = re.compile(r"^today(?:([+-])(\d{1,4}))?$")


class Params(Protocol):
    """What a QueryDict and our own multi-dictionary have in common."""

    def getlist(self, key: str) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody filtered by: `values` for choices and relations, `start`/`end` for ranges."""

    values: tuple[str, ...] = ()
    start: str = ""
    end: str = ""
    problem: str = ""

    def __bool__(self) -> bool:
        return bool(self.values or self.start or self.end)


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter.

    `field` is the database column (`key` if left out). `condition(values)` replaces the plain
    comparison for filters that are no column. `chooser` is the key of a registered chooser, for
    kind `relation`. `pinned` filters stand in the bar, others under "More". Ranges read
    `<key>_from` and `<key>_to`; dates may be relative (`today+30`), so that a saved view moves
    with the calendar. The value `-` of a choice means "not filled in". `same_for(actor)` tells that
    all rows this actor sees have the same value, so that there is nothing to choose.
    """

    key: str
    label: Text
    kind: FilterKind = "choice"
    field: str = ""
    choices: Choices | Callable[[], Choices] | None = None
    chooser: str = ""
    condition: Callable[[tuple[str, ...]], Q] | None = None
    unit: Text = ""
    pinned: bool = True
    nullable: bool = False
    same_for: Callable[[Actor], bool] | None = None

    @classmethod
    def of(cls, model: type[models.Model], path: str, **changes: Any) -> "Filter":
        """Derive a filter from a model field."""
        found = field_at(model, path)
        made = cls(
            key=path,
            label=found.verbose_name,
            kind=_kind(found),
            choices=tuple(found.flatchoices) or None,
            nullable=found.null or found.blank,
        )
        return replace(made, **changes)

    def heading(self) -> str:
        """Return the label, first letter large."""
        return capfirst(str(self.label))

    @property
    def is_range(self) -> bool:
        """Tell whether it has two ends."""
        return self.kind in ("date", "number")

    def names(self) -> tuple[str, ...]:
        """Return the URL parameters it reads."""
        return (f"{self.key}_from", f"{self.key}_to") if self.is_range else (self.key,)

    def options(self) -> list[tuple[str, str]]:
        """Return the values on offer with their texts."""
        if self.kind == "boolean":
            pairs = [("yes", _("Yes")), ("no", _("No"))]
        else:
            choices = self.choices() if callable(self.choices) else self.choices
            pairs = [(str(key), text) for key, text in choice_pairs(choices) if key != ""]
        if self.nullable and self.kind in ("choice", "boolean"):
            pairs.append((NOTHING, _("not filled in")))
        return pairs

    def read(self, params: Params) -> Chosen:
        """Return what the URL chose; what cannot be read is named in `problem`, never obeyed."""
        if self.is_range:
            start, end = (_last(params.getlist(name)) for name in self.names())
            if not start and not end:
                return Chosen()
            try:
                self._bound(start), self._bound(end)
            except ValueError:
                return Chosen(problem=_("“%(filter)s” was not understood.") % self._name())
            return Chosen(start=start, end=end)
        given = tuple(dict.fromkeys(v for v in params.getlist(self.key) if v))
        if not given:  # before the choices are looked up: each page reads dozens of filters
            return Chosen()
        known = given
        if self.kind == "relation":
            known = tuple(v for v in given if v == NOTHING or _is_uuid(v))
        elif self.condition is None or self.choices is not None:
            offered = {value for value, _text in self.options()} | {NOTHING}
            known = tuple(v for v in given if v in offered)
        bad = _("“%(filter)s” was not understood.") % self._name() if known != given else ""
        return Chosen(values=known, problem=bad)

    def q(self, chosen: Chosen) -> Q:
        """Return the condition."""
        if not chosen:
            return Q()
        column = self.field or self.key
        if self.condition is not None:
            return self.condition(chosen.values)
        if self.is_range:
            ends = {
                op: value
                for op, text in (("gte", chosen.start), ("lte", chosen.end))
                if (value := self._bound(text)) is not None
            }
            if column.endswith("__date"):
                column, ends = column.removesuffix("__date"), _moments(ends)
            return Q(**{f"{column}__{op}": value for op, value in ends.items()})
        values: list[Any] = [value for value in chosen.values if value != NOTHING]
        if self.kind == "boolean":
            values = [value == "yes" for value in values]
        found = Q(**{f"{column}__in": values}) if values else Q(pk__in=[])
        return found | self._empty(column) if NOTHING in chosen.values else found

    def words(self, chosen: Chosen, labels: Mapping[str, str] | None = None) -> str:
        """Return what is chosen, short enough for a tag."""
        if self.is_range:
            start, end = _date_words(chosen.start), _date_words(chosen.end)
            if start and end:
                return f"{start} – {end}"
            return f"≥ {start}" if start else f"≤ {end}"
        texts = {NOTHING: _("not filled in")} | dict(self.options()) | dict(labels or {})
        shown = [texts.get(value, "…") for value in chosen.values]
        if len(shown) > 2:
            return _("%(first)s and %(n)s more") % {"first": shown[0], "n": len(shown) - 1}
        return _(", ").join(shown)

    def _name(self) -> dict[str, str]:
        return {"filter": self.heading()}

    def _empty(self, column: str) -> Q:
        # A text column is empty as '', any other as NULL; the choices tell which.
        pairs = () if callable(self.choices) else choice_pairs(self.choices)
        is_text = any(isinstance(key, str) for key, _text in pairs)
        return Q(**{column: ""}) if is_text else Q(**{f"{column}__isnull": True})

    def _bound(self, text: str) -> Any:
        if not text:
            return None
        if self.kind == "number":
            try:
                number = Decimal(text)
            except InvalidOperation as error:
                raise ValueError(text) from error
            if not number.is_finite() or abs(number) > Decimal("1e20"):
                raise ValueError(text)
            return number
        return read_date(text)


def read_date(text: str) -> dt.date:
    """Return the day of `2026-11-21`, `today`, `today+30` or `today-90`. Raises ValueError."""
    relative = _RELATIVE.match(text)
    if relative is None:
        return dt.date.fromisoformat(text)
    days = int(relative[2] or 0) * (-1 if relative[1] == "-" else 1)
    return today() + dt.timedelta(days=days)


def _moments(days: Mapping[str, dt.date]) -> dict[str, Any]:
    """Return the bounds of days as moments: an index has the moments, and the database would
    work out the day of each row."""
    found: dict[str, Any] = {}
    if (first := days.get("gte")) is not None:
        found["gte"] = start_of(first)
    if (last := days.get("lte", dt.date.max)) < dt.date.max:
        found["lt"] = start_of(last + dt.timedelta(days=1))
    return found


def _date_words(text: str) -> str:
    relative = _RELATIVE.match(text)
    if relative is None:
        return text
    if not relative[2] or relative[2] == "0":
        return _("today")
    if relative[1] == "-":
        return _("%(n)s days ago") % {"n": relative[2]}
    return _("in %(n)s days") % {"n": relative[2]}


def _kind(found: Any) -> FilterKind:
    if found.choices:
        return "choice"
    if isinstance(found, models.BooleanField):
        return "boolean"
    if isinstance(found, models.DateField):
        return "date"
    if found.is_relation:
        return "relation"
    if isinstance(found, models.IntegerField | models.DecimalField):
        return "number"
    return "choice"


def _last(values: list[str]) -> str:
    return values[-1].strip() if values else ""


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
