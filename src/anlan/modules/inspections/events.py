"""What history says about inspections."""

from django.utils.translation import gettext_lazy as _

from anlan.base.audit.events import Event

TASK_SAVED = Event("inspections.task.saved", _("Inspection task set up"))
TASK_CHANGED = Event("inspections.task.changed", _("Inspection task changed"))
TASK_STOPPED = Event("inspections.task.stopped", _("Inspection task stopped"))
CHECKLIST_SAVED = Event("inspections.checklist.saved", _("Checklist set up"))
CHECKLIST_CHANGED = Event("inspections.checklist.changed", _("Checklist changed"))
RECORDED = Event("inspections.record.made", _("Inspection recorded"))
CANNOT_DO = Event("inspections.record.cannot_do", _("Said that it could not be inspected"))
RESETTLED = Event("inspections.record.resettled", _("Another record counts for the task"))
