"""What may go wrong in the simulated plant, and when."""

from dataclasses import dataclass
from enum import StrEnum


class Scenario(StrEnum):
    """What can be started."""

    FILLING = "filling"
    LEAK = "leak"
    SENSOR_FAILURE = "sensor_failure"
    FLOOD = "flood"


class Failure(StrEnum):
    """How a sensor fails."""

    FROZEN = "frozen"
    DEAD = "dead"
    NOISE = "noise"


LASTS_S = {
    Scenario.FILLING: 1800.0,
    Scenario.LEAK: 900.0,
    Scenario.SENSOR_FAILURE: 2700.0,
    Scenario.FLOOD: 900.0,
}


@dataclass(frozen=True, slots=True)
class Begin:
    """One scenario that begins `at` seconds after the plant's start.

    `where` is the tank (0 to 11) of a filling or leak, the place of the point of a sensor failure;
    None lets the seed choose. `failure` says how the sensor fails. It ends after `lasts` seconds.
    """

    at: float
    scenario: Scenario
    where: int | None = None
    failure: Failure | None = None
    lasts: float | None = None


def day(every: float = 1800.0, n: int = 48) -> list[Begin]:
    """Return a demonstration's day: the scenarios in turn, one each `every` seconds."""
    order = (Scenario.FILLING, Scenario.SENSOR_FAILURE, Scenario.LEAK, Scenario.FLOOD)
    return [Begin(every * (i + 1), order[i % len(order)]) for i in range(n)]


def read(text: str) -> Begin:
    """Read `flood@60` or `leak@300:5`: a scenario, its second, and where. Raises ValueError."""
    name, _, rest = text.partition("@")
    at, _, where = rest.partition(":")
    return Begin(float(at or 0), Scenario(name), int(where) if where else None)
