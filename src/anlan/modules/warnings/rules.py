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
KNOWN_RISE = 5.0
"""Points that known inputs must add where the colour at rest is the worst already."""


def known_rise(found: index.Assessment) -> float:
    """Return how many points of the index come from inputs that are known."""
    return sum(one.points for one in found.contributions if any(f.score for f in one.factors))


def has_risen(found: index.Assessment, shown: engine.Colour) -> bool:
    """Tell whether a unit stands above its rest, so that a warning is due.

    What is unknown alone warns of nothing: it is told as missing inputs. Where the rest is red
    already, known inputs must have added `KNOWN_RISE` points.
    """
    if found.overrides:
        return True
    if known_rise(found) <= 0:
        return False
    if shown.rank > found.at_rest.rank:
        return True
    return found.at_rest is engine.Colour.RED and known_rise(found) >= KNOWN_RISE
