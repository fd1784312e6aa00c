"""An alarm as people read it: values, times, words."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from anlan.base.actors.actor import Actor
from anlan.base.actors.scope import Counting
from anlan.base.clock import SHANGHAI
from anlan.base.ui.marks import StateMark
from anlan.base.ui.people import Viewer
from anlan.engines.alarms import states
from anlan.modules.monitoring import policy
from anlan.modules.monitoring.choices import TIMED_KINDS, Happening, RuleKind, Shown
from anlan.modules.monitoring.models import AlarmEvent, AlarmRule, AlarmState
from anlan.modules.monitoring.queries import alarms as alarm_queries
from anlan.modules.monitoring.queries import overview

MARKS = {
    "alarms.A": StateMark("circle-check", pgettext_lazy("alarm", "Normal"), "done"),
    "alarms.B": StateMark("bell-ringing", pgettext_lazy("alarm", "Unacknowledged"), "outline"),
    "alarms.C": StateMark("bell", pgettext_lazy("alarm", "Acknowledged"), "work"),
    "alarms.D": StateMark("arrow-back-up", gettext_lazy("Returned, unacknowledged"), "outline"),
    "alarms.E": StateMark("lock", gettext_lazy("Latched, unacknowledged"), "outline"),
    "alarms.F": StateMark("lock", gettext_lazy("Latched, acknowledged"), "work"),
    "alarms.G": StateMark("bell-off", pgettext_lazy("alarm", "Shelved"), "idle"),
    "alarms.H": StateMark("bell-off", gettext_lazy("Suppressed by design"), "idle"),
    "alarms.I": StateMark("bell-off", pgettext_lazy("alarm", "Out of service"), "idle"),
}
MARKS["monitoring.silent"] = StateMark("plug-connected-x", gettext_lazy("No data"), "outline")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the operator's list."""

    state: AlarmState
    rule: AlarmRule
    name: str
    value: str
    limit: str
    since: dt.datetime
    at: str
    age: str
    old_s: int
    mark: str
    is_new: bool
    words: str
    may_acknowledge: bool


def number(value: float | None, decimals: int) -> str:
    """Return a value with its decimals; a dash for none."""
    return "—" if value is None else f"{value:,.{decimals}f}"


def with_unit(text: str, unit: str) -> str:
    """Return a value with its unit; none for a dash."""
    return f"{text} {unit}" if unit and text != "—" else text


def limit_words(rule: AlarmRule) -> str:
    """Return what the value crossed: "High 85"."""
    kind = RuleKind(rule.kind)
    if rule.limit is None:
        return str(kind.label)
    if kind in TIMED_KINDS:
        return f"{kind.label} {rule.limit:g} s"
    return f"{kind.label} {limit_number(rule)}"


def limit_number(rule: AlarmRule) -> str:
    """Return a rule's limit with as many decimals as it needs."""
    return trimmed(number(rule.limit, rule.point.decimals))


def trimmed(text: str) -> str:
    """Return a number without zeros at the end of its fraction."""
    return text.rstrip("0").rstrip(".") if "." in text else text


def moment_words(moment: dt.datetime, now: dt.datetime) -> str:
    """Return a moment in Asia/Shanghai: to the second today, with its day before that."""
    here = moment.astimezone(SHANGHAI)
    is_today = here.date() == now.astimezone(SHANGHAI).date()
    return f"{here:%H:%M:%S}" if is_today else f"{here:%m-%d %H:%M}"


def value_words(rule: AlarmRule, value: float | None) -> str:
    """Return a value of the rule's point with its unit."""
    return with_unit(number(value, rule.point.decimals), rule.point.unit)


def rows(actor: Actor, found: Sequence[AlarmState], now: dt.datetime) -> list[Row]:
    """Return the lines of a list; two statements however many they are."""
    said = alarm_queries.last_words(actor, [one.rule_id for one in found])
    return [_row(actor, one, said.get(one.rule_id), now) for one in found]


def _row(actor: Actor, state: AlarmState, said: AlarmEvent | None, now: dt.datetime) -> Row:
    rule = state.rule
    since = state.raised_at or state.updated_at
    waits = Shown(state.shown) in alarm_queries.UNACKNOWLEDGED
    is_current = said is not None and (state.raised_at is None or said.at >= state.raised_at)
    return Row(
        state=state,
        rule=rule,
        name=rule.point.short_name,
        value=value_words(rule, state.value),
        limit=limit_words(rule),
        since=since,
        at=moment_words(since, now),
        age=duration(max(0.0, (now - since).total_seconds())),
        old_s=overview.old_after(rule.point),
        mark=f"alarms.{state.shown}",
        is_new=waits,
        words=_said(said) if said is not None and (is_current or not waits) else "",
        may_acknowledge=waits
        and actor.may(policy.ALARM_ACKNOWLEDGE, rule.scope_path, rule.enterprise_id),
    )


def _said(event: AlarmEvent) -> str:
    what = event.comment or (f"{event.get_what_display()} {event.permit}".strip())
    return f"{event.by_name} {what}".strip()


@dataclass(frozen=True, slots=True)
class Back:
    """An alarm that came back to normal today: the last time, and how often it did."""

    event: AlarmEvent
    value: str
    n: int


