"""Drawing the rows of my duties: plain Python, as in `lists.cells`.

Somebody's list has dozens of rows; as components of the template (`an.queue-row`) they cost ten
times as much. What they look like is the component's: a test compares the two.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from anlan.base.ui.templatetags.anlan_ui import due, icon, risk


def rows_html(
    items: Sequence[Mapping[str, Any]], now: dt.datetime, token: str, *, is_first: bool
) -> SafeString:
    """Draw open duties (`views.item`). `token` is the hidden field of forms; the very first row
    of the page (`is_first`) has the main button."""
    words = {
        "carry_out": gettext("Carry out"),
        "done": f"{icon('check')}{pgettext('act', 'Done')}",
        "open": gettext("Open"),
    }
    drawn = []
    dues: dict[dt.datetime, str] = {}  # most fall due at the same few hours
    for n, item in enumerate(items):
        row, shown = item["row"], escape(item["show_url"])
        primary = " an-btn--primary" if is_first and n == 0 else ""
        button = f'class="an-btn an-btn--s{primary}" data-an-main'
        if item["url"]:
            act = f'<a {button} href="{escape(item["url"])}">{words["carry_out"]}</a>'
        elif item["kind"].is_manual:
            act = (
                f'<form method="post" action="{escape(item["done_url"])}">{token}'
                f'<button {button} type="submit">{words["done"]}</button></form>'
            )
        else:
            act = f'<a class="an-btn an-btn--s" data-an-main href="{shown}">{words["open"]}</a>'
        if (when := dues.get(row.due_at)) is None:
            when = dues[row.due_at] = due(row.due_at, now)
        level = f" · {risk(item['level'], 'warning')}" if item["level"] else ""
        drawn.append(
            _row(
                "", item["kind"].icon, row.plan.title, shown, f"{escape(item['context'])}{level}",
                when, act,
            )
        )  # fmt: skip
    return SafeString("".join(drawn))


def done_html(items: Sequence[Mapping[str, Any]], at: Any) -> SafeString:
    """Draw duties done; `at(row)` is the hour."""
    return SafeString(
        "".join(
            _row(
                "is-done", "circle-check", item["row"].plan.title, escape(item["show_url"]),
                escape(f"{item['place']} · {item['window']}"),
                f'<time class="an-xs an-muted">{at(item["row"])}</time>', "<span></span>",
            )
            for item in items
        )
    )  # fmt: skip


def _row(css: str, mark: str, title: str, url: str, context: str, when: str, act: str) -> str:
    return (
        f'<li class="{css}" data-an-row tabindex="-1" >{icon(mark, "18")}<div class="an-grow">'
        f'<a class="an-queue__title an-ellipsis" data-an-record href="{url}">{escape(title)}</a>'
        f'<div class="an-queue__context an-ellipsis">{context}</div></div><div>{when}</div>'
        f"{act}</li>"
    )
