"""How risk, state and due dates are shown: word, shape and tone in one place.

Risk is a number from 1 (most severe) to 4, 0 means not graded. The four colours serve risk
level, alarm priority, degree of overdue and installation level, nothing else. States are grey
(waiting), blue (in work), green (done) or an outline, never red or orange, always with an icon.
"""

import math
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from anlan.base.clock import SHANGHAI, due_day

Words = str | Promise

RISK_WORDS: dict[str, dict[int, Words]] = {
    "risk": {
        0: _("Not graded"),
        1: pgettext_lazy("risk", "Major"),
        2: pgettext_lazy("risk", "Considerable"),
        3: pgettext_lazy("risk", "General"),
        4: pgettext_lazy("risk", "Low"),
    },
    "installation": {
        0: _("Not graded"),
        1: pgettext_lazy("installation", "Level 1"),
        2: pgettext_lazy("installation", "Level 2"),
        3: pgettext_lazy("installation", "Level 3"),
        4: pgettext_lazy("installation", "Level 4"),
    },
    # The colours of a warning by name; they must not read like the level of a risk.
    "warning": {
        0: pgettext_lazy("warning", "None"),
        1: pgettext_lazy("warning", "Red"),
        2: pgettext_lazy("warning", "Orange"),
        3: pgettext_lazy("warning", "Yellow"),
        4: pgettext_lazy("warning", "Blue"),
    },
    "alarm": {
        0: pgettext_lazy("alarm priority", "None"),
        1: pgettext_lazy("alarm priority", "Critical"),
        2: pgettext_lazy("alarm priority", "High"),
        3: pgettext_lazy("alarm priority", "Medium"),
        4: pgettext_lazy("alarm priority", "Low"),
    },
}


@dataclass(frozen=True, slots=True)
class StateMark:
    """How one state looks. `tone` is idle, work, done or outline."""

    icon: str
    word: Words
    tone: str = "idle"


TONES = ("idle", "work", "done", "outline")

_states: dict[str, StateMark] = {
    "draft": StateMark("pencil", _("Draft")),
    "waiting": StateMark("hourglass", _("Waiting")),
    "queued": StateMark("hourglass", _("Queued")),
    "running": StateMark("loader-2", _("Running"), "work"),
    "in_work": StateMark("tool", _("In work"), "work"),
    "done": StateMark("circle-check", _("Done"), "done"),
    "failed": StateMark("circle-x", _("Failed")),
    "refused": StateMark("ban", pgettext_lazy("job", "Refused")),
    "faulty": StateMark("alert-triangle", pgettext_lazy("job", "Faults found"), "work"),
    "cancelled": StateMark("circle-minus", _("Cancelled")),
    "active": StateMark("circle-check", _("In force"), "done"),
    "valid": StateMark("circle-check", _("Valid"), "done"),
    "expired": StateMark("calendar-off", _("Expired")),
    "suspended": StateMark("player-pause", _("Suspended")),
    "closed": StateMark("lock", _("Closed"), "outline"),
    "locked": StateMark("lock", _("Locked"), "outline"),
    "missing": StateMark("circle-dashed", _("Missing data")),
}


def register_states(marks: dict[str, StateMark]) -> None:
    """Add the looks of a module's states. Raises ValueError for a tone that is not one of TONES."""
    for key, mark in marks.items():
        if mark.tone not in TONES:
            raise ValueError(f"state {key!r} has tone {mark.tone!r}, not one of {', '.join(TONES)}")
    _states.update(marks)


def state_mark(key: str) -> StateMark:
    """Return the look of a state; an unknown one shows its own name in grey."""
    return _states.get(key) or StateMark("circle-dashed", key.replace("_", " "))


def risk_word(level: int, kind: str = "risk") -> Words:
    """Return the word for a level of a kind (`risk`, `installation` or `warning`)."""
    return RISK_WORDS[kind].get(level, RISK_WORDS[kind][0])


