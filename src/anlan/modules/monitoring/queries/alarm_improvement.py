"""What another deadband and delay would have done to bad actors, measured on stored values."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.cache import cache

from anlan.base.clock import now
from anlan.engines.alarms.tuning import starting_values
from anlan.modules.monitoring import rules_kpi
from anlan.modules.monitoring.choices import LIMIT_KINDS
from anlan.modules.monitoring.models import AlarmRule
from anlan.modules.monitoring.queries.alarm_kpi import Actor10
from anlan.modules.monitoring.services import effects

if TYPE_CHECKING:
    from anlan.telemetry.wire import Batch

SPAN = dt.timedelta(days=7)
KEPT_S = 24 * 3600
"""How long a measurement is shown before values are replayed again."""
# Three and a half days of a value a second: ten alarms are measured in a few seconds.
MOST_SAMPLES = 300_000
# Fewer say nothing about what is usual.
_FEWEST = 100
# Of instruments that the practice has no share for: the least it gives.
_OTHER_SHARE = 0.01


def with_values(
    worst: Sequence[Actor10], end: dt.datetime, *, anew: bool = False
) -> tuple[list[Actor10], bool]:
    """Return the bad actors with what their values up to `end` say, and whether the store answered.

    Of alarms that came in the stored values the proposal is measured there; of the others it stays
    what the journal says. What was measured is kept for a day, with its date and as long as the
    setting is the same; `anew` measures all once more. One question to the store a point.
    """
    from anlan.telemetry import client

    keys = {one.rule.pk: _key(one.rule, end) for one in worst}
    kept = {} if anew else cache.get_many(keys.values())
    held: dict[UUID, Batch] = {}
    found = []
    fresh = {}
    for one in worst:
        if (told := kept.get(keys[one.rule.pk])) is not None:
            found.append(replace(one, **told))
            continue
        try:
            measured = _measured(one, *_samples(one.rule, end, held))
        except client.NoHistorian:
            return list(worst), False
        found.append(measured)
        if measured.seen is not None:
            told = {"proposal": measured.proposal, "seen": measured.seen}
            fresh[keys[one.rule.pk]] = told
    cache.set_many(fresh, KEPT_S)
    return found, True


def _key(rule: AlarmRule, end: dt.datetime) -> str:
    """Return under what a measurement is kept: another setting or another day is another one."""
    past = f"{end:%Y%m%d}" if end < now() - dt.timedelta(hours=1) else "now"
    return f"alarm-improvement:{rule.pk}:{rule.edition}:{past}"


def _samples(
    rule: AlarmRule, end: dt.datetime, held: dict[UUID, "Batch"]
) -> tuple["Batch", effects.Points]:
    """Return the stored values of a setting's point and of the one it is compared with.

    Raises NoHistorian.
    """
    from anlan.telemetry import client

    other = rule.compared_with_id
    points = effects.points_of(rule, {}) if other else effects.Points({}, {})
    key = rule.pk if other else rule.point_id
    if key not in held:
        span = min(SPAN, dt.timedelta(seconds=MOST_SAMPLES * rule.point.sampling_seconds))
        numbers = sorted({rule.point.number, *points.by_id.values()})
        held[key] = client.samples(numbers, end - span, end, limit=2 * MOST_SAMPLES, timeout_s=10.0)
    return held[key], points


def _measured(one: Actor10, samples: "Batch", points: effects.Points) -> Actor10:
    import numpy as np

    from anlan.engines.alarms import improvement

    rule = one.rule
    own = samples.tags == rule.point.number
    if own.sum() < _FEWEST:
        return one
    try:
        core = effects.core_rule(rule, str(rule.pk), {"suppressed_when": ""}, points)
    except (ValueError, KeyError):
        core = None
    if core is None:
        return one
    numbers, places = np.unique(samples.tags, return_inverse=True)
    history = improvement.History(
        [str(number) for number in numbers.tolist()],
        places.astype(np.int32),
        samples.times_us / 1e6,
        samples.values,
        samples.quality,
    )
    present = improvement.measured_in(core, core, history)
    if not present.activations_before:
        return one
    proposed = improvement.proposed_in(
        core,
        history,
        spread=spread_of(rule, samples) if rule.kind in LIMIT_KINDS else 0.0,
        response_s=rule.response_seconds,
        safety_related=rule.safety_related or one.is_gas,
    )
    times = history.times[own]
    seen = rules_kpi.Seen(
        int(own.sum()),
        float(times.max() - times.min()),
        present.activations_before,
        present.episodes,
        now(),
        dt.datetime.fromtimestamp(float(times.min()), dt.UTC),
        dt.datetime.fromtimestamp(float(times.max()), dt.UTC),
    )
    if proposed is None or proposed.measured.activations_after > present.activations_before * (
        1 - rules_kpi.LEAST_GAIN
    ):
        return replace(one, proposal=None, seen=seen)
    better, figures = proposed.rule, proposed.measured
    proposal = rules_kpi.Proposal(
        on_delay_s=better.on_delay,
        off_delay_s=better.off_delay,
        before=figures.activations_before,
        after=figures.activations_after,
        added_s=figures.most_added_s or 0.0,
        deadband=better.deadband,
        median_added_s=figures.median_added_s or 0.0,
        missed=figures.missed,
        most_missed_s=figures.most_missed_s,
    )
    return replace(one, proposal=proposal, seen=seen)


def spread_of(rule: AlarmRule, samples: "Batch") -> float:
    """Return how much a value moves while all is well, as far as a deadband may be made of it.

    The standard deviation of the good samples on the quiet side of the limit; two of it are no more
    than the recommended share of the instrument's range, or the alarm of a tank that is filled and
    emptied would get a deadband of half the tank. Rounded to two digits: what is proposed is what
    was measured.
    """
    import numpy as np

    limit = float(rule.limit or 0.0)
    quiet = samples.values <= limit if rule.kind in ("HH", "H") else samples.values >= limit
    values = samples.values[quiet & (samples.quality < 2) & np.isfinite(samples.values)]
    spread = float(values.std()) if len(values) > 1 else 0.0
    point = rule.point
    if point.range_low is not None and point.range_high is not None:
        start = starting_values().get(point.kind)
        share = start.deadband_share if start else _OTHER_SHARE
        spread = min(spread, share * (point.range_high - point.range_low) / 2)
    if spread <= 0 or not math.isfinite(spread):
        return 0.0
    digits = 1 - math.floor(math.log10(spread))
    return round(spread, digits)


def measured_at(worst: Sequence[Actor10]) -> tuple[dt.datetime, dt.datetime, dt.datetime] | None:
    """Return when the oldest measurement was made, and from when to when the values were."""
    seen = [one.seen for one in worst if one.seen is not None]
    if not seen:
        return None
    return (
        min(one.at for one in seen), min(one.since for one in seen), max(one.until for one in seen)
    )  # fmt: skip
