"""Tags of the components used by the hundred in lists: plain Python, because they must be fast.

The cotton components `<c-an.icon>`, `<c-an.risk>` … call these, so both ways look the same.
"""

import json
import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.template.base import Node, NodeList, Parser, Token
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from anlan.base.ui import beside, built, marks, slots
from anlan.base.ui.scale import Scale, scale_of

register = template.Library()


@register.simple_tag
def web_entry(name: str, nonce: Any = "") -> SafeString:
    """Put the scripts and styles of an entry (console, pocket, plain) into the head."""
    return built.entry_tags(name, str(nonce or ""))


@register.simple_tag
def icons_address() -> str:
    """Return the address of the sprite, for scripts that draw icons."""
    return built.icons_url()


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """Draw a Tabler icon from the sprite: `{% icon "flame" %}`, sizes 12 14 18 20 24 36."""
    return built.icon_svg(name, str(size or ""), str(label or ""))


class FixedIcon(Node):
    """An icon whose name and size stand in the template: drawn as quickly as text."""

    def __init__(self, *words: str) -> None:
        self._words = words

    def render(self, context: Context) -> SafeString:
        return built.icon_svg(*self._words)


_any_icon = register.tags["icon"]


@register.tag("icon")
def fixed_or_any_icon(parser: Parser, token: Token) -> Node:
    """Compile `{% icon %}`: a page draws fifty, nearly all of them named in the template."""
    node: Any = _any_icon(parser, token)
    fixed = not node.kwargs and node.target_var is None
    if fixed and not any(word.is_var or word.filters for word in node.args):
        return FixedIcon(*(str(word.var) for word in node.args))
    return node


# Drawn navigations by all that decides how one looks. Labels and icons follow from an entry's key.
_sides: dict[tuple[Any, ...], SafeString] = {}
_MOST_SIDES = 500


@register.simple_tag
def side_navigation(shell: Any) -> SafeString:
    """Draw the side navigation: the same for everybody who sees the same entries and counts."""
    entries = [
        (group.key, entry.key, entry.url, entry.n, entry.is_current)
        for group in getattr(shell, "nav", ())
        for entry in group.entries
    ]
    key = (get_language(), *entries, *map(str, getattr(shell, "foot", ())))
    drawn = _sides.get(key)
    if drawn is None:
        if len(_sides) >= _MOST_SIDES:
            _sides.clear()
        drawn = _sides[key] = render_to_string("ui/_side.html", {"shell": shell})
    return drawn


@register.simple_tag
def risk(level: Any, kind: str = "risk", word: str = "") -> SafeString:
    """Draw a risk badge: `{% risk 1 %}`, `{% risk 2 kind="installation" %}`."""
    number = _level(level)
    return format_html(
        '<span class="an-risk an-risk--{}">{}</span>', number, word or marks.risk_word(number, kind)
    )


@register.simple_tag
def swatch(level: Any, kind: str = "risk") -> SafeString:
    """Draw the small square of a level beside text."""
    number = _level(level)
    return format_html(
        '<i class="an-swatch an-swatch--{}" role="img" aria-label="{}"></i>',
        number, marks.risk_word(number, kind),
    )  # fmt: skip


@register.simple_tag
def state(key: str = "", word: Any = "", icon: str = "", tone: str = "") -> SafeString:
    """Draw a state badge by its key (`marks.register_states`), or by word, icon and tone."""
    mark = marks.state_mark(str(key or "missing"))
    look = tone or mark.tone
    return format_html(
        '<span class="an-state{}">{}{}</span>',
        "" if look == "idle" else f" an-state--{look}",
        built.icon_svg(icon or mark.icon, "14"),
        word or mark.word,
    )


@register.simple_tag
def due(
    when: date | datetime | None, now: datetime | None = None, at_risk: bool = False
) -> SafeString:
    """Draw a due chip. `now` is the clock of the page; nothing is drawn without a date."""
    if not when:
        return SafeString("")
    mark = marks.due_mark(when, now or timezone.now(), at_risk=bool(at_risk))
    return format_html(
        '<span class="an-due{}" title="{}">{}{}</span>',
        f" an-due--{mark.tone}" if mark.tone else "",
        mark.title,
        built.icon_svg(mark.icon, "14"),
        mark.text,
    )


@register.simple_tag
def level_bars(level: Any) -> SafeString:
    """Draw the four bars of a risk level, for Pocket tags: 4 bars = most severe."""
    number = _level(level)
    lit = 5 - number if number else 0
    bars = "".join(
        '<rect x="{}" y="{}" width="3" height="{}" rx="1"{}/>'.format(
            i * 4, 6 - i * 2, 5 + i * 2, "" if i < lit else ' class="is-off"'
        )
        for i in range(4)
    )
    return SafeString(f'<svg class="pk-bars" viewBox="0 0 15 11" aria-hidden="true">{bars}</svg>')


@register.simple_tag
def stacked_bar(counts: Any, label: str = "") -> SafeString:
    """Draw counts of levels 1 to 4 as one bar, as wide as its place. `counts`: {level: n}."""
    pairs = [(int(level), max(0, int(n))) for level, n in dict(counts).items()]
    total = sum(n for _level_, n in pairs)
    x, parts = 0.0, []
    for level, n in sorted(pairs):
        if not n:
            continue
        width = max(100 * n / total, 1.5)
        parts.append(f'<rect class="r{level}" x="{x:.2f}%" width="{width:.2f}%" height="12"/>')
        x += width + 0.4
    if not parts:
        parts.append('<rect class="r0" width="100%" height="12"/>')
    words = label or ", ".join(f"{marks.risk_word(level)} {n}" for level, n in sorted(pairs))
    return format_html(
        '<svg class="an-bar" role="img" aria-label="{}">{}</svg>', words, SafeString("".join(parts))
    )


