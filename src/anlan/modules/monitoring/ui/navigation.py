"""What monitoring puts into the side navigation."""

import datetime as dt
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.actor import Actor
from anlan.base.inbox import today
from anlan.base.ui import navigation
from anlan.base.ui.marks import register_states
from anlan.modules.commitment.ui.showing import records_at
from anlan.modules.findings.ui import origins
from anlan.modules.monitoring.policy import ALARM_ACKNOWLEDGE
from anlan.modules.monitoring.queries import alarms, video
from anlan.modules.monitoring.ui import alarms_showing
from anlan.modules.monitoring.ui.video_lists import event_url

# Screens of alarms stand in front (order below 50): who watches comes more often than who sets up.
_ENTRIES = (
    ("overview", _("Live overview"), "activity", 10, ("/monitoring/plants/",)),
    ("alarms", _("Alarms"), "bell-ringing", 20, ("/monitoring/journal/",)),
    ("kpi", _("Alarm load"), "chart-histogram", 25, ()),
    ("trends", _("Trends"), "chart-line", 30, ()),
    ("groups", _("Unusual operation"), "wave-sine", 40, ()),
    ("points", _("Monitoring points"), "gauge", 50, ("/monitoring/settings/",)),
    ("changes", pgettext_lazy("alarm", "Setting changes"), "adjustments", 60, ()),
    ("sources", _("Data sources"), "plug-connected", 70, ()),
    (
        "systems",
        _("Safety systems"),
        "shield-half",
        80,
        ("/monitoring/devices/", "/monitoring/video/"),
    ),
)


def install() -> None:
    """Register the entries; called once when the app starts."""
    register_states(alarms_showing.MARKS)
    today.provider("alarms")(contribution)
    records_at(("n_alarms",), lambda plant: reverse("monitoring:plant", kwargs={"pk": plant}))
    origins.lead(alarms.ORIGIN, _of_alarm)
    origins.lead(video.ORIGIN, _of_event)
    for key, label, icon, order, prefixes in _ENTRIES:
        navigation.register(
            navigation.NavItem(
                f"monitoring.{key}",
                label,
                icon,
                f"monitoring:{key}",
                "watch",
                order=order,
                prefixes=prefixes,
                count=alarms_showing.waiting if key == "alarms" else None,
                events=("alarms.changed",) if key == "alarms" else (),
            )
        )


def _of_alarm(actor: Actor, pk: UUID) -> origins.Origin:
    rule = alarms.rule_one(actor, pk)
    url = reverse("monitoring:alarm", args=[pk])
    return origins.Origin(_("Alarm"), f"{rule.point.tag} {rule.get_kind_display()}", url)


def _of_event(actor: Actor, pk: UUID) -> origins.Origin:
    row = video.event_one(actor, pk)
    text = f"{row.device} {row.get_kind_display()}"
    return origins.Origin(_("Video event"), text, event_url(row))


def contribution(actor: Actor, day: dt.date) -> today.Contribution:
    """Tell those who acknowledge alarms how many wait for it, before all other figures."""
    if not actor.may(ALARM_ACKNOWLEDGE):
        return today.Contribution()
    url = f"{reverse('monitoring:alarms')}?shown=unacknowledged"
    n = alarms.counts(actor)["unacknowledged"]
    figure = today.Figure(_("Alarms to acknowledge"), n, url, is_over=n > 0, order=10)
    return today.Contribution(figures=[figure])