def returned(events: Iterable[AlarmEvent], most: int) -> list[Back]:
    """Return the newest `most` alarms among events of coming back, one line an alarm."""
    found: dict[UUID, list[AlarmEvent]] = {}
    for one in events:
        found.setdefault(one.rule_id, []).append(one)
    return [
        Back(some[0], value_words(some[0].rule, some[0].value), len(some))
        for some in list(found.values())[:most]
    ]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an alarm's story."""

    at: dt.datetime
    icon: str
    title: str
    who: str
    note: str


_ICONS = {
    Happening.RAISED: "bell-ringing",
    Happening.CLEARED: "arrow-back-up",
    Happening.ACKNOWLEDGED: "check",
    Happening.NOTED: "pencil",
    Happening.ANNOUNCED_AGAIN: "bell-ringing",
    Happening.RESET: "lock",
}


def story(rule: AlarmRule, events: Iterable[AlarmEvent]) -> list[Line]:
    """Return the lines of a story."""
    found = []
    for one in events:
        note = one.comment
        if one.what in (Happening.RAISED, Happening.CLEARED):
            note = value_words(rule, one.value)
            if one.what == Happening.RAISED and one.announced_at is None:
                note = _("%(value)s, not announced") % {"value": note}
        elif one.permit:
            note = f"{one.permit} {one.comment}".strip()
        found.append(
            Line(
                one.at,
                _ICONS.get(Happening(one.what), "bell-off"),
                one.get_what_display(),
                one.by_name,
                note,
            )
        )
    return found


def facts(rule: AlarmRule) -> list[tuple[str, str]]:
    """Return what the rationalisation record says, in the order an operator asks."""
    response = rule.response_seconds
    return [
        (_("Possible causes"), rule.cause),
        (_("Consequence if ignored"), rule.consequence),
        (pgettext("alarms", "What to do"), rule.action),
        (_("Time available"), duration(response) if response else ""),
        (_("Basis of the limit"), rule.basis),
    ]


def duration(seconds: float) -> str:
    """Return a time span in its two largest units."""
    whole = int(seconds)
    if whole < 60:
        return _("%(n)s s") % {"n": whole}
    if whole < 3600:
        minutes, rest = divmod(whole, 60)
        if not rest or minutes >= 10:
            return _("%(n)s min") % {"n": minutes}
        return _("%(n)s min %(s)s s") % {"n": minutes, "s": f"{rest:02d}"}
    if whole < 86_400:
        hours, rest = divmod(whole, 3600)
        minutes = rest // 60
        return (
            _("%(n)s h %(m)s min") % {"n": hours, "m": minutes} if minutes
            else _("%(n)s h") % {"n": hours}
        )  # fmt: skip
    return _("%(n)s d") % {"n": whole // 86_400}


@dataclass(frozen=True, slots=True)
class Act:
    """Something that may be done to an alarm now."""

    key: str
    label: str
    icon: str
    is_main: bool = False


def acts(actor: Actor, rule: AlarmRule, state: AlarmState | None, is_asked: bool) -> list[Act]:
    """Return what this person may do to this alarm as it stands."""

    def may(permission: str) -> bool:
        return actor.may(permission, rule.scope_path, rule.enterprise_id)

    shown = Shown(state.shown) if state else Shown.NORMAL
    found: list[Act] = []
    if may(policy.ALARM_ACKNOWLEDGE):
        if shown in alarm_queries.UNACKNOWLEDGED:
            found.append(Act("acknowledge", _("Acknowledge"), "check", True))
        if shown == Shown.LATCHED_ACKNOWLEDGED:
            found.append(Act("reset", _("Reset alarm"), "lock", True))
        found.append(Act("note", _("Write a note"), "pencil"))
    if may(policy.ALARM_SHELVE):
        if is_asked:
            found.append(Act("confirm", _("Confirm shelving"), "bell-off"))
        elif shown == Shown.SHELVED:
            found.append(Act("unshelve", _("Take off the shelf"), "bell"))
        elif shown not in alarm_queries.MASKED:
            found.append(Act("shelve", pgettext("alarm act", "Shelve"), "bell-off"))
    if may(policy.ALARM_SERVICE):
        if shown == Shown.OUT_OF_SERVICE:
            found.append(Act("return", _("Return to service"), "bell"))
        else:
            found.append(Act("service", pgettext("alarm act", "Take out of service"), "bell-off"))
    return found


def shelf_times(rule: AlarmRule) -> list[tuple[int, str]]:
    """Return the times a shelf of this alarm may last, in seconds and in words."""
    longest = int(
        rule.alarm_class.longest_shelf
        if rule.alarm_class
        else states.AlarmClass().longest_shelf.total_seconds()
    )
    offered = [1800, 3600, 2 * 3600, 4 * 3600, 8 * 3600, 12 * 3600, 24 * 3600]
    return [(one, duration(one)) for one in offered if one <= longest] or [
        (longest, duration(longest))
    ]


def finding_start(rule: AlarmRule, state: AlarmState | None) -> dict[str, Any]:
    """Return what a finding made from this alarm begins with."""
    value = value_words(rule, state.value if state else None)
    title = f"{rule.point} {limit_words(rule)}"
    description = _("Alarm %(title)s, value %(value)s. %(cause)s") % {
        "title": title,
        "value": value,
        "cause": rule.cause,
    }
    return {"title": title[:200], "description": description.strip()}


def unit_of(value: str) -> UUID | None:
    """Return an id from the address; None for what is none."""
    try:
        return UUID(value)
    except ValueError:
        return None


def waiting(viewer: Viewer) -> Counting:
    """Count the alarms nobody has acknowledged, for the navigation."""
    return alarm_queries.counting_unacknowledged(cast(Actor, viewer))
