"""What a mixture consists of, as people write it. Pure: text in, values out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

_NUMBER = r"\d{1,3}(?:\.\d{1,6})?"
_SHARE = re.compile(
    rf"(?P<name>.*?)(?P<gap>[\s:：,，]*)(?P<sign>[<≤>≥]?)\s*(?P<low>{_NUMBER})\s*%?"
    rf"(?:\s*[-–—~～至]\s*(?P<high>{_NUMBER}))?\s*(?P<percent>[%％]?)"
)
_HUNDRED = Decimal(100)

Fault = Literal["", "shape", "range", "repeated", "too_much", "not_among"]


@dataclass(frozen=True, slots=True)
class Component:
    """A component with its share of the mass, in percent; a range where the SDS gives one."""

    name: str
    low: Decimal
    high: Decimal

    def __str__(self) -> str:
        low, high = (f"{value.normalize():f}" for value in (self.low, self.high))
        return f"{self.name} {low}%" if low == high else f"{self.name} {low}–{high}%"


def read_component(text: str) -> Component | None:
    """Read `甲醇 40%`, `甲醇 30–50 %`, `甲醇 ≤5%`, `甲醇 ≥ 95`; None for anything else."""
    found = _SHARE.fullmatch(" ".join(text.split()))
    if found is None or not found["name"].strip():
        return None
    # "D40" is a solvent, "D40 40" and "D4 40%" are shares.
    if not found["gap"] and not found["percent"]:
        return None
    low = Decimal(found["low"])
    high = Decimal(found["high"]) if found["high"] else low
    if found["sign"]:
        if found["high"]:
            return None
        low, high = (Decimal(0), low) if found["sign"] in "<≤" else (low, _HUNDRED)
    return Component(found["name"].strip(), low, high)


def mixture_fault(texts: Sequence[str], mixture_of: str) -> tuple[Fault, str]:
    """Return the first thing wrong with a mixture, with the text it is about.

    Shares need not add up to 100: a safety data sheet may name the hazardous components alone.
    """
    seen: set[str] = set()
    total = Decimal(0)
    for text in texts:
        component = read_component(text)
        if component is None:
            return "shape", text
        if not component.low <= component.high <= _HUNDRED or component.high == 0:
            return "range", text
        if component.name in seen:
            return "repeated", component.name
        seen.add(component.name)
        total += component.low
    if total > _HUNDRED:
        return "too_much", f"{total.normalize():f}"
    if seen and mixture_of and mixture_of not in seen:
        return "not_among", mixture_of
    return "", ""
