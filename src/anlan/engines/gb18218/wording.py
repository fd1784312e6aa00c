"""Texts of steps and problems in Chinese and English.

Engines know no gettext: a step has a code and its numbers, and this is the one place that
turns them into words. Numbers are shown rounded; decisions are never taken on shown numbers.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

from anlan.engines.gb18218.exact import show
from anlan.engines.gb18218.problem_texts import PROBLEMS
from anlan.engines.gb18218.step_texts import STEPS

Lang = Literal["zh", "en"]


class _Words(dict[str, object]):
    """Parameters as they are shown: fractions rounded, the rest unchanged."""

    def __init__(self, params: Mapping[str, object]) -> None:
        super().__init__({key: _shown(key, value) for key, value in params.items()})

    def __missing__(self, key: str) -> object:
        return ""


# Figures that somebody entered or a table prints are shown whole, computed ones rounded.
_INPUTS = {"q", "Q", "volume", "fill", "density", "beta", "alpha", "value", "table"}


def _shown(key: str, value: object) -> object:
    if isinstance(value, Fraction):
        return show(value, 6 if key in _INPUTS else 2)
    if isinstance(value, tuple):
        # The sum that follows carries the mark of rounding, so its terms need none.
        return " + ".join(show(part).lstrip("≈") for part in value)
    return value


def render_step(code: str, params: Mapping[str, object], lang: Lang) -> str:
    """The text of a step. Raises KeyError for a code without a text."""
    text = STEPS[code][0 if lang == "zh" else 1].format_map(_Words(params))
    return text.replace("= ≈", "≈ ")


def render_problem(code: str, params: Mapping[str, object], lang: Lang) -> tuple[str, str]:
    """The texts of a problem and its remedy. Raises KeyError for a code without a text."""
    at = 0 if lang == "zh" else 2
    words = _Words(params)
    return PROBLEMS[code][at].format_map(words), PROBLEMS[code][at + 1].format_map(words)
