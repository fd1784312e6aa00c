"""Drawing cells: plain Python, because a page has hundreds of them."""

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Any

from django.utils.safestring import SafeString

from anlan.base.lists.columns import Column

_RIGHT = frozenset({"number"})
# Short things that read badly when broken.
_WHOLE = frozenset({"choice", "boolean", "badge", "level", "due"})

Painter = Callable[[Any, str], str]
DOT = " · "


def cell_class(column: Column) -> str:
    """Return the classes of a column's cells and head."""
    if column.kind in _RIGHT:
        return "an-num"
    if column.wide:
        return "an-fill"
    return "an-nw" if column.kind in _WHOLE else ""


def cell_html(column: Column, row: Any, row_url: str = "") -> SafeString:
    """Draw one cell. `row_url` makes the cell the row's main link."""
    return SafeString(painter(column)(row, row_url))


def painter(column: Column) -> Painter:
    """Return the function that draws a column's cells of one page: of a row, and its address
    where the cell is the row's main link. What repeats from row to row is drawn once."""
    inner = _drawn_once(column) if column.kind in _WHOLE else _inner(column)
    raw, link = column.raw, column.link

    def paint(row: Any, row_url: str) -> str:
        value = raw(row)
        drawn = "" if value is None or value == "" or value == [] else inner(row, value)
        if row_url:
            return f'<a href="{escape(row_url)}" data-an-main>{drawn or "—"}</a>'
        if link and drawn and (target := link(row)):
            return f'<a href="{escape(target)}">{drawn}</a>'
        return drawn

    return paint


def cells_html(
    columns: Sequence[Column], heads: Sequence[str], main: int
) -> Callable[[Any, str], SafeString]:
    """Return the function that draws the table cells of a row of one page, given the row and its
    address. `heads` are the words beside each cell on a narrow screen, `main` the cell that opens
    the row."""
    opened = [
        "<td{}{}>".format(
            f' class="{css}"' if (css := cell_class(column)) else "",
            " data-title" if i == main else f' data-label="{escape(head)}"',
        )
        for i, (column, head) in enumerate(zip(columns, heads, strict=True))
    ]
    drawn = [
        (tag, painter(column), i == main)
        for i, (tag, column) in enumerate(zip(opened, columns, strict=True))
    ]

    def paint(row: Any, url: str) -> SafeString:
        return SafeString(
            "".join(
                [f"{tag}{cell(row, url if is_main else '')}</td>" for tag, cell, is_main in drawn]
            )
        )

    return paint


def rows_html(rows: Iterable[tuple[str, str, str]], *, with_ticks: bool) -> SafeString:
    """Draw the rows of a table: id, name and drawn cells of each; the first can be tabbed to."""
    drawn = []
    for n, (pk, name, cells) in enumerate(rows):
        tick = (
            '<td class="an-table__check"><input class="an-check" type="checkbox" name="id"'
            f' value="{escape(pk)}" aria-label="{escape(name)}"></td>'
            if with_ticks
            else ""
        )
        start = f'<tr id="row-{escape(pk)}" data-an-row tabindex="{-1 if n else 0}">'
        drawn.append(f"{start}{tick}{cells}</tr>\n")
    return SafeString("".join(drawn))


def options_html(name: str, options: Iterable[tuple[str, str, bool]]) -> SafeString:
    """Draw the choices of a filter: value, words, whether chosen."""
    start = (
        '<label class="an-menu__item"><input class="an-check" type="checkbox"'
        f' name="{escape(name)}"'
    )
    return SafeString(
        "".join(
            [
                f'{start} value="{escape(value)}"{" checked" if on else ""}>{_text(text)}</label>'
                for value, text, on in options
            ]
        )
    )


def _drawn_once(column: Column) -> Callable[[Any, Any], str]:
    """Keep what is drawn by value: a column of choices has few."""
    draw = _inner(column)
    if callable(column.tone):
        return draw
    kept: dict[Any, str] = {}

    def drawn(row: Any, value: Any) -> str:
        if isinstance(value, list):
            return draw(row, value)
        found = kept.get(value)
        if found is None:
            found = kept[value] = draw(row, value)
        return found

    return drawn


def _inner(column: Column) -> Callable[[Any, Any], str]:
    """Return the function that draws a value there is, escaped."""
    text = column.text
    if column.kind == "badge":
        return lambda row, value: _badge(column, row, value)
    if column.kind == "level":
        return lambda _row, value: str(_marks().risk(value, kind=column.scale))
    if column.kind == "due":
        return lambda _row, value: str(_marks().due(value))
    if column.kind in ("date", "datetime"):
        return lambda _row, value: f"<time>{_text(text(value))}</time>"
    return lambda _row, value: _text(text(value))


def _text(text: str) -> str:
    if isinstance(text, SafeString):
        return text
    if DOT not in text:
        return escape(text)
    # In a card each part may stand in a line of its own, and none ends with a dot.
    parts = f"<i>{DOT}</i>".join(f"<span>{escape(part)}</span>" for part in text.split(DOT))
    return f'<span class="an-dots an-dots--cell">{parts}</span>'


def _badge(column: Column, row: Any, value: Any) -> str:
    icon = (column.icon or {}).get(value, "")
    word = column.label_of(value) if column.choices is not None else ""
    if not word and not icon:
        return str(_marks().state(str(value)))
    return str(
        _marks().state(
            str(value), word=word or column.text(value), icon=icon, tone=column.tone_of(row, value)
        )
    )


def _marks() -> Any:
    from anlan.base.ui.templatetags import anlan_ui

    return anlan_ui
