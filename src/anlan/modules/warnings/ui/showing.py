"""An index in words, factor by factor."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from anlan.engines.warning import model

PARTS = {
    "P": "process",
    "G": "gas",
    "B": "barrier",
    "W": "work",
    "E": "environment",
    "M": "management",
}
UNCONNECTED = frozenset({"W", "E"})


@dataclass(frozen=True, slots=True)
class Line:
    """One group: what it adds, how sure, why."""

    name: str
    points: float
    share: float
    words: tuple[str, ...]
    is_unknown: bool
    weight: float
    score: float


def lines(factors: Sequence[dict[str, Any]]) -> list[Line]:
    """Return the groups of an index in words, the largest first."""
    figures = model.packaged()
    most = max((one["points"] for one in factors), default=0) or 1
    return [
        Line(
            name=word(figures, "weight", one["group"]),
            points=one["points"],
            share=round(100 * one["points"] / most, 1),
            words=_words(figures, one),
            is_unknown=one["unknown"],
            weight=one["weight"],
            score=one["score"],
        )
        for one in sorted(factors, key=lambda one: -one["points"])
    ]


def _words(figures: model.Model, one: dict[str, Any]) -> tuple[str, ...]:
    part = PARTS[one["group"]]
    told = []
    for factor in one["factors"]:
        if factor["score"] is None:
            told.append(_(": ").join(filter(None, (factor["of"], _("No value to be had")))))
            continue
        text = word(figures, part, factor["code"])
        of = factor["of"]
        if part == "barrier" and of:
            of = _(", ").join(
                f"{word(figures, part, item.split(' ')[0])} {item.split(' ')[1]}"
                for item in of.split(", ")
            )
            text = ""
        elif factor["value"] is not None:
            of = f"{of} = {factor['value']:.4g}"
        told.append(_(": ").join(filter(None, (text, of))))
    if not told and one["group"] in UNCONNECTED:
        told.append(_("Not connected: counted as unknown, which is 0.3 of the worst"))
    elif not told and one["unknown"]:
        told.append(_("Nothing is measured: counted as unknown, which is 0.3 of the worst"))
    elif not told:
        told.append(_("Nothing wrong"))
    return tuple(told)


def word(figures: model.Model, part: str, code: str) -> str:
    """Return the words of a code of the index in the active language."""
    chinese, english = figures.words.get((part, code), (code, code))
    return chinese if (get_language() or "zh").startswith("zh") else english
