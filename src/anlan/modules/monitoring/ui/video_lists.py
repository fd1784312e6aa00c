"""The journal of video events as a list."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.lists import Column, Filter, ListPage, View
from anlan.modules.monitoring.choices import GRAVE_VIDEO
from anlan.modules.monitoring.models import VideoEvent
from anlan.modules.monitoring.queries.video import video_events
from anlan.modules.monitoring.ui.alarms_lists import second_words
from anlan.modules.registry.ui.columns import enterprise_column, enterprise_filter


def event_url(row: Any) -> str:
    """Return the address of an event's page."""
    return reverse("monitoring:video_show", args=[row.pk])


def _certainty(row: VideoEvent) -> str:
    return "" if row.confidence is None else f"{row.confidence:.0%}"


VIDEO = ListPage(
    key="monitoring.video",
    title=_("Video events"),
    query=video_events,
    columns=[
        Column(
            "at", pgettext_lazy("video", "seen at"), value=lambda row: second_words(row.at),
            sort="at", fixed=True,
        ),
        Column.of(VideoEvent, "kind", sort=None, wide=True),
        Column("tag", _("camera"), value="device.tag"),
        Column("name", _("Name"), value="device.name"),
        enterprise_column(),
        Column.of(VideoEvent, "text", sort=None, wide=True),
        Column("confidence", _("certainty"), value=_certainty, sort=None),
        Column("source", _("data source"), value="source.name", sort=None, shown=False),
        Column.of(VideoEvent, "event_id", sort=None, shown=False),
    ],
    filters=[
        Filter.of(VideoEvent, "at"),
        Filter.of(VideoEvent, "kind"),
        enterprise_filter(),
    ],
    search=("device__search_key",),
    order=("-at", "-id"),
    views=[
        View("all", _("All"), {}),
        View("grave", _("To be looked at"), {"kind": sorted(str(one) for one in GRAVE_VIDEO)}),
        View("motion", pgettext_lazy("video", "Motion"), {"kind": ["motion"]}),
    ],
    row_url=event_url,
    nav="monitoring.systems",
)  # fmt: skip
