"""Floods of alarms, and by what name each is known.

Which pattern a flood follows is told by courses (`engines.alarms.patterns`): in cross-validation
they named more runs rightly than alignment did (docs/engines/alarms.md).
"""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

import numpy as np
from django.db.models import QuerySet

from anlan.base.actors.actor import Actor
from anlan.engines.alarms import patterns
from anlan.engines.alarms.kpi import Announced
from anlan.modules.monitoring.models import AlarmRule, KnownFlood
from anlan.modules.monitoring.queries.alarm_kpi import Period, announced

Course = dict[str, list[float | None]]


@dataclass(frozen=True, slots=True)
class Name:
    """By what name a flood is known. `known` is its example, `score` how alike both are (0 to 1).

    `is_given`: this flood itself was named. `is_sure` is False where the most alike one is too
    little alike to lend its name.
    """

    known: KnownFlood
    score: float
    shared: tuple[str, ...]
    is_given: bool
    is_sure: bool


@dataclass(frozen=True, slots=True)
class FloodSeen:
    """A flood with its `name`, None where nothing is alike at all.

    `like` is when the earlier flood began whose course it follows, None for none.
    """

    at: dt.datetime
    seconds: float
    n: int
    first: str
    like: dt.datetime | None
    score: float
    name: Name | None


def known_floods(actor: Actor, enterprise: UUID) -> QuerySet[KnownFlood]:
    """Return the floods that were named at an enterprise, the newest first."""
    rows = KnownFlood.objects.for_actor(actor).filter(enterprise=enterprise, removed_at=None)
    return rows.select_related("named_by", "installation").order_by("-began_at")


def floods_seen(
    actor: Actor, period: Period, rows: Sequence[Announced], rules: Mapping[str, AlarmRule]
) -> list[FloodSeen]:
    """Return the floods of a period, the newest first, each by its name.

    A flood is compared with the floods named for the same unit, or for the whole enterprise where
    no unit is asked for.
    """
    # numba takes a second to load, and most periods have no flood.
    from anlan.engines.alarms import alignment

    sequences = alignment.flood_sequences(rows)
    if not sequences:
        return []
    known = [
        row for row in known_floods(actor, period.enterprise) if row.installation_id == period.unit
    ]
    examples = [(row, _course(row.course)) for row in known]
    given = {row.began_at: row for row in known}
    begins = [one.times[0] for one in sequences] + [period.end.timestamp()]
    courses = [course_of(rows, start, until) for start, until in pairwise(begins)]
    found: list[FloodSeen] = []
    for place, one in enumerate(sequences):
        at = moment(one.times[0])
        scores = [
            (patterns.likeness(courses[place], other)[0], n)
            for n, other in enumerate(courses[:place])
        ]
        score, best = max(scores, default=(0.0, -1))
        is_like = best >= 0 and score >= patterns.UNKNOWN_BELOW
        first = rules.get(one.alarms[0])
        found.append(
            FloodSeen(
                at,
                one.times[-1] - one.times[0],
                len(one.alarms),
                str(first) if first else "",
                moment(sequences[best].times[0]) if is_like else None,
                score,
                Name(given[at], 1.0, (), True, True)
                if at in given
                else _named(courses[place], examples),
            )
        )
    return found[::-1]


def _named(
    course: patterns.Course, examples: Sequence[tuple[KnownFlood, patterns.Course]]
) -> Name | None:
    likes = [(patterns.likeness(course, other), row) for row, other in examples]
    if not likes:
        return None
    (score, shared), row = max(likes, key=lambda pair: (pair[0][0], pair[1].began_at))
    if not score:
        return None
    return Name(row, score, shared, False, score >= patterns.UNKNOWN_BELOW)


def course_of(rows: Sequence[Announced], start: float, until: float) -> patterns.Course:
    """Return the course of the flood that began at `start` (seconds, UTC).

    What stood before it is no part of it, nor is what the next one, at `until`, brings.
    """
    end = min(until, start + patterns.STRETCH * patterns.STRETCHES)
    return patterns.course([row for row in rows if start <= row.start < end], end)


def flood_at(
    actor: Actor, enterprise: UUID, at: dt.datetime, unit: UUID | None, now: dt.datetime
) -> Course | None:
    """Return the course of the flood that began at a moment, as JSON keeps it; None for none."""
    from anlan.engines.alarms import alignment

    end = at + dt.timedelta(seconds=patterns.STRETCH * patterns.STRETCHES)
    rows = announced(actor, Period(enterprise, at, min(end, now), unit))
    sequences = alignment.flood_sequences(rows)
    if not sequences or moment(sequences[0].times[0]) != at:
        return None
    until = sequences[1].times[0] if len(sequences) > 1 else min(end, now).timestamp()
    course = course_of(rows, sequences[0].times[0], until)
    return {
        name: [None if math.isnan(share) else round(share, 4) for share in shares]
        for name, shares in course.items()
    }


def moment(seconds: float) -> dt.datetime:
    """Return seconds since 1970 as a moment."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def _course(stored: Course) -> patterns.Course:
    return {
        name: np.array([math.nan if share is None else share for share in shares])
        for name, shares in stored.items()
    }
