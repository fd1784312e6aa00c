"""The plants of the history as they are built up: who works there, what is guarded."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

import yaml

from anlan.base.actors.models import Organisation, User
from anlan.base.clock import SHANGHAI
from anlan.modules.registry.models import Person
from anlan.modules.risk.models import ControlMeasure, RiskUnit

N_DEEP = 8
"""The first enterprises have all their units, a month of rounds and the most findings."""

HABITS = {
    2: "majors_as_general",
    3: "padding",
    4: "impossible_rounds",
    5: "all_normal",
    6: "late",
}
"""Bad behaviour by the enterprise's place, for whoever looks for it."""


@dataclass(slots=True)
class Round:
    """A measure that is inspected: how often, by whom."""

    measure: ControlMeasure
    unit: RiskUnit
    n: int
    cycle: str
    role: str


@dataclass(slots=True)
class Plant:
    """An enterprise while its history is made.

    `people` are users by role, `heads` those of its staff who may head a department, `random` its
    own.
    """

    number: int
    enterprise: Organisation
    random: Random
    people: dict[str, User]
    heads: Sequence[Person] = ()
    team: Organisation | None = None
    team_people: dict[str, User] = field(default_factory=dict)
    units: list[RiskUnit] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)

    def head(self, number: int) -> Person | None:
        """Return who heads the department of the object with this number."""
        return self.heads[number % len(self.heads)] if self.heads else None

    @property
    def is_deep(self) -> bool:
        """Tell whether it has a full history."""
        return self.number < N_DEEP

    @property
    def habit(self) -> str:
        """Return its bad behaviour, empty for none."""
        return HABITS.get(self.number, "")

    def who(self, role: str, scope_path: str) -> User:
        """Return who holds a role where a row lies."""
        if self.team is not None and scope_path == self.team.path and role in self.team_people:
            return self.team_people[role]
        return self.people[role]


@cache
def words() -> dict[str, Any]:
    """Return what plants guard against, check and find."""
    text = files("anlan.demo").joinpath("data", "dual_prevention.yaml").read_text("utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def at(day: dt.date, hour: float) -> dt.datetime:
    """Return an hour (may pass 24) of a day in Asia/Shanghai."""
    return dt.datetime.combine(day, dt.time(0), SHANGHAI) + dt.timedelta(hours=hour)
