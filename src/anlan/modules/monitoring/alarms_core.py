"""The alarm settings of the database as rules of the alarm core.

The core knows points by their number, as text, and rules by their id. Expressions name points by
the tag, which is one enterprise's own, so they are rewritten to numbers.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db import connection

from anlan.engines.alarms.derived import in_circles
from anlan.engines.alarms.expressions import parsed
from anlan.engines.alarms.rules import Kind, Rule

logger = logging.getLogger(__name__)

_POINTS = """
    SELECT number, enterprise_id, tag, range_low, range_high, expression
      FROM monitoring_point WHERE removed_at IS NULL AND in_service
"""
_RULES = """
    SELECT r.id, p.number, p.enterprise_id, r.kind, coalesce(r."limit", 0), r.deadband,
           r.on_delay_s, r.off_delay_s, other.number, r.suppressed_when
      FROM monitoring_alarmrule r
      JOIN monitoring_point p ON p.id = r.point_id
      LEFT JOIN monitoring_point other ON other.id = r.compared_with_id
     WHERE r.in_use AND p.removed_at IS NULL AND p.in_service
     ORDER BY p.number, r.kind
"""
# The newest moment of change would miss an import that began before another change and ended after
# it. Every row written carries the number of its transaction, whoever wrote it.
_MARK = """
    SELECT count(*), coalesce(sum(xmin::text::bigint), 0) FROM monitoring_point
    UNION ALL
    SELECT count(*), coalesce(sum(xmin::text::bigint), 0) FROM monitoring_alarmrule
"""


@dataclass(slots=True)
class Settings:
    """What the core is made of.

    `faulty` are the rules that are judged in part or not at all, with why.
    """

    rules: list[Rule] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)
    calculated: dict[str, str] = field(default_factory=dict)
    faulty: dict[UUID, str] = field(default_factory=dict)


def mark() -> tuple[Any, ...]:
    """Return what changes whenever a point or a rule does."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK)
        return tuple(cursor.fetchall())


def load() -> Settings:
    """Return all settings in use.

    A rule whose suppression cannot be read is judged without: an alarm too many is safer than one
    that nobody hears. One that cannot be judged is left out. Both loudly.
    """
    with connection.cursor() as cursor:
        cursor.execute(_POINTS)
        points = cursor.fetchall()
        cursor.execute(_RULES)
        rules = cursor.fetchall()
    found = Settings()
    numbers: dict[UUID, dict[str, int]] = {}
    for number, enterprise_id, tag, low, high, _expression in points:
        numbers.setdefault(enterprise_id, {})[tag] = number
        found.tags.append(str(number))
        if low is not None and high is not None:
            found.ranges[str(number)] = (low, high)
    for number, enterprise_id, _tag, _low, _high, expression in points:
        if expression:
            try:
                found.calculated[str(number)] = by_number(expression, numbers[enterprise_id])
            except (ValueError, KeyError) as error:
                logger.error("point %d is not calculated: %s", number, error)
    for circular in in_circles(found.calculated):
        logger.error("point %s is not calculated: it needs itself", circular)
        del found.calculated[circular]
    for row in rules:
        try:
            when = by_number(row[-1], numbers[row[2]]) if row[-1] else ""
        except (ValueError, KeyError) as error:
            when = ""
            found.faulty[row[0]] = str(error)
            logger.error("alarm %s is never suppressed: %s", row[0], error)
        try:
            found.rules.append(_rule(row, when))
        except (ValueError, KeyError) as error:
            found.faulty[row[0]] = str(error)
            logger.error("alarm %s is not judged: %s", row[0], error)
    return found


def _rule(row: tuple[Any, ...], suppressed_when: str) -> Rule:
    pk, number, _enterprise, kind, limit, deadband, on_delay, off_delay, other, _when = row
    return Rule.of(
        str(pk),
        str(number),
        Kind(kind),
        limit,
        deadband=deadband,
        on_delay=on_delay,
        off_delay=off_delay,
        set_point=None if other is None else str(other),
        suppressed_when=suppressed_when,
    )


def by_number(text: str, numbers: Mapping[str, int]) -> str:
    """Return an expression with points named by number. Raises KeyError for an unknown tag."""
    return parsed(text).renamed({tag: str(number) for tag, number in numbers.items()})


def places(tags: Iterable[str]) -> npt.NDArray[np.int32]:
    """Return an array that turns a point's number into its place in the core; -1 for none."""
    numbers = np.array([int(tag) for tag in tags], np.int64)
    found = np.full(int(numbers.max(initial=0)) + 2, -1, np.int32)
    found[numbers] = np.arange(len(numbers), dtype=np.int32)
    return found
