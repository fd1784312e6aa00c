"""What another deadband and delay would have done to bad actors, measured on stored values."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from anlan.engines.alarms.rules import Kind, Rule
from anlan.engines.alarms.tuning import starting_values
from anlan.modules.monitoring import rules_kpi
from anlan.modules.monitoring.choices import LIMIT_KINDS
from anlan.modules.monitoring.models import AlarmRule
from anlan.modules.monitoring.queries.alarm_kpi import Actor10

if TYPE_CHECKING:
    from anlan.telemetry.wire import Batch

SPAN = dt.timedelta(days=7)
# Three and a half days of a value a second: ten alarms are measured in a few seconds.
MOST_SAMPLES = 300_000
# Fewer say nothing about what is usual.
_FEWEST = 100
# Of instruments that the practice has no share for: the least it gives.
_OTHER_SHARE = 0.01


def with_values(worst: Sequence[Actor10], end: dt.datetime) -> tuple[list[Actor10], bool]:
    """Return the bad actors with what their values up to `end` say, and whether the store answered.

    Of levels whose alarm came in the stored values the proposal is measured there; of the others it
    stays what the journal says. One question to the store a point.
    """
    from anlan.telemetry import client

    held: dict[int, Batch] = {}
    found = []
    for one in worst:
        point = one.rule.point
        if one.rule.kind not in LIMIT_KINDS or one.rule.limit is None:
            found.append(one)
            continue
        if point.number not in held:
            span = min(SPAN, dt.timedelta(seconds=MOST_SAMPLES * point.sampling_seconds))
            try:
                held[point.number] = client.samples(
                    [point.number], end - span, end, limit=2 * MOST_SAMPLES, timeout_s=10.0
                )
            except client.NoHistorian:
                return list(worst), False
        found.append(_measured(one, held[point.number]))
    return found, True


def _measured(one: Actor10, samples: "Batch") -> Actor10:
    from anlan.engines.alarms import improvement

    rule = one.rule
    if len(samples.tags) < _FEWEST:
        return one
    times, values = samples.times_us / 1e6, samples.values
    core = Rule.of(
        str(rule.pk),
        str(rule.point.number),
        Kind(rule.kind),
        float(rule.limit or 0.0),
        deadband=rule.deadband,
        on_delay=rule.on_delay_s,
        off_delay=rule.off_delay_s,
    )
    now = improvement.measured(core, core, times, values, samples.quality)
    if not now.activations_before:
        return one
    proposed = improvement.proposed(
        core,
        times,
        values,
        samples.quality,
        spread=spread_of(rule, samples),
        response_s=rule.response_seconds,
        safety_related=rule.safety_related or one.is_gas,
    )
    seen = rules_kpi.Seen(
        len(times), float(times[-1] - times[0]), now.activations_before, now.episodes
    )
    if proposed is None or proposed.measured.activations_after > now.activations_before * (
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
