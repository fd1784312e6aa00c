"""Words for results of GB 18218 and for what changed between two of them."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import get_language, gettext

from anlan.base.ui.marks import risk_word
from anlan.engines import gb18218
from anlan.engines.gb18218.wording import Lang
from anlan.modules.registry.choices import IDENTIFICATION_CAUSES
from anlan.modules.registry.rules_grading import load_change

DASH = "—"


def engine_language() -> Lang:
    """Return the language of the engine's texts that fits the active one."""
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


def figure(value: Fraction | None, places: int = 2) -> str:
    """Return a result as shown: rounded, never onto a limit it does not reach."""
    return DASH if value is None else gb18218.show(value, places).lstrip("≈")


def decimal_figure(value: Decimal | None) -> str:
    """Return a stored result as shown."""
    return figure(None if value is None else Fraction(value))


def column_figure(value: Fraction | None) -> str:
    """Return a figure for a column: two places, thousands set apart."""
    if value is None:
        return DASH
    text = figure(value)
    whole, _dot, rest = text.partition(".")
    return f"{int(whole):,}.{rest:0<2}"


def level_words(is_mhi: bool | None, level: int | None) -> str:
    """Return what can be said of a unit in a word or two."""
    if is_mhi is None:
        return gettext("Missing data")
    if not is_mhi:
        return gettext("Not a major hazard installation")
    return str(risk_word(level, "installation")) if level else gettext("Major hazard, level open")


def change_words(change: Mapping[str, Any]) -> list[str]:
    """Return a stored change as short sentences in the active language, the verdict first."""
    data = load_change(change)
    words: list[str] = []
    was, now = (
        level_words(is_mhi, level)
        for is_mhi, level in zip(data["is_mhi"], data["level"], strict=True)
    )
    if was != now:
        words.append(gettext("%(was)s → %(now)s") % {"was": was, "now": now})
    for name in ("S", "R", "alpha"):
        before, after = data[name]
        if before != after:
            sign = "α" if name == "alpha" else name
            words.append(f"{sign} {figure(before)} → {figure(after)}")
    words += [_line_words(line) for line in data["lines"]]
    before, after = data.get("population") or (None, None)
    if before != after:
        words.append(
            gettext("Residents within 500 m: %(was)s → %(now)s")
            % {"was": before or DASH, "now": after or DASH}
        )
    old, new = data.get("settings") or (None, None)
    if old != new:
        words.append(gettext("Settings for open points changed"))
    if data["edition"][0] != data["edition"][1]:
        words.append(f"{data['edition'][0]} → {data['edition'][1]}")
    return words


def _line_words(line: Mapping[str, Any]) -> str:
    label, (q_before, q_after) = line["label"], line["q"]
    if line["came"]:
        return gettext("%(name)s added, %(q)s t") % {"name": label, "q": figure(q_after)}
    if line["went"]:
        return gettext("%(name)s gone, %(q)s t") % {"name": label, "q": figure(q_before)}
    parts = []
    for sign, key, unit in (("q", "q", " t"), ("Q", "Q", " t"), ("β", "beta", "")):
        before, after = line[key]
        if before != after:
            parts.append(f"{sign} {figure(before)} → {figure(after)}{unit}")
    comma = "，" if engine_language() == "zh" else ", "
    return f"{label} {comma.join(parts)}" if parts else str(label)


def cause_words(cause: str) -> str:
    """Return why an identification was made."""
    return str(IDENTIFICATION_CAUSES.get(cause, cause))
