"""What monitoring puts into the side navigation."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.ui import navigation
from anlan.base.ui.marks import register_states
from anlan.modules.monitoring.ui import alarms_showing

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
