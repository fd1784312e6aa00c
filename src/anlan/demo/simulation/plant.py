"""The simulated plant: tanks that fill and empty, detectors in the wind, pumps that run and trip.

The physics are as simple as a believable trend allows. One seed, one course: the same steps give
the same values on every machine.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from anlan.demo.simulation import specs
from anlan.demo.simulation.scenarios import LASTS_S, Begin, Failure, Scenario
from anlan.demo.simulation.specs import (
    AREA,
    N_DETECTORS,
    N_PUMPS,
    N_TANKS,
    N_TOXIC,
)
from anlan.engines.alarms.rules import Rule

Floats = npt.NDArray[np.float64]
GOOD, BAD = 0, 2
_LONGEST_STEP = 5.0
_FILL_UNTIL, _EMPTY_UNTIL = 9.0, 2.8
_SWITCH = 6.0
_OPERATOR_STOPS = 11.3
_HIGH = 10.2
_USUAL_RATES = (3e-4, 5e-4)
_TRIPS = 12


class Plant:
    """201 points: 12 tanks, 60 gas detectors, 20 pumps and a field mill.

    `plan` says which scenarios begin when; `start` begins one now. `day_second` is the second of
    the day at the start: it is colder at night.
    """

    def __init__(self, seed: int, plan: Iterable[Begin] = (), *, day_second: float = 0.0) -> None:
        self.points = specs.points()
        self.names = tuple(point.tag for point in self.points)
        self.now = 0.0
        self._day_second = day_second
        self._random = random = np.random.default_rng(seed)
        self._plan = sorted(plan, key=lambda one: one.at)
        self._running: list[tuple[Begin, float]] = []
        self._level = random.uniform(3.0, 8.5, N_TANKS)
        self._mode = random.choice([-1.0, 0.0, 1.0], N_TANKS)
        self._rate = random.uniform(*_USUAL_RATES, N_TANKS)
        self._idle = random.uniform(60.0, 3600.0, N_TANKS)
        self._drift = random.standard_normal(N_TANKS)
        self._overfill = np.zeros(N_TANKS)
        self._leak = np.zeros(N_TANKS)
        self._flow = np.zeros(N_TANKS)
        # How far the cloud of each tank has built up, 0 to 1.
        self._cloud = np.zeros(N_TANKS)
        self._wind = random.uniform(0.0, 2 * np.pi)
        self._runs = np.ones(N_PUMPS, bool)
        self._trips_at = np.full(N_PUMPS, np.inf)
        self._hot = np.full(N_PUMPS, 56.0)
        self._shake = random.uniform(1.8, 2.6, N_PUMPS)
        self._pressure = np.full(N_PUMPS, 0.85)
        self._field = 0.0
        self._failed: dict[int, Failure] = {}
        self._kept: dict[int, float] = {}
        self._tanks = np.array([specs.tank_place(n) for n in range(N_TANKS)])
        self._detectors = np.array([specs.detector_place(n) for n in range(N_DETECTORS)])
        self._is_toxic = np.arange(N_DETECTORS) >= N_DETECTORS - N_TOXIC

    def rules(self) -> list[Rule]:
        """Return the alarms of all points."""
        return [rule for point in self.points for rule in point.rules]

    def ranges(self) -> dict[str, tuple[float, float]]:
        """Return the range of each point."""
        return {point.tag: (point.low, point.high) for point in self.points}

    def start(self, begin: Begin) -> None:
        """Begin a scenario now. Raises ValueError for a place that there is not."""
        where = begin.where
        places = len(self.points) if begin.scenario is Scenario.SENSOR_FAILURE else N_TANKS
        if where is not None and not 0 <= where < places:
            raise ValueError(f"{begin.scenario}: there is no place {where}, only 0 to {places - 1}")
        lasts = LASTS_S[begin.scenario] if begin.lasts is None else begin.lasts
        if begin.scenario is Scenario.FILLING:
            tank = int(self._level.argmax()) if where is None else where
            # The high limit is reached in about three minutes.
            self._overfill[tank] = max(_HIGH - self._level[tank], 0.3) / 180.0
        elif begin.scenario is Scenario.LEAK:
            tank = int(self._random.integers(N_TANKS)) if where is None else where
            self._leak[tank] = 1e-3
            self._wind = self._random.uniform(0.0, 2 * np.pi)
        elif begin.scenario is Scenario.SENSOR_FAILURE:
            analogue = [n for n, one in enumerate(self.points) if one.kind not in _DIGITAL]
            tank = int(self._random.choice(analogue)) if where is None else where
            failure = begin.failure or list(Failure)[int(self._random.integers(len(Failure)))]
            self._failed[tank] = failure
        else:
            tank = 0
            pumps = np.flatnonzero(self._runs)[:_TRIPS]
            self._trips_at[pumps] = self.now + self._random.uniform(0.0, 120.0, len(pumps))
        self._running.append((Begin(self.now, begin.scenario, tank), self.now + lasts))

    def step(self, seconds: float = 1.0) -> tuple[tuple[str, ...], Floats, npt.NDArray[np.uint8]]:
        """Go on by so many seconds; return tags, values and quality (0 good, 2 bad), in order."""
        left = seconds
        while left > 0:
            part = min(left, _LONGEST_STEP)
            self.now += part
            left -= part
            self._schedule()
            self._move_tanks(part)
            self._move_pumps(part)
        return self._measure()

    def _schedule(self) -> None:
        while self._plan and self._plan[0].at <= self.now:
            self.start(self._plan.pop(0))
        over = [begin for begin, end in self._running if end <= self.now]
        self._running = [one for one in self._running if one[1] > self.now]
        for begin in over:
            self._end(begin)

    def _end(self, begin: Begin) -> None:
        place = begin.where or 0
        if begin.scenario is Scenario.FILLING:
            self._overfill[place] = 0.0
        elif begin.scenario is Scenario.LEAK:
            self._leak[place] = 0.0
        elif begin.scenario is Scenario.SENSOR_FAILURE:
            self._failed.pop(place, None)
            self._kept.pop(place, None)
        else:
            self._runs[:] = True

    def _move_tanks(self, dt: float) -> None:
        random = self._random
        self._idle -= dt
        begins = (self._mode == 0.0) & (self._idle <= 0)
        self._mode[begins] = np.where(self._level[begins] > _SWITCH, -1.0, 1.0)
        done = ((self._mode > 0) & (self._level >= _FILL_UNTIL)) | (
            (self._mode < 0) & (self._level <= _EMPTY_UNTIL)
        )
        self._mode[done] = 0.0
        self._idle[done] = random.uniform(1200.0, 3600.0, N_TANKS)[done]
        # Somebody closes the valve at last and pumps the tank down again.
        saved = (self._overfill > 0) & (self._level >= _OPERATOR_STOPS)
        self._overfill[saved] = 0.0
        self._mode[saved] = -1.0
        self._rate[saved] = 3e-3
        self._flow = np.where(self._overfill > 0, self._overfill, self._mode * self._rate)
        self._level += (self._flow - self._leak * (self._level > 0.3)) * dt
        np.clip(self._level, 0.0, specs.HEIGHT, out=self._level)
        calmed = self._level < _FILL_UNTIL
        self._rate[calmed] = np.minimum(self._rate[calmed], _USUAL_RATES[1])
        self._drift += -self._drift * dt / 7200.0
        self._drift += np.sqrt(2 * dt / 7200.0) * random.standard_normal(N_TANKS)
        target = (self._leak > 0).astype(float)
        self._cloud += (target - self._cloud) * min(1.0, dt / 90.0)

    def _move_pumps(self, dt: float) -> None:
        tripping = self._trips_at <= self.now
        self._runs[tripping] = False
        self._trips_at[tripping] = np.inf
        runs = self._runs
        ambient = self._ambient()
        self._hot += (np.where(runs, 56.0, ambient) - self._hot) * min(1.0, dt / 1200.0)
        self._pressure += (np.where(runs, 0.85, 0.02) - self._pressure) * min(1.0, dt / 8.0)
        self._field += -self._field * dt / 1800.0
        self._field += 0.6 * np.sqrt(2 * dt / 1800.0) * self._random.standard_normal()

    def _ambient(self) -> float:
        hour = (self._day_second + self.now) / 86_400.0
        return float(20.0 - 6.0 * np.cos(2 * np.pi * (hour - 4 / 24)))

    def _measure(self) -> tuple[tuple[str, ...], Floats, npt.NDArray[np.uint8]]:
        random = self._random
        noise = random.standard_normal
        tanks = np.stack(
            [
                self._level + 0.002 * noise(N_TANKS),
                self._ambient() + 2.0 + self._drift + 0.05 * noise(N_TANKS),
                0.6
                + 0.3 * np.sign(self._flow)
                - 1.2 * (self._leak > 0)
                + 0.05 * self._drift
                + 0.02 * noise(N_TANKS),
                # The meter ends at its range.
                np.clip(self._flow * AREA * 3600.0 * (1 + 0.005 * noise(N_TANKS)), 0.0, 120.0),
                np.ones(N_TANKS),
            ],
            axis=1,
        )
        runs = self._runs
        pumps = np.stack(
            [
                runs.astype(float),
                np.where(runs, self._shake + 0.12 * noise(N_PUMPS), 0.05 + 0.01 * noise(N_PUMPS)),
                self._hot + 0.2 * noise(N_PUMPS),
                self._pressure + 0.004 * noise(N_PUMPS),
            ],
            axis=1,
        )
        values = np.concatenate(
            [tanks.ravel(), self._gas(), np.maximum(pumps, 0.0).ravel(), [self._field]]
        )
        quality = np.zeros(len(values), np.uint8)
        for place, failure in self._failed.items():
            if failure is Failure.FROZEN:
                values[place] = self._kept.setdefault(place, float(values[place]))
            elif failure is Failure.DEAD:
                values[place], quality[place] = np.nan, BAD
            else:
                span = self.points[place].high - self.points[place].low
                values[place] += 0.15 * span * random.standard_normal()
        return self.names, values, quality

    def _gas(self) -> Floats:
        away = self._detectors[:, None, :] - self._tanks[None, :, :]
        distance = np.hypot(away[..., 0], away[..., 1])
        downwind = np.cos(np.arctan2(away[..., 1], away[..., 0]) - self._wind)
        length = np.where(self._is_toxic, 40.0, 25.0)[:, None]
        reach = self._cloud * np.exp(-distance / length) * (1.0 + 0.6 * downwind)
        strength = np.where(self._is_toxic, 30.0, 130.0)
        rest = np.where(self._is_toxic, 0.1, 0.3)
        gusts = 1.0 + 0.05 * self._random.standard_normal(N_DETECTORS)
        calm = rest * np.abs(self._random.standard_normal(N_DETECTORS))
        most = np.where(self._is_toxic, 20.0, 100.0)
        return np.minimum(most, strength * reach.sum(axis=1) * gusts + calm)


_DIGITAL = ("valve_state", "running_state")
