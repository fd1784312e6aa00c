"""Decisions of early warning: values in, verdicts out."""

from anlan.base.duties.models.warning import Colour
from anlan.engines.warning import index
from anlan.engines.warning import model as engine

NUMBERS = {
    engine.Colour.BLUE: Colour.BLUE,
    engine.Colour.YELLOW: Colour.YELLOW,
    engine.Colour.ORANGE: Colour.ORANGE,
    engine.Colour.RED: Colour.RED,
}
COLOURS = {int(number): colour for colour, number in NUMBERS.items()}
KNOWN_SHARE = 0.15
"""How much of the room above its rest what is known must take up: a first gas alarm does (0.25), an
overdue finding alone does not (0.11). Product default."""


def level_at_rest(base: float) -> int:
    """Return the colour of a unit at rest as marks number levels: 1 red to 4 blue."""
    return 5 - int(NUMBERS[engine.packaged().colour(base)])


def known_rise(found: index.Assessment) -> float:
    """Return how many points of the index come from inputs that are known."""
    return sum(one.points for one in found.contributions if any(f.score for f in one.factors))


def has_risen(found: index.Assessment, shown: engine.Colour) -> bool:
    """Tell whether a unit stands above its rest, so that a warning is due.

    What is unknown alone warns of nothing: it is told as missing inputs. What is known must take
    up `KNOWN_SHARE` of the room above the rest, and the colour be worse than at rest unless that
    is red already.
    """
    if found.overrides:
        return True
    if known_rise(found) < KNOWN_SHARE * (100 - found.base):
        return False
    return shown.rank > found.at_rest.rank or found.at_rest is engine.Colour.RED
