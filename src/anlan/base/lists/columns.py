"""Columns of a list: what a cell shows, how it sorts, how it leaves as a spreadsheet cell."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from anlan.base.actors.actor import Actor
from anlan.base.clock import SHANGHAI
from anlan.base.errors import Text

Kind = Literal[
    "text", "number", "date", "datetime", "choice", "boolean", "badge", "level", "due", "link"
]
Choices = Mapping[Any, Text] | Iterable[tuple[Any, Text]]


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    `value` is a dotted attribute path or a function of the row; left out, it is `key` with `__`
    read as dots. `sort` names the database columns behind a click on the head; None means the
    column does not sort (leave it out where a large list has no index for it). `link` gives the
    address a cell opens. A badge's `tone` maps the value to idle, work, done or outline and `icon`
    to an icon; a `level` (1 to 4, drawn in the risk colours) is of kind `scale`. `fixed` columns
    cannot be hidden; `shown` is what a newcomer sees; `wide` takes the width that is left.
    `same_for(actor)` tells that all rows this actor sees have the same value: the column is then
    shown only when asked for, and so it is while the list is filtered to one value of its key.
    """

    key: str
    label: Text
    kind: Kind = "text"
    value: str | Callable[[Any], Any] | None = None
    sort: str | tuple[str, ...] | None = None
    choices: Choices | None = None
    unit: Text = ""
    digits: int | None = None
    even: bool = False
    link: Callable[[Any], str] | None = None
    tone: Mapping[Any, str] | Callable[[Any], str] | None = None
    icon: Mapping[Any, str] | None = None
    scale: str = "risk"
    shown: bool = True
    fixed: bool = False
    wide: bool = False
    help: Text = ""
    same_for: Callable[[Actor], bool] | None = None

    @classmethod
    def of(cls, model: type[models.Model], path: str, **changes: Any) -> "Column":
        """Derive a column from a model field; `path` may walk relations (`facility__name`).

        Raises FieldDoesNotExist for a path that is none.
        """
        field = field_at(model, path)
        column = cls(
            key=path,
            label=field.verbose_name,
            kind=kind_of(field),
            sort=path if not isinstance(field, ArrayField | models.TextField) else None,
            choices=tuple(field.flatchoices) or None,
            digits=field.decimal_places if isinstance(field, models.DecimalField) else None,
        )
        return replace(column, **changes)

    def heading(self) -> str:
        """Return the head's text, with the unit where there is one and the label lacks it."""
        return with_unit(self.label, self.unit)

    def raw(self, row: Any) -> Any:
        """Return the value as the row holds it."""
        if callable(self.value):
            return self.value(row)
        found: Any = row
        for part in (self.value or self.key.replace("__", ".")).split("."):
            if found is None:
                return None
            found = found[part] if isinstance(found, Mapping) else getattr(found, part)
        return found

    def label_of(self, value: Any) -> str:
        """Return the text of a choice; the value itself when it is none of them."""
        for key, text in _pairs(self.choices):
            if key == value:
                return str(text)
        return "" if value is None else str(value)

    def text(self, value: Any) -> str:
        """Return a value as people read it; empty for nothing."""
        if value is None or value == "" or value == []:
            return ""
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if self.choices is not None:
            values = value if isinstance(value, list | tuple) else [value]
            return _(", ").join(self.label_of(item) for item in values)
        if isinstance(value, list | tuple):
            return _(", ").join(str(item) for item in value)
        if isinstance(value, dt.datetime):
            return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        if isinstance(value, dt.date):
            return value.isoformat()
        if isinstance(value, Decimal | float | int):
            return number_text(value, self.digits, even=self.even)
        return str(value)

    def tone_of(self, row: Any, value: Any) -> str:
        """Return the badge's tone."""
        if callable(self.tone):
            return self.tone(row)
        return self.tone.get(value, "idle") if self.tone else "idle"


def with_unit(label: Text, unit: Text) -> str:
    """Return a head, first letter large, with its unit unless it ends in it already."""
    head, mark = capfirst(str(label)), str(unit)
    if not mark or re.search(rf"(^|[\s,，(（]){re.escape(mark)}[)）]?$", head):
        return head
    return _("%(head)s, %(unit)s") % {"head": head, "unit": mark}


def number_text(
    value: Decimal | float | int, digits: int | None = None, *, even: bool = False
) -> str:
    """Return a number without exponent or trailing zeros, thousands parted by a thin space.

    `digits` is the most decimals shown, with `even` all of them; the stored value is never
    rounded.
    """
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    if digits is not None and number.is_finite():
        # As people round, and as every page of results does; Decimal alone takes the even digit.
        number = number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = f"{number:f}"
    if "." in text and not even:
        text = text.rstrip("0").rstrip(".")
    whole, point, rest = text.partition(".")
    if len(whole.lstrip("-")) > 4:
        whole = f"{int(whole):,}".replace(",", "\u2009")
    return whole + point + rest


def field_at(model: type[models.Model], path: str) -> Any:
    """Return the model field at a path such as `facility__name`."""
    *relations, last = path.split("__")
    for name in relations:
        related = model._meta.get_field(name).related_model
        if not isinstance(related, type):
            raise FieldDoesNotExist(f"{model.__name__}.{name} is not a relation")
        model = related
    return model._meta.get_field(last)


def kind_of(field: Any) -> Kind:
    """Return the kind of cell for a model field."""
    if field.choices:
        return "choice"
    if isinstance(field, models.BooleanField):
        return "boolean"
    if isinstance(field, models.DateTimeField):
        return "datetime"
    if isinstance(field, models.DateField):
        return "date"
    if isinstance(field, models.IntegerField | models.DecimalField | models.FloatField):
        return "number"
    return "text"


def _pairs(choices: Choices | None) -> Iterable[tuple[Any, Text]]:
    if choices is None:
        return ()
    return choices.items() if isinstance(choices, Mapping) else choices


def choice_pairs(choices: Choices | None) -> list[tuple[Any, str]]:
    """Return choices as pairs with their texts in the active language."""
    return [(key, str(text)) for key, text in _pairs(choices)]
