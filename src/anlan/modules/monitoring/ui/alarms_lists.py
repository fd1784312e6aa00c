"""The journal of alarms as a list."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.lists import Column, Filter, ListPage, View
from anlan.modules.monitoring.choices import PointKind
from anlan.modules.monitoring.models import AlarmEvent
from anlan.modules.monitoring.queries.alarms import journal

JOURNAL = ListPage(
    key="monitoring.journal",
    title=_("Alarm journal"),
    query=journal,
    columns=[
        Column.of(AlarmEvent, "at", fixed=True, kind="datetime", label=_("Time at the source")),
        Column("tag", pgettext_lazy("point", "Tag"), value="rule.point.tag"),
        Column("name", _("Name"), value="rule.point.name", wide=True),
        Column("kind", _("Alarm"), value="rule.kind"),
        Column.of(AlarmEvent, "what", sort=None),
        Column.of(AlarmEvent, "priority", sort=None),
        Column.of(AlarmEvent, "value", sort=None),
        Column.of(AlarmEvent, "limit", sort=None),
        Column.of(AlarmEvent, "announced_at", kind="datetime", sort=None),
        Column.of(AlarmEvent, "by_name", sort=None),
        Column.of(AlarmEvent, "comment", sort=None),
        Column.of(AlarmEvent, "permit", sort=None, shown=False),
        Column.of(AlarmEvent, "since", kind="datetime", sort=None, shown=False),
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
