"""Drawing the tables of the home page: plain Python, because a province's has hundreds of cells."""

from collections.abc import Sequence
from html import escape
from typing import Any

from django.utils.safestring import SafeString


def table_body(
    heads: Sequence[Any], rows: Sequence[Sequence[Any]], numbers: frozenset[int], level_kind: str
) -> SafeString:
    """Return the rows of a table of cells (`anlan.base.inbox.today.Cell`)."""
    opened = ['<td class="an-fill" data-title>']
    for n, head in enumerate(heads[1:], 1):
        figure = ' class="an-num"' if n in numbers else ""
        opened.append(f'<td{figure} data-label="{escape(str(head))}">')
    return SafeString(
        "".join(
            [
                "<tr>"
                + "".join(
                    [
                        f"{tag}{_inner(cell, level_kind)}</td>"
                        for tag, cell in zip(opened, row, strict=True)
                    ]
                )
                + "</tr>"
                for row in rows
            ]
        )
    )


def _inner(cell: Any, level_kind: str) -> str:
    if cell.risk:
        from anlan.base.ui.templatetags.anlan_ui import risk

        return str(risk(cell.risk, level_kind))
    if cell.text is None:
        return ""
    if cell.text == 0:
        return '<span class="an-muted">0</span>'
    text = escape(str(cell.text))
    if not cell.url:
        return text
    over = ' class="an-over"' if cell.is_over else ""
    return f'<a href="{escape(cell.url)}"{over}>{text}</a>'
