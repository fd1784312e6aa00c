"""The forms of the chain: those of the registers, with the valuing of events."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import pgettext_lazy

from anlan.base.actors.actor import Actor
from anlan.modules.risk import rules
from anlan.modules.risk.choices import Method, RiskLevel
from anlan.modules.risk.methods import methods_of

_NAMES = {
    "L": pgettext_lazy("risk factor", "Likelihood"),
    "S": pgettext_lazy("risk factor", "Severity"),
    "E": pgettext_lazy("risk factor", "Exposure"),
    "C": pgettext_lazy("risk factor", "Consequence"),
}
SIDES = ("inherent", "residual")


@dataclass(frozen=True, slots=True)
class FactorShown:
    """A factor to be chosen: field name, its letter and the values with their words."""

    name: str
    letter: str
    label: str
    options: list[tuple[str, str, bool]]


@dataclass(frozen=True, slots=True)
class SideShown:
    """The inherent or the residual risk: its factors and what they come to."""

    name: str
    factors: list[FactorShown]
    mark: int
    word: str
    formula: str


@dataclass(frozen=True, slots=True)
class Valuing:
    """What the valuing part of the event's form shows."""

    method: str
    methods: list[tuple[str, str]]
    enterprise_id: UUID
    sides: list[SideShown]


def valued(
    method: rules.Method | None, factors: Mapping[str, object] | None
) -> rules.Valued | None:
    """Value, or None where factors are missing or unknown to the method."""
    try:
        return rules.value(method, factors or {}) if method else None
    except rules.WrongFactor:
        return None


def valuing(
    actor: Actor, enterprise_id: UUID, code: str, chosen: Mapping[str, Mapping[str, object]]
) -> Valuing:
    """Return what the form shows for a method and the factors chosen by side."""
    methods = methods_of(actor, [enterprise_id])
    known = {key: method for (_pk, key), method in methods.items()}
    method = known.get(code) or known[Method.LS]
    sides = []
    for side in SIDES:
        given = chosen.get(side) or {}
        found = valued(method, given)
        sides.append(
            SideShown(
                side,
                [_factor(side, factor, given.get(factor.letter)) for factor in method.factors],
                found.level + 1 if found else 0,
                str(RiskLevel(found.level).label) if found else "",
                found.formula if found else "",
            )
        )
    offered = [(key, str(Method(key).label)) for key in Method.values if key in known]
    return Valuing(method.code, offered, enterprise_id, sides)


def _factor(side: str, factor: rules.Factor, given: object) -> FactorShown:
    now = "" if given in (None, "") else rules.plain(Decimal(str(given)))
    options = [
        (rules.plain(value), words, rules.plain(value) == now)
        for value, words in sorted(factor.values.items(), reverse=True)
    ]
    name = str(_NAMES.get(factor.letter, "")) if factor.name == factor.letter else factor.name
    label = f"{factor.letter} {name}".strip()
    return FactorShown(f"{side}_{factor.letter}", factor.letter, label, options)


def factors_given(data: QueryDict) -> dict[str, dict[str, str]]:
    """Read the factors of both sides from a form; numbers only, others are left out."""
    found: dict[str, dict[str, str]] = {side: {} for side in SIDES}
    for name, value in data.items():
        side, _, letter = name.partition("_")
        if side in found and len(letter) == 1 and isinstance(value, str) and _is_number(value):
            found[side][letter] = value.strip()
    return found


def _is_number(text: str) -> bool:
    return text.strip().replace(".", "", 1).isdigit()
