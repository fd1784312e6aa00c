"""The points of the simulated plant, with their alarms.

The tags are those of the demonstration's main plant (`modules.monitoring.demo`), and so are the
limits; a test holds the two together. Here they stand without Django, as the simulator runs alone.
"""

from dataclasses import dataclass

from anlan.engines.alarms.rules import Kind, Rule

N_TANKS, N_DETECTORS, N_PUMPS, N_TOXIC = 12, 60, 20, 12
HEIGHT, AREA = 12.0, 60.0
# The site plan is so many metres wide and deep.
WIDE, DEEP = 400.0, 300.0


@dataclass(frozen=True, slots=True)
class PointSpec:
    """One point: `kind` as the register names kinds; `x`, `y` in metres on the plan."""

    tag: str
    kind: str
    low: float
    high: float
    x: float
    y: float
    rules: tuple[Rule, ...] = ()


def points() -> list[PointSpec]:
    """Return all points, in the order in which `Plant.step` gives their values."""
    return [*_tanks(), *_detectors(), *_pumps(), _field_mill()]


def tank_place(number: int) -> tuple[float, float]:
    """Return where tank `number` (from 0) stands: six in a row, two rows."""
    return (0.12 + 0.13 * (number % 6)) * WIDE, (0.24 + 0.3 * (number // 6)) * DEEP


def detector_place(number: int) -> tuple[float, float]:
    """Return where detector `number` (from 0) stands: twelve in a row, five rows."""
    return (0.06 + 0.076 * (number % 12)) * WIDE, (0.12 + 0.17 * (number // 12)) * DEEP


def _rule(tag: str, kind: Kind, limit: float = 0.0, **more: object) -> Rule:
    return Rule.of(f"{tag} {kind}", tag, kind, limit, **more)


def _tanks() -> list[PointSpec]:
    found = []
    for n in range(N_TANKS):
        x, y = tank_place(n)
        level, heat, pressure = f"LI-{101 + n}", f"TI-{101 + n}", f"PI-{101 + n}"
        slow = {"deadband": 0.1, "on_delay": 10.0, "off_delay": 60.0}
        warm = {"deadband": 1.0, "off_delay": 60.0}
        tight = {"deadband": 0.05, "off_delay": 15.0}
        of_level = (
            _rule(level, Kind.HH, 10.8, **slow),
            _rule(level, Kind.H, 10.2, **slow),
            _rule(level, Kind.L, 1.8, **slow),
            _rule(level, Kind.LL, 1.2, **slow),
            _rule(level, Kind.FROZEN, 1800.0),
            _rule(level, Kind.STALE, 60.0),
            _rule(level, Kind.BAD, on_delay=10.0),
        )
        of_heat = (_rule(heat, Kind.H, 35.0, **warm), _rule(heat, Kind.HH, 40.0, **warm))
        of_pressure = (
            _rule(pressure, Kind.H, 1.4, **tight),
            _rule(pressure, Kind.HH, 1.7, **tight),
            _rule(pressure, Kind.L, -0.2, **tight),
        )
        found += [
            PointSpec(level, "level", 0, HEIGHT, x, y, of_level),
            PointSpec(heat, "temperature", -20, 100, x, y, of_heat),
            PointSpec(pressure, "pressure", -1, 3, x, y, of_pressure),
            PointSpec(f"FI-{101 + n}", "flow", 0, 120, x, y),
            PointSpec(f"XV-{101 + n}", "valve_state", 0, 1, x, y),
        ]
    return found


def _detectors() -> list[PointSpec]:
    found = []
    for n in range(N_DETECTORS):
        x, y = detector_place(n)
        tag = f"GDS-{n + 1:03d}"
        if n >= N_DETECTORS - N_TOXIC:
            kind, high, limits = "gas_toxic", 20.0, (1.8, 3.6)
        else:
            # One still has a setting of old times.
            kind, high, limits = "gas_flammable", 100.0, (30.0 if n == 11 else 25.0, 50.0)
        rules = (
            _rule(tag, Kind.H, limits[0]),
            _rule(tag, Kind.HH, limits[1]),
            _rule(tag, Kind.BAD, on_delay=10.0),
        )
        found.append(PointSpec(tag, kind, 0, high, x, y, rules))
    return found


def _pumps() -> list[PointSpec]:
    found = []
    for n in range(N_PUMPS):
        pump, x, y = f"P-{101 + n}", (0.1 + 0.042 * n) * WIDE, 0.8 * DEEP
        off = f"{{{pump}-RUN}} == 0"
        shakes = {"deadband": 0.4, "on_delay": 5.0, "off_delay": 60.0, "suppressed_when": off}
        hot = {"deadband": 1.0, "on_delay": 5.0, "off_delay": 60.0}
        of_shaking = (
            _rule(f"{pump}-VIB", Kind.H, 4.5, **shakes),
            _rule(f"{pump}-VIB", Kind.HH, 7.1, **shakes),
        )
        of_heat = (
            _rule(f"{pump}-TB", Kind.H, 75.0, **hot),
            _rule(f"{pump}-TB", Kind.HH, 85.0, **hot),
        )
        of_pressure = (
            _rule(f"{pump}-PD", Kind.L, 0.3, deadband=0.02, on_delay=5.0, off_delay=15.0),
        )
        found += [
            PointSpec(
                f"{pump}-RUN", "running_state", 0, 1, x, y, (_rule(f"{pump}-RUN", Kind.STATE),)
            ),
            PointSpec(f"{pump}-VIB", "other", 0, 20, x, y, of_shaking),
            PointSpec(f"{pump}-TB", "temperature", 0, 150, x, y, of_heat),
            PointSpec(f"{pump}-PD", "pressure", 0, 2, x, y, of_pressure),
        ]
    return found


def _field_mill() -> PointSpec:
    rule = _rule("EF-001", Kind.H, 5.0)
    return PointSpec("EF-001", "other", -30, 30, 0.92 * WIDE, 0.1 * DEEP, (rule,))
