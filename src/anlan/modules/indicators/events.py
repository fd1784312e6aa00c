"""What history says about indicators."""

from django.utils.translation import gettext_lazy as _

from anlan.base.audit.events import Event

SCORED = Event("indicators.scored", _("Week scored"))
PARAMETERS_SAVED = Event("indicators.parameters_saved", _("Scoring parameters of an area changed"))
ANALYSIS_SAVED = Event("indicators.analysis_saved", _("Monthly analysis of findings saved"))
ANALYSIS_FINISHED = Event("indicators.analysis_finished", _("Monthly analysis finished"))
EVALUATION_SAVED = Event("indicators.evaluation_saved", _("Self-evaluation saved"))
EVALUATION_FINISHED = Event("indicators.evaluation_finished", _("Self-evaluation finished"))
RULE_SAVED = Event("indicators.incentive_rule_saved", _("Rule of rewards and penalties saved"))
RULE_STOPPED = Event("indicators.incentive_rule_stopped", _("Rule of rewards and penalties ended"))
INCENTIVE_ENTERED = Event("indicators.incentive_entered", _("Reward or penalty entered"))
INCENTIVE_REVOKED = Event("indicators.incentive_revoked", _("Reward or penalty revoked"))