@dataclass(frozen=True, slots=True)
class DueMark:
    """How a due date looks on a given moment. `tone` 1 overdue … 4 soon, 0 later."""

    tone: int
    icon: str
    text: str
    title: str


def due_mark(
    when: date | datetime, now: datetime, *, at_risk: bool = False, soon_for: int = 3
) -> DueMark:
    """Return the look of a due date or moment, seen at `now` (aware).

    A date is due until the end of that day in Asia/Shanghai; so is a moment at midnight, which
    belongs to the day that it ends. `at_risk` lifts today's yellow to
    orange: it is due today and something it needs is still missing. Beyond `soon_for` days the
    text is plain.
    """
    local = now.astimezone(SHANGHAI)
    exact = isinstance(when, datetime)
    moment = when.astimezone(SHANGHAI) if isinstance(when, datetime) else None
    day = due_day(moment) if moment else when
    ends_day = moment is not None and day < moment.date()
    hour = "24:00" if ends_day else moment.strftime("%H:%M") if moment else ""
    title = f"{day:%Y-%m-%d} {hour}".rstrip()
    days = (day - local.date()).days
    past = moment < local if moment else days < 0
    if past:
        since = (local.date() - (moment.date() if moment else day)).days
        return DueMark(1, "alert-circle", _late(moment, local, since), title)
    if days == 0:
        tone, icon = (2, "clock-exclamation") if at_risk else (3, "clock")
        if exact and moment and moment - local <= timedelta(hours=1):
            minutes = max(1, math.ceil((moment - local).total_seconds() / 60))
            left = ngettext("%(n)s minute left", "%(n)s minutes left", minutes) % {"n": minutes}
            return DueMark(2, "clock-exclamation", left, title)
        has_hour = moment is not None and not ends_day
        text = gettext("Today %(time)s") % {"time": hour} if has_hour else gettext("Today")
        return DueMark(tone, icon, text, title)
    text = ngettext("in %(n)s day", "in %(n)s days", days) % {"n": days}
    if days <= soon_for:
        return DueMark(4, "clock", text, title)
    if days > 60:
        text = day.strftime("%Y-%m-%d") if day.year != local.year else day.strftime("%m-%d")
    return DueMark(0, "calendar", text, title)


def by_then(moment: datetime | None) -> str:
    """Return a moment something is due by; the end of a day reads 24:00 of that day."""
    if moment is None:
        return ""
    day, local = due_day(moment), moment.astimezone(SHANGHAI)
    return f"{day:%Y-%m-%d} " + (f"{local:%H:%M}" if day == local.date() else "24:00")


def money(sum_: Decimal) -> str:
    """Return a sum in yuan with its thousands apart, and its fen where there are any."""
    return f"{sum_:,.2f}".removesuffix(".00")


def dotted(facts: Any) -> Any:
    """Return facts told as `A · B` so that no line begins or ends with a dot; markup as it is."""
    parts = conditional_escape(facts).split(" · ")
    if len(parts) < 2 or "<" in str(facts):
        return facts
    told = format_html_join(" ", "<span>{}</span>", ((SafeString(part),) for part in parts))
    return format_html('<span class="an-dots">{}</span>', told)


def percent(share: float | Decimal | None, digits: int = 1) -> str:
    """Return a share of one as text, the sign close to the number; a dash where there is none."""
    return "–" if share is None else f"{share * 100:.{digits}f}%"


def _late(moment: datetime | None, local: datetime, days: int) -> str:
    """Return by how much something is overdue, in the largest unit that fits."""
    if moment and days < 1:
        minutes = max(1, int((local - moment).total_seconds() // 60))
        if minutes < 60:
            return ngettext("%(n)s minute overdue", "%(n)s minutes overdue", minutes) % {
                "n": minutes
            }
        hours = minutes // 60
        return ngettext("%(n)s hour overdue", "%(n)s hours overdue", hours) % {"n": hours}
    days = max(days, 1)
    return ngettext("%(n)s day overdue", "%(n)s days overdue", days) % {"n": days}
