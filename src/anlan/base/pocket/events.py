"""What history says about phones and what they sent."""

from django.utils.translation import gettext_lazy as _

from anlan.base.audit.events import Event

DEVICE_REGISTERED = Event(
    "pocket.device.registered",
    _("%(actor)s registered the phone %(object)s."),
    labels={"user_agent": _("Browser")},
)
DEVICE_JOINED = Event("pocket.device.joined", _("%(actor)s began to use the phone %(object)s."))
DEVICE_REVOKED = Event("pocket.device.revoked", _("%(actor)s blocked the phone %(object)s."))
DEVICE_WIPED = Event("pocket.device.wiped", _("The phone %(object)s reported that it was wiped."))
RECEIVED = Event("pocket.submission.received", _("%(actor)s submitted %(object)s from a phone."))
COMPLETED = Event("pocket.submission.completed", _("All files of %(object)s have arrived."))
SETTLED = Event("pocket.submission.settled", _("%(actor)s settled %(object)s."))
GAP = Event("pocket.gap", _("Numbers of the phone %(object)s are missing."))
LOST_RANGE = Event(
    "pocket.lost_range", _("The data of the phone %(object)s were cleared before they were sent.")
)
EXPORT_IMPORTED = Event("pocket.export.imported", _("%(actor)s imported an export of %(object)s."))
