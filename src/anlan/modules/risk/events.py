"""What history says about the risk register."""

from django.utils.translation import gettext_lazy as _

from anlan.base.audit.events import Event

OBJECT_CREATED = Event("risk.object.created", _("Risk analysis object entered"))
OBJECT_CHANGED = Event("risk.object.changed", _("Risk analysis object changed"))
OBJECT_REMOVED = Event("risk.object.removed", _("Risk analysis object removed"))
UNIT_CREATED = Event("risk.unit.created", _("Risk analysis unit entered"))
UNIT_CHANGED = Event("risk.unit.changed", _("Risk analysis unit changed"))
UNIT_REMOVED = Event("risk.unit.removed", _("Risk analysis unit removed"))
EVENT_CREATED = Event("risk.event.created", _("Risk event entered"))
EVENT_CHANGED = Event("risk.event.changed", _("Risk event changed"))
EVENT_REMOVED = Event("risk.event.removed", _("Risk event removed"))
MEASURE_CREATED = Event("risk.measure.created", _("Control measure entered"))
MEASURE_CHANGED = Event("risk.measure.changed", _("Control measure changed"))
MEASURE_REMOVED = Event("risk.measure.removed", _("Control measure removed"))
EDITION_STARTED = Event("risk.edition.started", _("New edition begun"))
EDITION_SUBMITTED = Event(
    "risk.edition.submitted",
    _("Edition submitted"),
    labels={"submitted_by_id": _("Submitted by"), "submitted_at": _("Submitted at")},
)
EDITION_RETURNED = Event("risk.edition.returned", _("Edition sent back"))
EDITION_APPROVED = Event(
    "risk.edition.approved",
    _("Edition approved"),
    labels={"approved_by_id": _("Approved by"), "approved_at": _("Approved at")},
)
EDITION_SUPERSEDED = Event("risk.edition.superseded", _("Edition superseded"))
SHUTDOWN_STARTED = Event("risk.shutdown.started", _("Taken out of service"))
SHUTDOWN_ENDED = Event("risk.shutdown.ended", _("Back in service"))
METHOD_CHANGED = Event("risk.method.changed", _("Risk matrix changed"))
SITE_PLAN_SAVED = Event("risk.site_plan.saved", _("Site plan uploaded"))
SITE_PLAN_TIED = Event("risk.site_plan.tied", _("Site plan tied to the ground"))
