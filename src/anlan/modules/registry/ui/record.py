"""What a record's page shows of its fields."""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from anlan.base.lists import Column
from anlan.base.lists.cells import cells_html
from anlan.modules.registry import choices
from anlan.modules.registry.ui.addresses import KEYS, url_of
from anlan.modules.registry.ui.kinds import Group

_WIDE = {
    "address",
    "registered_address",
    "business_scope",
    "note",
    "scope",
    "boundary",
    "source",
    "components",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: a label with its text, and where it leads."""

    label: str
    text: str
    url: str = ""
    wide: bool = False


@dataclass(frozen=True, slots=True)
class FactGroup:
    """A card of facts: short ones in two columns, long ones below."""

    title: Any
    short: list[Fact]
    long: list[Fact]


def facts_of(row: Any, groups: tuple[Group, ...]) -> list[FactGroup]:
    """Return the groups with their facts; a group of which nothing is filled in is left out."""
    found: list[FactGroup] = []
    for group in groups:
        facts = [_fact(row, name) for name in group.fields]
        # Empty fields of a first group say what is missing; an empty extra group says nothing.
        if found and not any(fact.text for fact in facts):
            continue
        found.append(
            FactGroup(
                group.title,
                [fact for fact in facts if not fact.wide],
                [fact for fact in facts if fact.wide and (fact.text or len(facts) > 1)],
            )
        )
    return found


def _fact(row: Any, name: str) -> Fact:
    found = type(row)._meta.get_field(name)
    label = capfirst(str(found.verbose_name))
    value = getattr(row, name)
    if isinstance(value, models.Model):
        return Fact(label, str(value), url_of(value) if type(value) in KEYS else "")
    if name == "key_processes":
        text = _(", ").join(choices.process_label(code) for code in value)
        return Fact(label, text, wide=True)
    column = Column.of(type(row), name, digits=None)
    return Fact(label, column.text(value), wide=name in _WIDE)


def table_of(page: Any, rows: list[Any], leave_out: tuple[str, ...]) -> dict[str, Any]:
    """Return head and drawn cells of a few rows of a list, with the list's own columns."""
    columns = [c for c in page.columns if c.shown and c.key not in leave_out]
    main = next((i for i, c in enumerate(columns) if c.wide), 0)
    heads = [c.heading() for c in columns]
    paint = cells_html(columns, heads, main)
    return {
        "heads": [
            # A unit never stands on a line of its own.
            (head.replace(", ", ",\u00a0"), c.kind == "number", i == main)
            for i, (head, c) in enumerate(zip(heads, columns, strict=True))
        ],
        "rows": [paint(row, page.row_url(row)) for row in rows],
    }
