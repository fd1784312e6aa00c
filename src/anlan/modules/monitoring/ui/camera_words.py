"""What is known of a camera's line, in words."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from anlan.base.clock import now
from anlan.modules.monitoring.choices import DeviceKind
from anlan.modules.monitoring.models import SafetyDevice

CLOCK_OFF_S = 5
"""From how far on a camera's clock is worth a word: its pictures prove when something was."""

STATES = (
    ("online", pgettext_lazy("camera", "On line")),
    ("offline", pgettext_lazy("camera", "Off line")),
    ("untold", gettext_lazy("Cannot be asked")),
    ("never", gettext_lazy("Never probed")),
)
ICONS = {
    "online": "circle-check",
    "offline": "plug-connected-x",
    "untold": "help-circle",
    "never": "circle-dashed",
}
TONES = {"online": "done", "offline": "work", "untold": "idle", "never": "outline"}


def line_of(row: SafetyDevice) -> str | None:
    """Return online, offline, untold or never; None for what is no camera in service."""
    if row.kind != DeviceKind.CAMERA or not row.in_service:
        return None
    if row.probed_at is None or not row.address:
        return "never"
    if row.is_online is None:
        return "untold"
    return "online" if row.is_online else "offline"


@dataclass(frozen=True, slots=True)
class Line:
    """A camera's line for its page."""

    state: str
    word: str
    icon: str
    tone: str
    why: str
    offline_for: dt.timedelta | None
    clock: str


def shown(row: SafetyDevice, moment: dt.datetime | None = None) -> Line | None:
    """Return a camera's line in words, None for another device."""
    if row.kind != DeviceKind.CAMERA:
        return None
    state = line_of(row) or "never"
    gone = None
    if state == "offline" and row.offline_since is not None:
        gone = (moment or now()) - row.offline_since
    why = ""
    if state == "never":
        why = _("No address is entered.") if not row.address else ""
    elif state != "online":
        why = str(row.get_probe_why_display())
    return Line(state, str(dict(STATES)[state]), ICONS[state], TONES[state], why, gone, _clock(row))


def _clock(row: SafetyDevice) -> str:
    off = row.clock_off_s
    if off is None:
        return ""
    if abs(off) < CLOCK_OFF_S:
        return _("right to %(n)s s") % {"n": CLOCK_OFF_S}
    words = _("%(n)d s ahead") if off > 0 else _("%(n)d s behind")
    return words % {"n": abs(off)}
