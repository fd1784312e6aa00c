"""What history says about points, sources, alarm settings and alarms."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.audit.events import Event

POINT_CREATED = Event("monitoring.point.created", _("Point entered"))
POINT_CHANGED = Event("monitoring.point.changed", _("Point changed"))
POINT_REMOVED = Event("monitoring.point.removed", _("Point removed from the lists"))
RULE_CREATED = Event("monitoring.rule.created", _("Alarm set up"))
RULE_CHANGED = Event("monitoring.rule.changed", _("Alarm record changed"))
CHANGE_REQUESTED = Event(
    "monitoring.change.requested",
    _("Change of an alarm requested"),
    # The record is the change; these are fields of the setting.
    labels={
        "limit": pgettext_lazy("alarm", "limit"),
        "deadband": _("deadband"),
        "on_delay_s": _("on-delay, s"),
        "off_delay_s": _("off-delay, s"),
        "compared_with": _("compared with"),
        "priority": _("priority"),
        "alarm_class": _("alarm class"),
        "safety_related": _("safety-related"),
        "in_use": pgettext_lazy("alarm", "in use"),
        "suppressed_when": _("suppressed when"),
    },
)
CHANGE_APPROVED = Event("monitoring.change.approved", _("Change of an alarm approved"))
CHANGE_REFUSED = Event("monitoring.change.refused", _("Change of an alarm refused"))
CHANGE_WITHDRAWN = Event("monitoring.change.withdrawn", _("Change of an alarm withdrawn"))
CHANGE_APPLIED = Event(
    "monitoring.change.applied",
    _("Change of an alarm in effect"),
    labels={"applied_at": _("in effect since")},
)
SOURCE_CREATED = Event("monitoring.source.created", _("Data source entered"))
SOURCE_CHANGED = Event("monitoring.source.changed", _("Data source changed"))
SOURCE_REMOVED = Event("monitoring.source.removed", _("Data source removed from the lists"))
KEY_WORDS = {"ingest": _("send values"), "directory": _("read its points and settings (collector)")}
"""What a key of a source may do."""
TOKEN_ISSUED = Event(
    "monitoring.source.token_issued",
    _("Key of a data source issued"),
    labels={"key": _("Key"), "scopes": _("may do"), "expires_at": _("valid until")},
    choices={"scopes": KEY_WORDS},
)
TOKEN_REVOKED = Event(
    "monitoring.source.token_revoked",
    _("Key of a data source revoked"),
    labels={"key": _("Key")},
)

ALARMS_JOURNALLED = Event(
    "monitoring.alarms.journalled",
    _("Alarm journal continued"),
    labels={
        "batch": _("Batch of journal lines"),
        "count": _("Journal lines"),
        "digest": _("SHA-256 of the lines"),
    },
    quiet=True,
)
ALARM_ACKNOWLEDGED = Event("monitoring.alarm.acknowledged", _("Alarm acknowledged"))
ALARM_RESET = Event("monitoring.alarm.reset", _("Alarm reset"))
ALARM_SHELF_ASKED = Event("monitoring.alarm.shelf_asked", _("Shelving of an alarm asked for"))
ALARM_SHELVED = Event("monitoring.alarm.shelved", _("Alarm shelved"))
ALARM_UNSHELVED = Event("monitoring.alarm.unshelved", _("Alarm taken off the shelf"))
ALARM_OUT_OF_SERVICE = Event("monitoring.alarm.out_of_service", _("Alarm taken out of service"))
ALARM_RETURNED = Event("monitoring.alarm.returned", _("Alarm returned to service"))
ALARM_NOTED = Event("monitoring.alarm.noted", _("Note on an alarm"))
FLOOD_NAMED = Event("monitoring.flood.named", _("Alarm flood named"))
FLOOD_FORGOTTEN = Event("monitoring.flood.forgotten", _("Name of an alarm flood taken back"))

DEVICE_CREATED = Event("monitoring.device.created", _("Safety device entered"))
DEVICE_CHANGED = Event("monitoring.device.changed", _("Safety device changed"))
DEVICE_REMOVED = Event("monitoring.device.removed", _("Safety device removed from the lists"))
DEVICE_TESTED = Event("monitoring.device.tested", _("Safety device tested"))
SYSTEM_STATED = Event("monitoring.system.stated", _("Safety system stated"))
CAMERA_LOST = Event("monitoring.camera.lost", _("Camera off line"), labels={"why": _("why")})
CAMERA_BACK = Event("monitoring.camera.back", _("Camera on line again"))
VIDEO_TAKEN = Event(
    "monitoring.video.taken",
    _("Video events taken in"),
    labels={"count": _("how many"), "first": _("first"), "last": _("last")},
)
VIDEO_FORGOTTEN = Event(
    "monitoring.video.forgotten",
    _("Old video events deleted"),
    labels={"count": _("how many"), "first": _("first"), "last": _("last")},
)

GROUP_CREATED = Event("monitoring.group.created", _("Group of tags entered"))
GROUP_CHANGED = Event("monitoring.group.changed", _("Group of tags changed"))
GROUP_REMOVED = Event("monitoring.group.removed", _("Group of tags removed from the lists"))
GROUP_FITTED = Event(
    "monitoring.group.fitted",
    _("Group of tags fitted"),
    labels={
        "why": _("why"),
        "rows": _("Whole rows"),
        "alarms": _("Rows kept out by alarms"),
        "later": _("Last third beyond, by the rest"),
        "origin": _("Values from"),
    },
    choices={
        "origin": {
            "historian": _("the historian"),
            "simulator": _("the demonstration's simulator, not the historian"),
        }
    },
)
GROUP_FIT_RESTORED = Event(
    "monitoring.group.fit_restored",
    _("Former fit of a group of tags judges again"),
    labels={"fitted_at": _("fitted at")},
)
GROUP_UNUSUAL = Event("monitoring.group.unusual", _("Group of tags out of its usual relation"))
GROUP_NORMAL = Event("monitoring.group.normal", _("Group of tags back in its usual relation"))
