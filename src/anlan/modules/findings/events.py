"""What history says about findings."""

from django.utils.translation import gettext_lazy as _

from anlan.base.audit.events import Event
from anlan.modules.findings.flagged import KINDS

REPORTED = Event("findings.reported", _("Finding reported"))
IMPORTED = Event("findings.imported", _("Finding brought in from a file"))
CORRECTED = Event("findings.corrected", _("Finding corrected from a file"))
CHANGED = Event("findings.changed", _("Finding changed"))
CONFIRMED = Event("findings.confirmed", _("Level and treatment confirmed"))
DISMISSED = Event("findings.dismissed", _("Judged not to be a finding"))
CLOSED_ON_THE_SPOT = Event("findings.closed_on_the_spot", _("Closed: corrected on the spot"))
STARTED = Event("findings.started", _("Rectification started"))
SUBMITTED = Event("findings.submitted", _("Submitted for acceptance"))
REJECTED = Event("findings.rejected", _("Acceptance refused"))
ACCEPTED = Event("findings.accepted", _("Accepted, finding closed"))
REOPENED = Event("findings.reopened", _("Opened again"))
REMARKED = Event("findings.remarked", _("Remark"))
EXTENSION_REQUESTED = Event("findings.extension_requested", _("More time requested"))
EXTENSION_GRANTED = Event("findings.extension_granted", _("More time granted"))
EXTENSION_REFUSED = Event("findings.extension_refused", _("More time refused"))
LEVEL_RAISED = Event("findings.level_raised", _("Raised to major"))
LEVEL_LOWERED = Event("findings.level_lowered", _("Lowered to general"))
JUDGED = Event("findings.judged", _("Judged by the major-hazard criteria"))
SIGNED = Event("findings.signed", _("Signed by the principal responsible person"))
REVIEWED = Event("findings.reviewed", _("Reviewed by the authority"))
LISTED = Event("findings.listed", _("Listed for supervision"))
CLEARED = Event("findings.cleared", _("Number cleared"))
REWARDED = Event("findings.rewarded", _("Reward granted"))
LINKED = Event("findings.linked", _("Linked as a repetition"))
FLAGGED = Event("findings.flagged", _("Flagged as doubtful"), choices={"code": KINDS})
FLAG_DISMISSED = Event("findings.flag_dismissed", _("Flag dismissed"))
OUTSIDE_REGISTERED = Event("findings.outside_registered", _("Outside inspection registered"))
OUTSIDE_CHANGED = Event("findings.outside_changed", _("Outside inspection changed"))
OUTSIDE_COMPLETED = Event("findings.outside_completed", _("Findings entered completely"))
OUTSIDE_REOPENED = Event("findings.outside_reopened", _("Findings no longer entered completely"))
