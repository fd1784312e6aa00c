"""The way of a warning, as a row of steps: opened, acknowledged, reported, cleared."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anlan.base.clock import SHANGHAI
from anlan.modules.warnings.models import EarlyWarning
from anlan.modules.warnings.states import WarningState

ORDER = (WarningState.OPEN, WarningState.ACKNOWLEDGED, WarningState.REPORTED, WarningState.CLEARED)


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `title` tells what was done, or what is to be done; `state` is done, current or
    empty; `due` by when it is to be done."""

    title: str
    state: str
    note: str
    due: dt.datetime | None


def of(row: EarlyWarning) -> list[Step]:
    """Return the steps of a warning. One that rose again is to be acknowledged anew; what was
    said to the former colour stays in its place."""
    reached = ORDER.index(WarningState(row.state))
    is_new = row.state == WarningState.OPEN
    told = (
        (_("Opened"), "", row.opened_at, None, None),
        (
            pgettext("early warning", "Acknowledged"),
            pgettext("step of a warning", "Acknowledge"),
            None if is_new else row.acknowledged_at,
            row.acknowledged_by,
            row.acknowledge_by,
        ),
        (
            pgettext("early warning", "Reported"),
            pgettext("step of a warning", "Report"),
            row.reported_at if row.state not in ORDER[:2] else None,
            row.reported_by,
            row.report_by,
        ),
        (
            pgettext("early warning", "Cleared"),
            pgettext("step of a warning", "Clear"),
            row.cleared_at,
            row.cleared_by,
            row.clear_by,
        ),
    )
    made = []
    for n, (done, ahead, at, by, due) in enumerate(told):
        is_done = n <= reached
        state = "done" if is_done else "current" if n == reached + 1 else ""
        note = _note(at, by) if is_done else ""
        made.append(Step(done if is_done else ahead, state, note, None if is_done else due))
    return made


def _note(at: dt.datetime | None, by: Any) -> str:
    when = f"{at.astimezone(SHANGHAI):%m-%d %H:%M}" if at else ""
    return f"{when} {by or ''}".strip()
