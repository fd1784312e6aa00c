"""The ladder of warnings: from when, which colour, who is told. Product defaults come from
`facts/duties/ladder.csv`; an enterprise's own rungs take their place one by one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from django.utils.translation import gettext_lazy as _

from anlan.base.actors.roles import Role
from anlan.base.errors import Text
from anlan.facts.loader import load_packaged

EXECUTOR = "executor"
DEPARTMENT_HEAD = "department_head"
PARK = "park"
AREA = "area"

SOON = "remaining_share"
OVERDUE = "overdue"
RESPONSIBLE_OVERDUE = "responsible_overdue"


@dataclass(frozen=True, slots=True)
class Rung:
    """From `threshold` (in `unit`) of a `condition` on, the warning has this `colour` (1 blue to
    4 red) and `recipients` are told besides those of the rungs below. `told` is `none`, `digest`
    or `immediate`."""

    trigger: str
    condition: str
    colour: int
    threshold: Decimal
    unit: str
    recipients: tuple[str, ...]
    told: str


@cache
def product_default() -> tuple[Rung, ...]:
    """Return the ladder that ships with the product."""
    return tuple(
        Rung(
            trigger=row["trigger"],
            condition=row["condition"],
            colour=row.integer("colour"),
            threshold=row.decimal("threshold"),
            unit=row["unit"],
            recipients=row.parts("recipients"),
            told=row["told"],
        )
        for row in load_packaged("duties/ladder.csv")
    )


def known_recipients() -> frozenset[str]:
    """Return everybody a rung may name: by the duty, by role, or as the authority above."""
    return frozenset({EXECUTOR, DEPARTMENT_HEAD, PARK, AREA, *Role.values})


@cache
def recipient_words() -> dict[str, Text]:
    """Return the words for everybody a rung may name."""
    return {
        EXECUTOR: _("Whoever carries it out"),
        DEPARTMENT_HEAD: _("Head of the department"),
        PARK: _("Park"),
        AREA: _("County bureau"),
        **{role.value: role.label for role in Role},
    }


def with_own(own: Iterable[Rung]) -> tuple[Rung, ...]:
    """Return the default ladder with an enterprise's own rungs in place of the same ones."""
    mine = {(rung.trigger, rung.condition, rung.colour): rung for rung in own}
    return tuple(
        mine.get((rung.trigger, rung.condition, rung.colour), rung) for rung in product_default()
    )


def rung_of(rungs: Sequence[Rung], trigger: str, condition: str, colour: int) -> Rung:
    """Return one rung. Raises LookupError when the ladder has none such."""
    for rung in rungs:
        if (rung.trigger, rung.condition, rung.colour) == (trigger, condition, colour):
            return rung
    raise LookupError(f"no rung {trigger}/{condition}/{colour}")


def recipients_up_to(rungs: Sequence[Rung], trigger: str, colour: int) -> list[str]:
    """Return everybody who is told of a colour: its rungs' recipients and those below."""
    told: dict[str, None] = {}
    for rung in sorted(rungs, key=lambda rung: rung.colour):
        if rung.trigger == trigger and rung.colour <= colour:
            told.update(dict.fromkeys(rung.recipients))
    return list(told)


def told_how(rungs: Sequence[Rung], trigger: str, colour: int) -> str:
    """Return how a colour is told: `none`, `digest` or `immediate`."""
    ways = [rung.told for rung in rungs if rung.trigger == trigger and rung.colour == colour]
    return "immediate" if "immediate" in ways else (ways[0] if ways else "none")
