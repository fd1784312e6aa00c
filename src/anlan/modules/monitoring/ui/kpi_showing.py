"""Figures of alarm load as cards, bars and drawings; sizes are those of SVG."""

import datetime as dt
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anlan.base.clock import SHANGHAI
from anlan.base.ui.marks import percent
from anlan.engines.alarms import overview
from anlan.engines.alarms.kpi import BIN, Announced
from anlan.modules.monitoring import rules_kpi
from anlan.modules.monitoring.models import AlarmRule
from anlan.modules.monitoring.queries.alarm_kpi import Actor10, Period
from anlan.modules.monitoring.ui.alarms_showing import duration

DAY = 86_400.0
# Where a verdict "near" ends and "missed" begins is the action limit of the targets.
_SPLIT = {1: 0.01, 2: 0.05, 3: 0.15, 4: 0.80}


@dataclass(frozen=True, slots=True)
class Card:
    """One figure beside its target; `verdict` is met, near or missed."""

    label: str
    value: str
    unit: str
    target: str
    verdict: str
    trend: tuple[float, ...] = ()


class Address:
    """Builds addresses of the page that keep what is not changed."""

    do_not_call_in_templates = True

    def __init__(self, enterprise: UUID, given: Mapping[str, str]) -> None:
        self._given = {
            key: given[key]
            for key in ("enterprise", "days", "until", "unit", "positions", "day")
            if given.get(key)
        }

    def __call__(self, **changes: Any) -> str:
        values = {key: value for key, value in (self._given | changes).items() if value}
        return f"?{urlencode(values)}" if values else "?"

    def days(self) -> list[tuple[int, str]]:
        """Return the addresses of the spans."""
        return [(n, self(days=n, day="")) for n in (7, 30, 90)]

    def positions(self) -> list[tuple[int, str]]:
        """Return the addresses for numbers of operator positions."""
        return [(n, self(positions=n)) for n in range(1, 7)]

    def all_units(self) -> str:
        """Return the address without a unit."""
        return self(unit="")

    def of_day(self, day: dt.date) -> str:
        """Return the address that draws a day."""
        return self(day=day.isoformat())


def cards(found: Mapping[str, Any], rows: Sequence[Announced], period: Period) -> list[Card]:
    """Return the six figures that are looked at first."""
    per_day = _per_day(rows, period)
    share = rules_kpi.targets()["share_of_top_ten"].target
    split = {int(key): value for key, value in found["priorities"].items()}
    levels = [level for level in (1, 2, 3, 4) if split.get(level) or level > 1]
    return [
        Card(
            _("Average rate"),
            f"{found['per_10_min']:.2f}",
            _("per 10 min"),
            _("Target ≤ 1, limit 2"),
            _verdict("per_10_min", found["per_10_min"]),
            per_day,
        ),
        Card(
            _("Peak"),
            str(found["busiest_10_min"]),
            _("in 10 min"),
            _("Target ≤ 10"),
            _verdict("busiest_10_min", found["busiest_10_min"]),
            _peaks(rows, period),
        ),
        Card(
            _("Time in flood"),
            f"{found['share_of_time_in_flood'] * 100:.2f}",
            "%",
            _("Target ≤ 1%"),
            _verdict("share_of_time_in_flood", found["share_of_time_in_flood"]),
        ),
        Card(
            _("Top ten"),
            f"{found['share_of_top_ten'] * 100:.1f}",
            "%",
            _("Target ≤ %(share)s%%") % {"share": f"{share * 100:g}"},
            _verdict("share_of_top_ten", found["share_of_top_ten"]),
        ),
        Card(
            _("Standing over 24 h"),
            str(len(found["stale"])),
            pgettext("alarms", "alarms"),
            _("Target < 5"),
            "met" if len(found["stale"]) < rules_kpi.targets()["stale"].target else "missed",
        ),
        Card(
            _("Priorities"),
            " / ".join(f"{split.get(level, 0) * 100:.0f}" for level in levels),
            "",
            _("Target %(split)s")
            % {"split": " / ".join("<1" if n == 1 else f"{_SPLIT[n] * 100:g}" for n in levels)},
            "met" if all(abs(split.get(n, 0) - _SPLIT[n]) <= 0.05 for n in (2, 3, 4)) else "missed",
        ),
    ]


def _verdict(key: str, value: float) -> str:
    target = rules_kpi.targets()[key]
    if value <= target.target:
        return "met"
    return "near" if value <= target.action else "missed"


