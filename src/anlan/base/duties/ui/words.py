"""Duties in words."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, npgettext

from anlan.base.actors.roles import Role
from anlan.base.clock import SHANGHAI
from anlan.base.duties import kinds, ladder
from anlan.base.duties.models import Instance, Plan

_EVERY = {
    "hour": gettext_lazy("every %(n)s h"),
    "shift": gettext_lazy("every %(n)s shifts"),
    "day": gettext_lazy("every %(n)s days"),
    "week": gettext_lazy("every %(n)s weeks"),
    "month": gettext_lazy("every %(n)s months"),
    "quarter": gettext_lazy("every %(n)s quarters"),
    "half_year": gettext_lazy("every %(n)s half-years"),
    "year": gettext_lazy("every %(n)s years"),
}
_ONCE = {
    "hour": gettext_lazy("every hour"),
    "shift": gettext_lazy("every shift"),
    "day": gettext_lazy("every day"),
    "week": gettext_lazy("every week"),
    "month": gettext_lazy("every month"),
    "quarter": gettext_lazy("every quarter"),
    "half_year": gettext_lazy("every half-year"),
    "year": gettext_lazy("every year"),
}
_CONDITIONS: dict[str, Any] = {
    "overdue": gettext_lazy("overdue for at least"),
    "responsible_overdue": gettext_lazy("task of a responsible person overdue for at least"),
    "days_left_general": gettext_lazy("general finding due within"),
    "days_left_major": gettext_lazy("major finding due within"),
    "overdue_major": gettext_lazy("major finding overdue for at least"),
    "fell": gettext_lazy("score fell by"),
    "band_fair": gettext_lazy("band “medium” for"),
    "band_poor_or_veto": gettext_lazy("band “poor” or veto for"),
}
_UNITS: dict[str, Callable[[int], str]] = {
    "period": lambda n: npgettext("limit", "period", "periods", n),
    "day": lambda n: npgettext("limit", "day", "days", n),
    "week": lambda n: npgettext("limit", "week", "weeks", n),
    "point": lambda n: npgettext("limit", "point", "points", n),
}


def often(n: int, unit: str) -> str:
    """Return how often something recurs: `every 6 months`; an unknown unit stands for itself."""
    words = _ONCE if n == 1 else _EVERY
    return str(words.get(unit, unit)) % {"n": n}


def cycle(plan: Plan) -> str:
    """Return how often: `every 2 h, 08:00–20:00`."""
    text = often(plan.cycle_n, plan.cycle_unit)
    if plan.time_from != plan.time_to:
        text += (
            f"，{plan.time_from:%H:%M}–{plan.time_to:%H:%M}"
            if _is_chinese()
            else (f", {plan.time_from:%H:%M}–{plan.time_to:%H:%M}")
        )
    return text


def _is_chinese() -> bool:
    from django.utils.translation import get_language

    return (get_language() or "").startswith("zh")


def whose(row: Plan | Instance) -> str:
    """Return whose it is: the person, else role and department."""
    if row.assignee is not None:
        return str(row.assignee)
    role = Role(row.role).label if row.role in Role.values else ""
    name = row.organisation.short_name or row.organisation.name
    return f"{name} · {role}" if role else name


def window(row: Instance) -> str:
    """Return a window: hours within a day, else days."""
    opens, due = row.opens_at.astimezone(SHANGHAI), row.due_at.astimezone(SHANGHAI)
    last = due - dt.timedelta(microseconds=1)
    if opens.date() == last.date():
        if opens.time() == dt.time(0) and due.time() == dt.time(0):
            return f"{opens:%m-%d}"
        end = "24:00" if due.time() == dt.time(0) else f"{due:%H:%M}"
        return f"{opens:%m-%d %H:%M}–{end}"
    if due.time() == opens.time() == dt.time(0):
        return f"{opens:%m-%d} – {last:%m-%d}"
    until = f"{last:%m-%d} 24:00" if due.time() == dt.time(0) else f"{due:%m-%d %H:%M}"
    return f"{opens:%m-%d %H:%M} – {until}"


def context(row: Instance, missed: int = 1) -> str:
    """Return place and window, and how often it was missed when more than once."""
    text = f"{row.plan.place_text or row.organisation.name} · {window(row)}"
    if missed > 1:
        text += " · " + _("missed %(n)s times") % {"n": missed}
    return text


def url_of(row: Instance | Plan) -> str:
    """Return where a duty is carried out, "" for on the list itself."""
    plan = row.plan if isinstance(row, Instance) else row
    if plan.subject_id is None:
        return ""
    return kinds.kind_of(plan.kind).url_of(plan.subject_id)


def folded(rows: Iterable[Instance]) -> tuple[list[Instance], dict[UUID, int]]:
    """Return the latest instance of each plan, and how many of it there were.

    A check every two hours that nobody did for days is one thing to see to, not thirty.
    """
    latest: dict[UUID, Instance] = {}
    counts: dict[UUID, int] = {}
    for row in rows:
        counts[row.plan_id] = counts.get(row.plan_id, 0) + 1
        latest[row.plan_id] = max(latest.get(row.plan_id, row), row, key=lambda one: one.due_at)
    return list(latest.values()), counts


def recipient(key: str) -> str:
    """Return the words for a recipient of the ladder."""
    return str(ladder.recipient_words().get(key, key))


def recipients(keys: list[str]) -> str:
    """Return the words for recipients."""
    return _(", ").join(recipient(key) for key in keys)


def unit_of(rung: ladder.Rung) -> str:
    """Return what the limit of a rung counts, "" for a share."""
    unit = _UNITS.get(rung.unit)
    return unit(2) if unit else ""


def condition(rung: ladder.Rung) -> str:
    """Return when a rung is reached, in words."""
    limit = rung.threshold.normalize()
    if rung.condition == ladder.SOON:
        return _("less than %(share)s%% of the window left") % {
            "share": f"{(limit * 100).normalize():f}"
        }
    if rung.condition == ladder.OVERDUE and not limit:
        return _("overdue")
    if rung.condition == "overdue_major" and not limit:
        return _("major finding overdue")
    words = str(_CONDITIONS.get(rung.condition, rung.condition))
    unit = _UNITS.get(rung.unit)
    return f"{words} {limit:f} {unit(int(limit)) if unit else ''}".strip()
