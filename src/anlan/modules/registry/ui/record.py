"""What a record's page shows of its fields."""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.text import capfirst

from anlan.base.lists import Column
from anlan.base.lists.cells import cell_html
from anlan.modules.registry import choices
from anlan.modules.registry.ui.addresses import KEYS, url_of
from anlan.modules.registry.ui.kinds import Group

_WIDE = {"address", "registered_address", "business_scope", "note", "scope", "boundary", "source"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: a label with its text, and where it leads."""

    label: str
    text: str
    url: str = ""
    wide: bool = False


def facts_of(row: Any, groups: tuple[Group, ...]) -> list[tuple[Any, list[Fact]]]:
    """Return each group's title with its facts."""
    return [(group.title, [_fact(row, name) for name in group.fields]) for group in groups]


def _fact(row: Any, name: str) -> Fact:
    found = type(row)._meta.get_field(name)
    label = capfirst(str(found.verbose_name))
    value = getattr(row, name)
    if isinstance(value, models.Model):
        return Fact(label, str(value), url_of(value) if type(value) in KEYS else "")
    if name == "key_processes":
        text = "、".join(choices.process_label(code) for code in value)
        return Fact(label, text, wide=True)
    column = Column.of(type(row), name, digits=None)
    return Fact(label, column.text(value), wide=name in _WIDE)


def table_of(page: Any, rows: list[Any], leave_out: tuple[str, ...]) -> dict[str, Any]:
    """Return head and drawn cells of a few rows of a list, with the list's own columns."""
    columns = [c for c in page.columns if c.shown and c.key not in leave_out]
    main = next((i for i, c in enumerate(columns) if c.wide), 0)
    return {
        "heads": [(c.heading(), c.kind == "number") for c in columns],
        "rows": [
            [
                (
                    c.heading(),
                    cell_html(c, row, page.row_url(row) if i == main else ""),
                    c.kind == "number",
                )
                for i, c in enumerate(columns)
            ]
            for row in rows
        ],
    }
