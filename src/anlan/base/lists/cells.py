"""Drawing cells: plain Python, because a page has hundreds of them."""

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from anlan.base.lists.columns import Column

_EMPTY = mark_safe("")
_RIGHT = frozenset({"number"})
# Short things that read badly when broken.
_WHOLE = frozenset({"choice", "boolean", "badge", "level", "due"})


def cell_class(column: Column) -> str:
    """Return the classes of a column's cells and head."""
    if column.kind in _RIGHT:
        return "an-num"
    if column.wide:
        return "an-fill"
    return "an-nw" if column.kind in _WHOLE else ""


def cell_html(column: Column, row: Any, row_url: str = "") -> SafeString:
    """Draw one cell. `row_url` makes the cell the row's main link."""
    value = column.raw(row)
    if value is None or value == "" or value == []:
        inner: Any = _EMPTY
    elif column.kind == "badge":
        inner = _badge(column, row, value)
    elif column.kind == "level":
        inner = _marks().risk(value, kind=column.scale)
    elif column.kind == "due":
        inner = _marks().due(value)
    elif column.kind == "number" and column.unit:
        inner = format_html("{} <small>{}</small>", column.text(value), column.unit)
    elif column.kind in ("date", "datetime"):
        inner = format_html("<time>{}</time>", column.text(value))
    else:
        inner = column.text(value)
    if row_url:
        return format_html('<a href="{}" data-an-main>{}</a>', row_url, inner or "—")
    target = column.link(row) if column.link else ""
    if target and inner:
        return format_html('<a href="{}">{}</a>', target, inner)
    return format_html("{}", inner)


def _badge(column: Column, row: Any, value: Any) -> SafeString:
    icon = (column.icon or {}).get(value, "")
    word = column.label_of(value) if column.choices is not None else ""
    if not word and not icon:
        return _marks().state(str(value))
    return _marks().state(
        str(value), word=word or column.text(value), icon=icon, tone=column.tone_of(row, value)
    )


def _marks() -> Any:
    from anlan.base.ui.templatetags import anlan_ui

    return anlan_ui
