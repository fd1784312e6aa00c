"""The declaration of a sheet: template, check, preview, marked-up copy and export come from it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal, Protocol

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.fields import PositiveIntegerRelDbTypeMixin
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from anlan.base.actors.actor import Actor
from anlan.base.errors import NotYours, Problem, Text
from anlan.base.lists.columns import Choices, Column, choice_pairs, field_at, with_unit

Kind = Literal["text", "integer", "number", "date", "boolean", "choice", "list", "reference"]
Key = tuple[Any, ...]
Values = Mapping[str, Any]

# find(actor, texts) → what each text means; absent = unknown. With `find_with` the asked for are
# tuples: the values of those columns, then the text.
Find = Callable[[Actor, Collection[Any]], Mapping[Any, Any]]

_SHEETS: dict[str, "Sheet"] = {}


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column of a sheet.

    `label` is the header; the header in every other language and the names in `also` are accepted
    too. Lengths are characters, `minimum`/`maximum` are inclusive, `digits` the decimals kept.
    `default` fills an empty cell: a value or a function of the actor. `find` resolves references,
    all of a file in one call; `find_with` names columns the reference lies within (a unit within
    its enterprise). `show` turns a resolved reference back into the text of the cell. `value` is
    where an export finds the value on a row (dotted path or function; `name` if left out).
    `choices` of kind `list` limit its items; `offers` are texts a drop-down proposes without
    refusing others. `check` judges a single value and returns what is
    wrong, or nothing.
    """

    name: str
    label: Text
    kind: Kind = "text"
    required: bool = False
    choices: Choices | None = None
    find: Find | None = None
    find_with: tuple[str, ...] = ()
    show: Callable[[Any], str] | None = None
    value: str | Callable[[Any], Any] | None = None
    default: Any = None
    also: tuple[str, ...] = ()
    help: Text = ""
    example: Text = ""
    max_length: int | None = None
    unit: Text = ""
    minimum: Any = None
    maximum: Any = None
    digits: int | None = None
    folds: Literal["", "upper", "lower"] = ""
    check: Callable[[Any], Text | None] | None = None
    offers: tuple[str, ...] = ()

    @classmethod
    def of(cls, model: type[models.Model], name: str, **changes: Any) -> "SheetColumn":
        """Derive a column from a model field: label, kind, limits, choices, whether required.

        Relations need a `find`; give it in `changes`.
        """
        found = field_at(model, name)
        made = cls(
            name=name,
            label=found.verbose_name,
            kind=_kind(found),
            required=not found.blank and not found.null and not found.has_default(),
            choices=tuple(found.flatchoices) or None,
            default=found.get_default() if found.has_default() else None,
            help=found.help_text,
            max_length=getattr(found, "max_length", None),
            minimum=0 if isinstance(found, PositiveIntegerRelDbTypeMixin) else None,
            maximum=_maximum(found),
            digits=found.decimal_places if isinstance(found, models.DecimalField) else None,
        )
        return replace(made, **changes)

    def heading(self) -> str:
        """Return the header in the active language, with its unit."""
        return with_unit(self.label, self.unit)

    def empty(self) -> Any:
        """Return the value of an empty cell, as the model stores it."""
        if self.kind == "list":
            return []
        return "" if self.kind in ("text", "choice") and not self._choices_are_numbers() else None

    def choice_texts(self) -> list[tuple[Any, str]]:
        """Return the choices that may be written, with their texts."""
        return [(key, text) for key, text in choice_pairs(self.choices) if key not in ("", None)]

    def drop_down(self) -> list[str]:
        """Return the texts a spreadsheet's drop-down shows; empty for no drop-down."""
        if self.kind == "choice":
            return [text for _key, text in self.choice_texts()]
        return list(self.offers)

    def from_row(self, row: Any) -> Any:
        """Return the value an export takes from a row."""
        return Column(self.name, "", value=self.value).raw(row)

    def same(self, old: Any, new: Any) -> bool:
        """Tell whether two values are the same to this column; numbers compare exactly."""
        if self.kind == "list":
            return list(old or []) == list(new or [])
        blank = (None, "")
        if old in blank and new in blank:
            return True
        return bool(old == new)

    def _choices_are_numbers(self) -> bool:
        return any(isinstance(key, int) for key, _text in choice_pairs(self.choices))