@register.simple_tag
def sparkline(values: Any, limit: float | Decimal | None = None, label: str = "") -> SafeString:
    """Draw a small line of figures, oldest first, the last one marked; `limit` is dashed."""
    figures = [float(v) for v in values]
    if len(figures) < 2:
        return SafeString("")
    # Limits come from columns too, which give decimals.
    limit = None if limit is None else float(limit)
    low, high = min([*figures, limit or figures[0]]), max([*figures, limit or figures[0]])
    span = (high - low) or 1.0

    def y(value: float) -> float:
        return 42 - 36 * (value - low) / span

    step = 152 / (len(figures) - 1)
    points = " ".join(f"{4 + i * step:.1f},{y(v):.1f}" for i, v in enumerate(figures))
    line = (
        f'<line x1="0" x2="160" y1="{y(limit):.1f}" y2="{y(limit):.1f}"'
        ' stroke="var(--an-line-3)" stroke-dasharray="3 3"/>'
        if limit is not None
        else ""
    )
    drawing = (
        f'{line}<polyline fill="none" stroke="var(--an-c-main)" stroke-width="2"'
        f' points="{points}"/>'
        f'<circle cx="156" cy="{y(figures[-1]):.1f}" r="3.5" fill="var(--an-c-main)"/>'
    )
    words = label or ", ".join(f"{v:g}" for v in figures)
    return format_html(
        '<svg width="160" height="48" viewBox="0 0 160 48" role="img" aria-label="{}">{}</svg>',
        words, SafeString(drawing),
    )  # fmt: skip


@register.simple_tag
def band_scale(bands: Any, values: Any, label: str = "", top: Any = None) -> Scale:
    """Lay out a scale with bands for `<c-an.scale>`; see `anlan.base.ui.scale`."""
    return scale_of(bands, values, top)


@register.filter
def as_json(value: Any) -> str:
    """Return the value as JSON for a data attribute (autoescaped by the template)."""
    return json.dumps(value, ensure_ascii=False, default=str)


@register.filter
def given(value: Any) -> Any:
    """Return the value, or a grey word for "not given", in a list of facts."""
    if value is None or value == "":
        return format_html('<span class="an-missing">{}</span>', gettext("not given"))
    return value


@register.filter
def sentence(value: Any) -> str:
    """Return a label that begins a line: with a capital, unless it begins with a symbol such as β,
    whose capital is another symbol."""
    text = str(value)
    return text[:1].upper() + text[1:] if text[:1].isascii() else text


@register.filter
def plain(value: Any) -> Any:
    """Return a number without trailing zeros and never as `8E+1`; anything else as it is."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, float) and math.isfinite(value):
        return f"{Decimal(f'{value:.10g}').normalize():f}"
    return value


@register.filter
def money(value: Any) -> Any:
    """Return a sum with its thousands apart; anything that is no number as it is."""
    return marks.money(value) if isinstance(value, Decimal) else value


@register.filter
def dotted(facts: Any) -> Any:
    """Return facts told as `A · B` so that no line begins or ends with a dot; markup as it is."""
    return marks.dotted(facts)


@register.filter
def by_then(value: Any) -> str:
    """Return the moment something is due by; the end of a day as 24:00 of that day."""
    return marks.by_then(value)


@register.filter
def item(mapping: Any, key: Any) -> Any:
    """Return `mapping[key]`, empty if it is not there."""
    return mapping.get(key, "") if isinstance(mapping, Mapping) else ""


@register.filter
def initial(name: Any) -> str:
    """Return the first sign of a name, for the round picture."""
    return str(name or "?").strip()[:1].upper()


def _level(level: Any) -> int:
    """Return a level between 0 and 4 from what a template holds (number, text or nothing)."""
    try:
        number = int(level)
    except (TypeError, ValueError):
        return 0
    return number if 1 <= number <= 4 else 0


class TextNode(Node):
    """Words for the scripts, rendered in the user's language."""

    def __init__(self, key: str, body: NodeList) -> None:
        self.key, self.body = key, body

    def render(self, context: template.Context) -> SafeString:
        """Return a template element that `text(key)` of the scripts reads."""
        words = self.body.render(context).strip()
        return format_html('<template data-an-text="{}">{}</template>', self.key, SafeString(words))


@register.tag("script_text")
def script_text(parser: Parser, token: Token) -> TextNode:
    """Give the scripts a sentence: `{% script_text "close" %}{% translate "Close" %}{% end… %}`."""
    key = token.split_contents()[1].strip("\"'")
    body = parser.parse(("endscript_text",))
    parser.delete_first_token()
    return TextNode(key, body)


@register.simple_tag
def risk_word(level: Any, kind: str = "risk") -> Any:
    """Return the word of a level."""
    return marks.risk_word(_level(level), kind)


@register.simple_tag
def sign_in_hint() -> str:
    """Return the line below the sign-in form (`slots.sign_in_hint`)."""
    return slots.sign_in_hint()


@register.simple_tag(takes_context=True, name="beside")
def beside_tag(context: template.Context, row: Any) -> SafeString:
    """Return the cards that other apps put beside this record (`ui.beside`)."""
    return beside.cards_for(context["request"].actor, row)
