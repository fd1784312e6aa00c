"""Papers of monitoring: the monthly report of alarm load, as Word."""

import datetime as dt
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from anlan.base.actors.actor import Actor
from anlan.base.clock import now
from anlan.base.papers import Paper, declare
from anlan.modules.monitoring.queries import alarm_floods, alarm_kpi
from anlan.modules.monitoring.ui import kpi_showing
from anlan.modules.registry.models import Enterprise


def _month(actor: Actor, row: Enterprise) -> dict[str, Any]:
    end = now()
    period = alarm_kpi.Period(row.pk, end - dt.timedelta(days=30), end)
    rows = alarm_kpi.announced(actor, period)
    rules = alarm_kpi.rules_of(actor, rows)
    found = alarm_kpi.load(rows, period)
    worst = kpi_showing.bars(alarm_kpi.worst(rows, rules), found["activations"])
    gained = kpi_showing.gain([bar.one for bar in worst], found, period)
    counted = kpi_showing.definitions(found["definitions"])
    return {
        "facts": [
            [_("Enterprise"), row.name],
            [_("Period"), f"{period.start:%Y-%m-%d} – {period.end:%Y-%m-%d}"],
            [_("Alarms announced"), str(found["activations"])],
            *(
                [card.label, f"{card.value} {card.unit} ({card.target})"]
                for card in kpi_showing.cards(found, rows, period)
            ),
            [_("Floods"), str(len(found["floods"]))],
        ],
        "head": [_("Alarm"), pgettext("alarms", "Times"), _("Running total"), _("Proposed change")],
        "tables": [
            {
                "title": _("Top ten and what would help"),
                "rows": [
                    [str(bar.one.rule), str(bar.one.of.n), bar.cumulated, bar.words]
                    for bar in worst
                ],
            },
            {
                "title": _("Floods"),
                "rows": [
                    [f"{one.at:%Y-%m-%d %H:%M}", str(one.n), _flood(one), one.first]
                    for one in alarm_floods.floods_seen(actor, period, rows, rules)
                ],
            },
        ],
        "texts": [
            [
                _("What the changes would do"),
                ""
                if gained is None
                else _("%(before)s alarms would have been %(after)s.")
                % {"before": gained["before"], "after": gained["after"]},
            ],
            [
                _("How it is counted"),
                "\n".join(f"{label}: {text}" for label, text in counted),
            ],
        ],
        "signatures": [_("Prepared by"), _("Reviewed by"), _("Approved by")],
        "date": _("Date"),
        "none": pgettext("report", "None"),
    }


def _flood(one: alarm_floods.FloodSeen) -> str:
    return one.name.known.name if one.name and one.name.is_sure else pgettext("flood", "unknown")


ALARM_MONTH = declare(
    Paper(
        name="monitoring.alarm_month",
        title=gettext_lazy("Monthly report of alarm load"),
        model=Enterprise,
        context=_month,
        templates={"docx": Path(__file__).parent / "report.docx"},
        file_name=lambda row: f"{_('Monthly report of alarm load')}-{row.name}",
    )
)
