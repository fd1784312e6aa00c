"""What the wall tells beside alarms: each module adds a part of what it knows of a plant.

@wall_facts.part("commitment", order=10)
def commitment(actor, enterprise_id):
    return wall_facts.Part(_("Commitment of today"), "08:42", [wall_facts.Line(...)])
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from anlan.base.actors.actor import Actor
from anlan.modules.monitoring.choices import PointKind
from anlan.modules.monitoring.queries.overview import Scene, Seen


@dataclass(frozen=True, slots=True)
class Line:
    """One line: words at the left, a figure at the right; `level` 1 to 4 puts a colour before."""

    label: str
    value: str = ""
    note: str = ""
    level: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A panel. `rates` are shares of 0 to 100 with their goal, drawn as bars."""

    title: str
    note: str = ""
    big: str = ""
    lines: tuple[Line, ...] = ()
    rates: tuple[tuple[str, str, float, float], ...] = ()


Provider = Callable[[Actor, UUID], Part | None]

_PARTS: dict[str, tuple[int, Provider]] = {}


def part(key: str, *, order: int) -> Callable[[Provider], Provider]:
    """Add a panel at the left of the wall. Raises ValueError for a key that is taken."""

    def add(function: Provider) -> Provider:
        if key in _PARTS:
            raise ValueError(f"the wall has a part {key!r} already")
        _PARTS[key] = (order, function)
        return function

    return add


def gathered(actor: Actor, enterprise_id: UUID) -> list[Part]:
    """Return what all modules tell of a plant."""
    told = (function(actor, enterprise_id) for _n, function in sorted(_PARTS.values(), key=_order))
    return [one for one in told if one is not None]


def _order(entry: tuple[int, Provider]) -> int:
    return entry[0]


def gases(scene: Scene) -> list[tuple[str, int, Seen | None]]:
    """Return kinds of gas with how many points there are and the one to watch of each."""
    kinds = (
        (PointKind.GAS_FLAMMABLE, _("Flammable")),
        (PointKind.GAS_TOXIC, _("Toxic")),
        (PointKind.OXYGEN, _("Oxygen")),
    )
    found: list[tuple[str, int, Seen | None]] = []
    for kind, word in kinds:
        mine = [one for one in scene.gases if one.row.kind == kind]
        if mine:
            found.append((word, len(mine), mine[0]))
    return found
