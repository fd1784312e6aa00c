"""When and how often things were entered: late, in a burst, again and again."""

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from anlan.engines.findings_text.similar import cluster, compare
from anlan.engines.honest_work.flags import Flag, Limits, default_limits


@dataclass(frozen=True, slots=True)
class Entry:
    """Something done at one time and entered at another; aware times.

    `entered_at` is when it was typed on the device, not when it reached the server: a phone
    without signal is not late.
    """

    id: str
    person: str
    occurred_at: datetime
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class WrittenFinding:
    """A finding as entered, for the search of padding."""

    id: str
    text: str
    reported_at: datetime
    person: str = ""


def late_entries(entries: Iterable[Entry], limits: Limits | None = None) -> list[Flag]:
    """Return flags for entries made long after, and for many typed at once."""
    bounds = limits or default_limits()
    flags: list[Flag] = []
    by_person: dict[str, list[Entry]] = {}
    for entry in entries:
        by_person.setdefault(entry.person, []).append(entry)
        hours = (entry.entered_at - entry.occurred_at).total_seconds() / 3600
        if hours > bounds.late_hours:
            flags.append(
                Flag(
                    "late_entry",
                    (entry.id,),
                    f"检查 {hours:.0f} 小时后才录入（界限 {bounds.late_hours:g} 小时）",
                    f"Entered {hours:.0f} h after the check (limit {bounds.late_hours:g} h)",
                    {"hours": hours},
                )
            )
    for person in sorted(by_person):
        flags += _bursts(sorted(by_person[person], key=lambda one: one.entered_at), bounds)
    return flags


def _bursts(typed: Sequence[Entry], bounds: Limits) -> list[Flag]:
    flags = []
    window = timedelta(minutes=bounds.late_burst_minutes)
    start = 0
    while start < len(typed):
        end = start
        while end < len(typed) and typed[end].entered_at - typed[start].entered_at <= window:
            end += 1
        burst = typed[start:end]
        times = [entry.occurred_at for entry in burst]
        hours = (max(times) - min(times)).total_seconds() / 3600
        if len(burst) >= bounds.late_burst and hours >= bounds.late_burst_spread_hours:
            flags.append(
                Flag(
                    "entered_at_once",
                    tuple(entry.id for entry in burst),
                    f"{bounds.late_burst_minutes:g} 分钟内录入 {len(burst)} 条，"
                    f"检查时间却跨越 {hours:.0f} 小时",
                    f"{len(burst)} entries within {bounds.late_burst_minutes:g} min for checks "
                    f"spread over {hours:.0f} h",
                    {"entries": len(burst), "hours": hours},
                )
            )
            start = end
        else:
            start += 1
    return flags


def outside_entry_late(
    finding_id: str, inspected_on: date, entered_on: date, limits: Limits | None = None
) -> Flag | None:
    """Return a flag where a finding of an outside inspection was entered after the limit.

    Calendar months: what was found on 31 January is due by the last day of February.
    """
    bounds = limits or default_limits()
    due = _months_later(inspected_on, int(bounds.outside_months))
    if entered_on <= due:
        return None
    days = (entered_on - due).days
    return Flag(
        "outside_entry_late",
        (finding_id,),
        f"外部检查（{inspected_on}）发现的隐患应于 {due} 前录入，晚了 {days} 天",
        f"Found by an outside inspection on {inspected_on}, due by {due}, entered {days} days late",
        {"days": days},
    )


def padded_findings(findings: Sequence[WrittenFinding], limits: Limits | None = None) -> list[Flag]:
    """Return flags for groups of findings that say the same within a short time.

    Give those of one enterprise (or one person). The reason names the shared words and how many
    of them differ in place: the same defect at ten flanges may be ten findings, ten times at one
    is one.
    """
    bounds = limits or default_limits()
    flags: list[Flag] = []
    span = timedelta(days=bounds.padding_days)
    for group in cluster([finding.text for finding in findings]):
        members = sorted((findings[i] for i in group.members), key=lambda one: one.reported_at)
        start = 0
        while start < len(members):
            near = [
                m for m in members[start:] if m.reported_at - members[start].reported_at <= span
            ]
            if len(near) >= bounds.padding_count:
                flags.append(_padding_flag(near, bounds))
                start += len(near)
            else:
                start += 1
    return flags


def _padding_flag(near: Sequence[WrittenFinding], bounds: Limits) -> Flag:
    first = near[0]
    comparisons = [compare(first.text, other.text) for other in near[1:]]
    elsewhere = sum(not one.same_place for one in comparisons)
    score = sum(one.score for one in comparisons) / len(comparisons)
    shared = "、".join(comparisons[0].shared) or first.text
    place_zh = f"其中 {elsewhere} 条地点或位号不同" if elsewhere else "地点也看不出不同"
    place_en = f"{elsewhere} of them name another place" if elsewhere else "no place differs"
    return Flag(
        "padding",
        tuple(finding.id for finding in near),
        f"{bounds.padding_days:g} 天内 {len(near)} 条隐患内容相近（{shared}，"
        f"相似度 {score:.2f}），{place_zh}",
        f"{len(near)} findings within {bounds.padding_days:g} days say the same ({shared}, "
        f"similarity {score:.2f}); {place_en}",
        {"findings": len(near), "score": round(score, 3), "elsewhere": elsewhere},
    )


def _months_later(day: date, months: int) -> date:
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