@dataclass(slots=True)
class SheetRow:
    """A row under check. `values` are Python values of the columns that could be read.

    `old` is what is stored under the same key, or None for a new row. A row check calls
    `problem` for what is wrong.
    """

    number: int
    values: dict[str, Any]
    old: Values | None = None
    problems: list[Problem] = field(default_factory=list)

    def get(self, name: str) -> Any:
        """Return the value the row will have: from the sheet, else as stored."""
        if name in self.values:
            return self.values[name]
        return self.old.get(name) if self.old is not None else None

    def problem(self, column: str, text: Text, remedy: Text = "", code: str = "invalid") -> None:
        """Note something wrong with a column of this row."""
        self.problems.append(Problem(column, text, remedy, row=self.number, code=code))


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row to be written. `number` is its row in the person's file.

    `values` are all values the sheet gave, `old` what was stored (None: create), `changed` maps
    each column that differs to (old, new).
    """

    number: int
    key: Key
    values: Values
    old: Values | None
    changed: Mapping[str, tuple[Any, Any]]

    @property
    def creates(self) -> bool:
        """Tell whether the row is new."""
        return self.old is None


class Existing(Protocol):
    """Reads stored rows by their keys."""

    def __call__(
        self, actor: Actor, keys: Collection[Key], *, lock: bool = False
    ) -> Mapping[Key, Values]:
        """Return {key: {column name: value}} of the rows the actor sees; `lock` for update.

        The values may hold more than the columns (such as `id`); all reach `RowChange.old`. Use a
        few set-based queries, never one a key.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A sheet people can fill in and import.

    `key` names the columns that identify a row. `existing` reads stored rows; `write(actor,
    changes)` is a service that writes creates and updates in bulk, inside the import's
    transaction, with their audit events. `row_checks` judge whole rows, set-based if they take
    all rows at once: each is called once with every row that could be read. `permission` is
    demanded to import. `intro` is the text on the instruction sheet and page. `done_url` leads to
    the list afterwards.
    """

    name: str
    title: Text
    key: tuple[str, ...]
    columns: Sequence[SheetColumn]
    existing: Existing
    write: Callable[[Actor, Sequence[RowChange]], None]
    permission: str
    row_checks: Sequence[Callable[[Actor, Sequence[SheetRow]], None]] = ()
    intro: Text = ""
    icon: str = "table-import"
    done_url: str | Promise = ""
    may_create: bool = True
    may_update: bool = True

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(names) != len(set(names)):
            raise ValueError(f"sheet {self.name!r} declares a column twice")
        for column in self.columns:
            wrong = [name for name in column.find_with if name not in names]
            if wrong:
                raise ValueError(f"sheet {self.name!r}: {column.name} lies within unknown {wrong}")
            if column.kind == "reference" and column.find is None:
                raise ValueError(f"sheet {self.name!r}: {column.name} is a reference without find")
        if missing := set(self.key) - set(names):
            raise ValueError(f"sheet {self.name!r}: key columns {sorted(missing)} are not declared")

    def column(self, name: str) -> SheetColumn | None:
        """Return a column by name."""
        return next((column for column in self.columns if column.name == name), None)

    def __str__(self) -> str:
        return capfirst(str(self.title))


def register_sheet(sheet: Sheet) -> Sheet:
    """Make a sheet importable at `/imports/<name>/`. Raises ValueError for a name taken."""
    if _SHEETS.get(sheet.name) not in (None, sheet):
        raise ValueError(f"sheet {sheet.name!r} is registered twice")
    _SHEETS[sheet.name] = sheet
    return sheet


def sheet_for(name: str) -> Sheet:
    """Return a sheet. Raises NotYours for a name nobody registered."""
    try:
        return _SHEETS[name]
    except KeyError as error:
        raise NotYours() from error


def all_sheets() -> dict[str, Sheet]:
    """Return every sheet by name."""
    return dict(_SHEETS)


def _kind(found: Any) -> Kind:
    if found.choices:
        return "choice"
    for kind, classes in _KINDS.items():
        if isinstance(found, classes):
            return kind
    if found.is_relation:
        return "reference"
    return "text"


_KINDS: dict[Kind, Any] = {
    "list": ArrayField,
    "boolean": models.BooleanField,
    "date": models.DateField,
    "integer": models.IntegerField,
    "number": (models.DecimalField, models.FloatField),
}


def _maximum(found: Any) -> Any:
    if isinstance(found, models.DecimalField):
        step = Decimal(1).scaleb(-found.decimal_places)
        return Decimal(10) ** (found.max_digits - found.decimal_places) - step
    if isinstance(found, models.PositiveSmallIntegerField):
        return 32_767
    return 2_147_483_647 if isinstance(found, models.IntegerField) else None


def read_only_suffix() -> str:
    """Return what ends the header of an exported column that no import reads."""
    return _(" (read-only)")
