"""The journal of alarms as a list."""

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.clock import SHANGHAI
from anlan.base.lists import Column, Filter, ListPage, View
from anlan.modules.monitoring.choices import PointKind
from anlan.modules.monitoring.models import AlarmEvent
from anlan.modules.monitoring.queries.alarms import journal


def second_words(moment: dt.datetime | None) -> str:
    """Return a moment to the second in Asia/Shanghai: a minute holds a whole flood."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if moment else ""


def _measured(row: AlarmEvent) -> float | None:
    """Return the value with the digits that its point shows; samples carry all of a float's."""
    return None if row.value is None else round(row.value, row.rule.point.decimals)


JOURNAL = ListPage(
    key="monitoring.journal",
    title=_("Alarm journal"),
    query=journal,
    columns=[
        Column(
            "at",
            _("Time at the source"),
            value=lambda row: second_words(row.at),
            sort="at",
            fixed=True,
        ),
        Column("tag", pgettext_lazy("point", "Tag"), value="rule.point.tag"),
        Column("name", _("Name"), value="rule.point.short_name", wide=True),
        Column("kind", _("Alarm"), value=lambda row: str(row.rule.get_kind_display())),
        Column.of(AlarmEvent, "what", sort=None),
        Column.of(AlarmEvent, "priority", sort=None),
        Column.of(AlarmEvent, "value", sort=None, value=_measured),
        Column.of(AlarmEvent, "limit", sort=None),
        Column("unit", _("Unit of measure"), value="rule.point.unit"),
        Column("announced_at", _("announced at"), value=lambda row: second_words(row.announced_at)),
        Column.of(AlarmEvent, "by_name", sort=None),
        Column.of(AlarmEvent, "comment", sort=None),
        Column.of(AlarmEvent, "permit", sort=None, shown=False),
        Column(
            "since", _("first crossing"), value=lambda row: second_words(row.since), shown=False
        ),
    ],
    filters=[
        Filter.of(AlarmEvent, "at"),
        Filter.of(AlarmEvent, "what"),
        Filter.of(AlarmEvent, "priority"),
        Filter("kind", _("Measured"), field="rule__point__kind", choices=PointKind.choices),
    ],
    search=("rule__point__search_key",),
    order=("-at", "-id"),
    views=[
        View("all", _("All"), {}),
        View("raised", pgettext_lazy("alarm event", "Raised"), {"what": ["raised"]}),
        View(
            "people",
            _("What people did"),
            {"what": ["acknowledged", "noted", "shelved", "out_of_service"]},
        ),
    ],
    row_url=lambda row: reverse("monitoring:alarm", args=[row.rule_id]),
)
