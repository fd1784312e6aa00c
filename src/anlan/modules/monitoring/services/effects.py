"""What a change of a setting would have done to the last week, replayed from the store."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from anlan.engines.alarms.rules import Event, Rule, Side
from anlan.modules.monitoring.choices import LIMIT_KINDS
from anlan.modules.monitoring.models import AlarmRule

if TYPE_CHECKING:
    from anlan.telemetry.wire import Batch

WEEK = timedelta(days=7)
MOST_SAMPLES = 2_000_000
BAD = 2
_HIGH = frozenset({"HH", "H"})


def effect_of(rule: AlarmRule, new: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Return how often the alarm came last week and how often it would have come.

    `why` says in a word why there is no figure: `kind` (this kind of alarm is not replayed),
    `no_history` (the store does not answer) or `no_samples`. Else `before` and `after` are
    activations, `standing_before_s` and `standing_after_s` how long the alarm stood,
    `added_delay_s` how much later the first one came, `samples` how many were replayed,
    `partial` whether the store had more.
    """
    if rule.kind not in LIMIT_KINDS:
        return {"why": "kind"}
    # Arrow and the compiled core take longer to load than all the rest of a page's process.
    from anlan.telemetry import client

    try:
        found = client.samples(
            [rule.point.number], now - WEEK, now, limit=MOST_SAMPLES, timeout_s=15.0
        )
    except client.NoHistorian:
        return {"why": "no_history"}
    if not len(found.tags):
        return {"why": "no_samples"}
    return replayed(rule, new, found)


def replayed(rule: AlarmRule, new: Mapping[str, Any], samples: "Batch") -> dict[str, Any]:
    """Replay samples of the rule's point with the old and with the new setting."""
    import numpy as np

    from anlan.engines.alarms.tuning import effect

    good = samples.quality < BAD
    times = samples.times_us[good].astype(np.float64) / 1e6
    values = samples.values[good]
    if not len(times):
        return {"why": "no_samples"}
    old = {name: getattr(rule, name) for name in ("limit", "deadband", "on_delay_s", "off_delay_s")}
    in_use = {"old": rule.in_use, "new": new.get("in_use", rule.in_use)}
    before = _events(rule.kind, old, times, values) if in_use["old"] else []
    after = _events(rule.kind, {**old, **new}, times, values) if in_use["new"] else []
    found = effect(before, after, float(times[-1]))
    return {
        "before": found.activations_before,
        "after": found.activations_after,
        "standing_before_s": round(found.standing_before_s),
        "standing_after_s": round(found.standing_after_s),
        "added_delay_s": None if found.added_delay_s is None else round(found.added_delay_s, 1),
        "samples": len(times),
        "since": float(times[0]),
        "until": float(times[-1]),
        "partial": len(samples.tags) >= MOST_SAMPLES,
    }


def _events(kind: str, setting: Mapping[str, Any], times: Any, values: Any) -> list[Event]:
    if setting["limit"] is None:
        return []
    import numpy as np

    from anlan.engines.alarms.core import AlarmCore

    side = Side.HIGH if kind in _HIGH else Side.LOW
    rule = Rule(
        "tag",
        side,
        float(setting["limit"]),
        float(setting["deadband"]),
        float(setting["on_delay_s"]),
        float(setting["off_delay_s"]),
    )
    core = AlarmCore([rule])
    found = core.take(np.zeros(len(times), np.int32), times, values)
    return found + core.tick(float(times[-1]))
