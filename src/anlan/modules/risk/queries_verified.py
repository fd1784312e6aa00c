"""When control measures were last verified.

Modules above verify measures (inspections by checks); they say here how to ask them, so that
tree, detail and list need one query each, whatever the number of measures.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.db.models import DateTimeField, QuerySet, Value

from anlan.base.actors.actor import Actor
from anlan.base.clock import now
from anlan.modules.risk import rules
from anlan.modules.risk.models import ControlMeasure


@dataclass(frozen=True, slots=True)
class Verified:
    """The last check of a measure: when, by whom, what it came to, and how often it is due.

    `at` is None where a measure has a task and was never checked; `since` is when it got the
    first of its tasks. `cycle_days` is the shortest cycle of them. `url` leads to the check.
    """

    at: dt.datetime | None
    since: dt.datetime
    cycle_days: float
    by: str = ""
    result: str = ""
    is_good: bool = True
    url: str = ""

    def is_stale(self, moment: dt.datetime) -> bool:
        """Tell whether the measure has gone unverified for too long."""
        return rules.is_stale(self.at or self.since, self.cycle_days, moment)


class Verifier(Protocol):
    """What a module provides that verifies measures."""

    def last(
        self, actor: Actor, enterprise_id: UUID, measure_ids: Collection[UUID] | None
    ) -> Mapping[UUID, Verified]:
        """Return the last check by measure; without ids of all measures that have a task."""
        ...

    def moment(self, actor: Actor) -> Any:
        """Return the expression for the moment of the last check, on rows of measures."""
        ...


_verifiers: list[Verifier] = []


def verified_by(verifier: Verifier) -> Verifier:
    """Let a module that lies above say when measures were verified."""
    _verifiers.append(verifier)
    return verifier


def last_verified(
    actor: Actor, enterprise_id: UUID, measure_ids: Collection[UUID] | None = None
) -> Mapping[UUID, Verified]:
    """Return the last check by measure, in one query a verifier; see `Verifier.last`."""
    found: dict[UUID, Verified] = {}
    for verifier in _verifiers:
        found |= verifier.last(actor, enterprise_id, measure_ids)
    return found


def stale_measures(actor: Actor, enterprise_id: UUID) -> set[UUID]:
    """Return the measures of an enterprise that have gone unverified for too long."""
    moment = now()
    found = last_verified(actor, enterprise_id)
    return {pk for pk, one in found.items() if one.is_stale(moment)}


def with_moment(actor: Actor, rows: "QuerySet[ControlMeasure]") -> "QuerySet[ControlMeasure]":
    """Annotate measures with `verified_at`, None where none was ever checked."""
    if not _verifiers:
        return rows.annotate(verified_at=Value(None, output_field=DateTimeField()))
    return rows.annotate(verified_at=_verifiers[0].moment(actor))
