"""What a change of a setting would have done to the last week, replayed from the store.

Both settings go through the alarm core itself, so every kind of alarm is replayed: levels, rates,
deviations from another point, states, silence, frozen values and bad quality, each with its
deadband, delays and suppression.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import QuerySet

from anlan.base.actors.actor import SYSTEM
from anlan.engines.alarms.expressions import parsed
from anlan.engines.alarms.rules import Kind, Rule
from anlan.modules.monitoring.choices import RuleKind
from anlan.modules.monitoring.models import AlarmRule, Point

if TYPE_CHECKING:
    from anlan.telemetry.wire import Batch

WEEK = timedelta(days=7)
MOST_SAMPLES = 2_000_000
_NUMBERS = ("limit", "deadband", "on_delay_s", "off_delay_s")


@dataclass(frozen=True, slots=True)
class Points:
    """What settings look at: the points' numbers by tag and by id."""

    by_tag: Mapping[str, int]
    by_id: Mapping[UUID, int]


def effect_of(rule: AlarmRule, new: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return how often the alarm came last week and how often it would have come.

    `why` says in a word why there is no figure: `setting` (one of the two cannot be judged),
    `no_history` (the store does not answer) or `no_samples`. Else `before` and `after` are
    activations, `standing_before_s` and `standing_after_s` how long the alarm stood,
    `added_delay_s` how much later the first one came, `missed` of `episodes` would not have been
    announced, `most_missed_s` the longest of them, `samples` how many were replayed, `partial`
    whether the store had more.
    """
    # Arrow and the compiled core take longer to load than all the rest of a page's process.
    from anlan.telemetry import client

    points = points_of(rule, new)
    numbers = {rule.point.number, *points.by_tag.values(), *points.by_id.values()}
    try:
        found = client.samples(numbers, now - WEEK, now, limit=MOST_SAMPLES, timeout_s=15.0)
    except client.NoHistorian:
        return {"why": "no_history"}
    return replayed(rule, new, found, points)


def points_of(rule: AlarmRule, new: Mapping[str, Any]) -> Points:
    """Return the other points that the old and the new setting look at."""
    tags: set[str] = set()
    for text in {rule.suppressed_when, str(new.get("suppressed_when") or "")}:
        tags.update(_tags_in(text))
    others = (_id(rule.compared_with_id), _id(new.get("compared_with")))
    ids = {pk for pk in others if pk is not None}
    rows: QuerySet[Point] = Point.objects.for_actor(SYSTEM).filter(enterprise=rule.enterprise_id)
    by_tag = dict(rows.filter(tag__in=tags).values_list("tag", "number")) if tags else {}
    by_id = dict(rows.filter(pk__in=ids).values_list("pk", "number")) if ids else {}
    return Points(by_tag, by_id)


def replayed(
    rule: AlarmRule,
    new: Mapping[str, Any],
    samples: "Batch",
    points: Points | None = None,
) -> dict[str, Any]:
    """Replay samples of the rule's point, and of those it looks at, with both settings."""
    import numpy as np

    from anlan.engines.alarms.improvement import compared
    from anlan.engines.alarms.replay import replayed as judged
    from anlan.engines.alarms.tuning import effect

    own = samples.tags == rule.point.number
    if not own.any():
        return {"why": "no_samples"}
    points = points or points_of(rule, new)
    try:
        settings = [
            made
            for key, values in (("old", {}), ("new", new))
            if (made := core_rule(rule, key, values, points)) is not None
        ]
    except (ValueError, KeyError):
        return {"why": "setting"}
    numbers, places = np.unique(samples.tags, return_inverse=True)
    times = samples.times_us.astype(np.float64) / 1e6
    events = judged(
        settings,
        [str(number) for number in numbers.tolist()],
        places.astype(np.int32),
        times,
        samples.values,
        samples.quality,
    )
    before, after = events.get("old", []), events.get("new", [])
    end = float(times.max())
    found, episodes = effect(before, after, end), compared(before, after, end)
    return {
        "before": found.activations_before,
        "after": found.activations_after,
        "standing_before_s": round(found.standing_before_s),
        "standing_after_s": round(found.standing_after_s),
        "added_delay_s": None if found.added_delay_s is None else round(found.added_delay_s, 1),
        "episodes": episodes.episodes,
        "missed": episodes.missed,
        "most_missed_s": round(episodes.most_missed_s),
        "samples": int(own.sum()),
        "since": float(times[own].min()),
        "until": float(times[own].max()),
        "partial": len(samples.tags) >= MOST_SAMPLES,
    }


def core_rule(
    rule: AlarmRule, key: str, changed: Mapping[str, Any], points: Points | None = None
) -> Rule | None:
    """Return a setting with changes as the alarm core takes it; None where it is not in use.

    Raises ValueError and KeyError for a setting that cannot be judged.
    """
    points = points or points_of(rule, changed)
    values = {name: changed.get(name, getattr(rule, name)) for name in _NUMBERS}
    if not changed.get("in_use", rule.in_use):
        return None
    if values["limit"] is None and rule.kind != RuleKind.BAD:
        return None
    other = _id(changed.get("compared_with", rule.compared_with_id))
    when = str(changed.get("suppressed_when", rule.suppressed_when) or "")
    return Rule.of(
        key,
        str(rule.point.number),
        Kind(rule.kind),
        float(values["limit"] or 0.0),
        deadband=float(values["deadband"]),
        on_delay=float(values["on_delay_s"]),
        off_delay=float(values["off_delay_s"]),
        set_point=None if other is None else str(points.by_id[other]),
        suppressed_when=_renamed(when, points.by_tag),
    )


def _renamed(text: str, numbers: Mapping[str, int]) -> str:
    if not text.strip():
        return ""
    return parsed(text).renamed({tag: str(number) for tag, number in numbers.items()})


def _tags_in(text: str) -> Iterable[str]:
    try:
        return parsed(text).tags if text.strip() else ()
    except ValueError:
        return ()


def _id(value: Any) -> UUID | None:
    value = getattr(value, "pk", value)
    if value in (None, ""):
        return None
    return value if isinstance(value, UUID) else UUID(str(value))
