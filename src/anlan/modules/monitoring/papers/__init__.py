"""Papers of monitoring: the report of alarm load over a month or another period, as Word."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from anlan.base.actors.actor import Actor
from anlan.base.clock import SHANGHAI, day_of, now
from anlan.base.duties.models import Plan
from anlan.base.papers import Paper, declare
from anlan.engines.alarms.kpi import Announced
from anlan.modules.monitoring.models import AlarmRule, LimitChange
from anlan.modules.monitoring.queries import alarm_floods, alarm_kpi
from anlan.modules.monitoring.services.alarms_tasks import KIND
from anlan.modules.monitoring.ui import kpi_showing
from anlan.modules.registry.models import Enterprise

MOST = 40


def _last_30_days(actor: Actor, row: Enterprise) -> dict[str, Any]:
    end = now()
    return load_report(actor, row, alarm_kpi.Period(row.pk, end - dt.timedelta(days=30), end))


def load_report(actor: Actor, row: Enterprise, period: alarm_kpi.Period) -> dict[str, Any]:
    """Return what the report of a period says: figures beside targets and the period before,
    what makes the load, floods, what was changed and set as a task."""
    rows = alarm_kpi.announced(actor, period)
    rules = alarm_kpi.rules_of(actor, rows)
    found = alarm_kpi.load(rows, period)
    worst = kpi_showing.bars(alarm_kpi.worst(rows, rules), found["activations"])
    gained = kpi_showing.gain([bar.one for bar in worst], found, period)
    counted = kpi_showing.definitions(found["definitions"])
    return {
        "facts": [
            [_("Enterprise"), row.name],
            [_("Period"), kpi_showing.span(period)],
            *_figures(actor, found, rows, period),
        ],
        "tables": [
            {
                "title": _("Top ten and what would help"),
                "head": [
                    _("Alarm"), pgettext("alarms", "Times"), _("After the change"),
                    _("Proposed change"),
                ],
                "rows": [
                    [
                        f"{bar.one.rule} {bar.one.rule.point.name}",
                        f"{bar.one.of.n:,} ({bar.share})",
                        f"{bar.after:,}" if bar.one.proposal else "–",
                        pgettext("list", "; ").join(filter(None, (bar.words, bar.cost))),
                    ]
                    for bar in worst
                ],
            },
            {
                "title": _("Floods"),
                "head": [
                    pgettext("flood", "Began"), _("Alarms"), pgettext("flood", "What it was"),
                    pgettext("flood", "First"),
                ],
                "rows": [
                    [_time(one.at), str(one.n), _flood(one), one.first]
                    for one in alarm_floods.floods_seen(actor, period, rows, rules)[:MOST]
                ],
            },
            _changes(actor, period),
            _tasks(actor, period),
        ],
        "texts": [
            [
                _("What the changes would do"),
                pgettext("report", "None")
                if gained is None
                else _("%(before)s alarms would have been %(after)s.")
                % {"before": gained["before"], "after": gained["after"]},
            ],
            [
                _("How it is counted"),
                "\n".join(_(": ").join((str(label), str(text))) for label, text in counted),
            ],
        ],
        "signatures": [_("Prepared by"), _("Reviewed by"), _("Approved by")],
        "date": _("Date"),
        "no_rows": pgettext("report", "None"),
    }  # fmt: skip


def _figures(
    actor: Actor, found: dict[str, Any], rows: Sequence[Announced], period: alarm_kpi.Period
) -> list[list[str]]:
    length = period.end - period.start
    earlier = replace(period, start=period.start - length, end=period.start)
    rows_before = alarm_kpi.announced(actor, earlier)
    before = alarm_kpi.load(rows_before, earlier)
    verdicts = {
        "met": pgettext("target", "met"),
        "near": pgettext("target", "near"),
        "missed": pgettext("target", "missed"),
    }
    told = [
        [
            _("Alarms announced"),
            _before(f"{found['activations']:,}", f"{before['activations']:,}", rows_before),
        ]
    ]
    cards = kpi_showing.cards(found, rows, period)
    for card, old in zip(cards, kpi_showing.cards(before, rows_before, earlier), strict=True):
        now_is = f"{card.value} {card.unit} ({card.target}, {verdicts[card.verdict]})"
        told.append([card.label, _before(now_is, old.value, rows_before)])
    n, n_before = (str(len(one["floods"])) for one in (found, before))
    told.append([_("Floods"), _before(n, n_before, rows_before)])
    return told


def _before(value: str, old: str, rows: Sequence[Announced]) -> str:
    """Return a figure with that of the period before, where anything was announced in it."""
    if not rows:
        return value
    return _("%(value)s; period before %(old)s") % {"value": value, "old": old}


def _changes(actor: Actor, period: alarm_kpi.Period) -> dict[str, Any]:
    found = LimitChange.objects.for_actor(actor).filter(
        enterprise=period.enterprise, created_at__gte=period.start, created_at__lt=period.end
    )
    if period.unit:
        found = found.filter(rule__point__installation=period.unit)
    return {
        "title": _("Changes of alarm settings in the period"),
        "head": [_("Alarm"), _("Asked for on"), _("State"), _("What changes")],
        "rows": [
            [
                f"{one.rule} {one.rule.point.name}",
                str(day_of(one.created_at)),
                str(one.get_state_display()),
                _changed(one),
            ]
            for one in found.select_related("rule__point").order_by("created_at")[:MOST]
        ],
    }


def _changed(one: LimitChange) -> str:
    parts = []
    for name, value in one.new.items():
        label = str(AlarmRule._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        old = one.old.get(name)
        parts.append(f"{label} {'–' if old is None else f'{old:g}'} → {value:g}"
                     if is_number and isinstance(old, int | float | None) else label)  # fmt: skip
    return pgettext("list", "; ").join(parts)


def _tasks(actor: Actor, period: alarm_kpi.Period) -> dict[str, Any]:
    first, last = day_of(period.start), day_of(period.end - dt.timedelta(seconds=1))
    found = Plan.objects.for_actor(actor).filter(
        enterprise=period.enterprise, kind=KIND, starts_on__gte=first, starts_on__lte=last
    )
    return {
        "title": _("Improvements set as tasks in the period"),
        "head": [_("Task"), _("Set on"), _("To be done by"), _("By whom")],
        "rows": [
            [one.title, str(one.starts_on), str(one.ends_on or "–"), str(one.get_role_display())]
            for one in found.order_by("starts_on", "title")[:MOST]
        ],
    }


def _time(moment: dt.datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _flood(one: alarm_floods.FloodSeen) -> str:
    return one.name.known.name if one.name and one.name.is_sure else pgettext("flood", "unknown")


ALARM_MONTH = declare(
    Paper(
        name="monitoring.alarm_month",
        title=gettext_lazy("Monthly report of alarm load"),
        model=Enterprise,
        context=_last_30_days,
        templates={"docx": Path(__file__).parent / "report.docx"},
        file_name=lambda row: f"{_('Monthly report of alarm load')}-{row.name}",
    )
)


def of_period(period: alarm_kpi.Period, *, is_month: bool) -> Paper:
    """Return the paper about a period of its own; not declared, for a view to render."""
    title = ALARM_MONTH.title if is_month else gettext_lazy("Report of alarm load")
    return replace(ALARM_MONTH, title=title, context=partial(_of_period, period))


def _of_period(period: alarm_kpi.Period, actor: Actor, row: Enterprise) -> dict[str, Any]:
    return load_report(actor, row, period)