def _per_day(rows: Sequence[Announced], period: Period) -> tuple[float, ...]:
    start = period.start.timestamp()
    n = max(1, round((period.end.timestamp() - start) / DAY))
    counts = Counter(min(n - 1, int((row.start - start) // DAY)) for row in rows)
    return tuple(float(counts.get(day, 0)) for day in range(n))


def _peaks(rows: Sequence[Announced], period: Period) -> tuple[float, ...]:
    """Return the busiest ten minutes of each day, an operator position's share of it."""
    start = period.start.timestamp()
    n = max(1, round((period.end.timestamp() - start) / DAY))
    most = [0.0] * n
    for ten, count in Counter(int((row.start - start) // BIN) for row in rows).items():
        day = min(n - 1, int(ten * BIN // DAY))
        most[day] = max(most[day], count / period.positions)
    return tuple(most)


def span(period: Period) -> str:
    """Return the days of a period: 2026-10-24 – 2026-11-23."""
    first, last = (
        moment.astimezone(SHANGHAI).date()
        for moment in (period.start, period.end - dt.timedelta(seconds=1))
    )
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def definitions(used: Mapping[str, float]) -> list[tuple[str, str]]:
    """Return what the standards leave open, as it is used here."""
    return [
        (
            _("Chattering"),
            _("%(n)s activations of one alarm within %(s)s s")
            % {"n": used["chatter_n"], "s": f"{used['chatter_s']:g}"},
        ),
        (
            _("Fleeting"),
            _("active for less than %(s)s s, not raised again within %(again)s s")
            % {"s": f"{used['fleeting_s']:g}", "again": f"{used['chatter_s']:g}"},
        ),
        (
            _("Flood"),
            _("begins with more than %(n)s alarms in 10 min, ends below %(end)s in 10 min")
            % {"n": used["flood_n"], "end": used["flood_end_n"]},
        ),
        (
            pgettext("alarms", "Standing"),
            _("active for %(h)s h") % {"h": f"{used['stale_s'] / 3600:g}"},
        ),
        (_("Counted"), _("what was announced; ten minutes without an alarm count too")),
    ]


def busiest_day(rows: Sequence[Announced], asked: dt.date | None) -> dt.date | None:
    """Return the day to draw: the one asked for, else the one of the busiest ten minutes."""
    if asked is not None or not rows:
        return asked
    tens = Counter(row.start // BIN for row in rows)
    busiest = max(tens, key=lambda ten: (tens[ten], ten))
    return dt.datetime.fromtimestamp(busiest * BIN, SHANGHAI).date()


@dataclass(frozen=True, slots=True)
class Cell:
    """One ten minutes of one alarm: place, and darkness 1 to 4."""

    x: float
    shade: int
    title: str


@dataclass(frozen=True, slots=True)
class Plot:
    """The high-density plot of a day."""

    day: dt.date
    before: dt.date
    after: dt.date
    height: int
    rows: list[tuple[int, str, str, list[Cell]]]
    totals: list[tuple[float, float, float, bool]]
    hours: list[tuple[float, str]]
    flood_y: float
    peak: str


LEFT, WIDTH, ROW, HEAD = 206.0, 936.0, 18, 56
_STEP = WIDTH / 144


def plot(
    rows: Sequence[Announced], rules: Mapping[str, AlarmRule], day: dt.date | None
) -> Plot | None:
    """Return the drawing of a day in Shanghai: its 14 most frequent alarms by ten minutes."""
    if day is None:
        return None
    start = dt.datetime.combine(day, dt.time(0), SHANGHAI).timestamp()
    drawn = overview.density(rows, start, start + DAY, top=14)
    totals = Counter(
        int((row.start - start) // BIN) for row in rows if 0 <= row.start - start < DAY
    )
    top = max(20, max(totals.values(), default=0))
    lines = []
    for place, name in enumerate(drawn.alarms):
        rule = rules.get(name)
        cells = [
            Cell(LEFT + column * _STEP, min(4, int(n)), f"{_clock(column)} · {n}")
            for column, n in enumerate(drawn.counts[place].tolist())
            if n
        ]
        text = f"{rule.point.tag} {rule.kind} {rule.point.name}" if rule else name
        lines.append((HEAD + place * ROW, _fitting(text), text, cells))
    bars = [
        (LEFT + column * _STEP, 44 - 40 * n / top, 40 * n / top, n > 10)
        for column, n in sorted(totals.items())
    ]
    busiest = max(totals, key=lambda column: totals[column], default=None)
    return Plot(
        day,
        day - dt.timedelta(days=1),
        day + dt.timedelta(days=1),
        HEAD + len(lines) * ROW + 22,
        lines,
        bars,
        [(LEFT + hour * 6 * _STEP, f"{hour:02d}:00") for hour in range(0, 25, 2)],
        44 - 40 * 10 / top,
        ""
        if busiest is None
        else _("%(time)s peak %(n)s") % {"time": _clock(busiest), "n": totals[busiest]},
    )


def _fitting(text: str) -> str:
    """Return a label cut to the room beside the plot; a Chinese sign is as wide as two others."""
    room = 30
    for place, sign in enumerate(text):
        room -= 1 + (sign > "\u2e80")
        if room < 0:
            return f"{text[:place].rstrip()}…"
    return text


def _clock(column: int) -> str:
    return f"{column // 6:02d}:{column % 6}0"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bad actor's line; widths in hundredths.

    `after` are the activations of the period that the proposal leaves: counted where the journal
    tells it, else in the proportion that was measured on stored values (`is_about`). `request` is
    the query that fills the form of a change.
    """

    one: Actor10
    share: str
    cumulated: str
    width: float
    left: float
    after: int
    is_about: bool
    kind: str
    words: str
    cost: str
    basis: str
    request: str


def bars(worst: Sequence[Actor10], total: int) -> list[Bar]:
    """Return the lines of the pareto."""
    most = max((one.of.n for one in worst), default=1)
    found = []
    for one in worst:
        after = after_of(one)
        words = _words(one)
        found.append(
            Bar(
                one,
                percent(one.of.share),
                percent(one.of.cumulated),
                100 * one.of.n / most,
                100 * after / most,
                after,
                one.proposal is not None and one.seen is not None,
                _kind(one),
                words,
                _cost(one.proposal),
                _basis(one),
                _request(one, words),
            )
        )
    return found


def after_of(one: Actor10) -> int:
    """Return how many activations of the period the proposal leaves, rounded up."""
    if one.proposal is None:
        return one.of.n
    if one.seen is None:
        return one.proposal.after
    return math.ceil(one.of.n * one.proposal.after / one.proposal.before)


def _kind(one: Actor10) -> str:
    if one.of.chatters:
        return _("Chattering")
    return _("Fleeting") if one.of.fleets else pgettext("alarms", "Real")


def _words(one: Actor10) -> str:
    proposed = one.proposal
    if proposed is None:
        if one.is_gas or one.rule.safety_related:
            return _("Keep: a safety alarm gets no delay")
        return _("Keep: look at the process")
    rule = one.rule
    parts = []
    if proposed.deadband is not None and proposed.deadband != rule.deadband:
        values = {"old": f"{rule.deadband:g}", "new": f"{proposed.deadband:g}"}
        parts.append((_("Deadband %(old)s → %(new)s") % values + f" {rule.point.unit}").rstrip())
    if proposed.on_delay_s != rule.on_delay_s:
        parts.append(
            _("On-delay %(old)s → %(new)s s")
            % {"old": f"{rule.on_delay_s:g}", "new": f"{proposed.on_delay_s:g}"}
        )
    if proposed.off_delay_s != rule.off_delay_s:
        parts.append(
            _("Off-delay %(old)s → %(new)s s")
            % {"old": f"{rule.off_delay_s:g}", "new": f"{proposed.off_delay_s:g}"}
        )
    return pgettext("list", "; ").join(parts)


def _cost(proposed: rules_kpi.Proposal | None) -> str:
    if proposed is None:
        return ""
    parts = [
        _("%(time)s later at most") % {"time": duration(proposed.added_s)}
        if proposed.added_s >= 1
        else _("no later")
    ]
    if proposed.added_s >= 1 and proposed.median_added_s is not None:
        parts.append(_("usually %(time)s") % {"time": duration(proposed.median_added_s)})
    if proposed.missed:
        values = {"n": proposed.missed, "time": duration(proposed.most_missed_s)}
        parts.append(_("%(n)s short ones not announced, the longest %(time)s") % values)
    return pgettext("list", "; ").join(parts)


def _basis(one: Actor10) -> str:
    if one.seen is None:
        return _("from the journal")
    values = {"n": f"{one.seen.samples:,}", "days": f"{one.seen.seconds / DAY:.1f}"}
    if one.proposal is None:
        return _("no better setting on %(n)s values of %(days)s days") % values
    values |= {"before": str(one.proposal.before), "after": str(one.proposal.after)}
    return _("%(before)s → %(after)s on %(n)s values of %(days)s days") % values


def _request(one: Actor10, words: str) -> str:
    proposed = one.proposal
    if proposed is None:
        return ""
    deadband = one.rule.deadband if proposed.deadband is None else proposed.deadband
    reason = _("Alarm load: %(n)s times in the period. %(words)s: %(basis)s; first alarm %(cost)s.")
    return urlencode(
        {
            "deadband": f"{deadband:g}",
            "on_delay_s": f"{proposed.on_delay_s:g}",
            "off_delay_s": f"{proposed.off_delay_s:g}",
            "reason": reason
            % {"n": one.of.n, "words": words, "basis": _basis(one), "cost": _cost(proposed)},
        }
    )


def gain(
    worst: Sequence[Actor10], found: Mapping[str, Any], period: Period
) -> dict[str, Any] | None:
    """Return what all proposals together would leave; None where there is none."""
    helped = [one for one in worst if one.proposal is not None]
    if not helped:
        return None
    before = int(found["activations"])
    after = before - sum(one.of.n - after_of(one) for one in helped)
    tens = float(found["hours"]) * 6 * period.positions
    return {
        "n": len(helped),
        "before": f"{before:,}",
        "after": f"{after:,}",
        "rate_before": f"{before / tens:.2f}",
        "rate_after": f"{after / tens:.2f}",
    }
