"""What history says about warnings."""

from django.utils.translation import gettext_lazy as _

from anlan.base.audit.events import Event

OPENED = Event("warnings.opened", _("Warning opened"))
RAISED = Event("warnings.raised", _("Warning risen to a worse colour"))
LOWERED = Event("warnings.lowered", _("Warning lowered"))
CALMED = Event("warnings.calmed", _("Index back at rest"))
ACKNOWLEDGED = Event("warnings.acknowledged", _("Warning acknowledged"))
REPORTED = Event("warnings.reported", _("Cause and measure reported"))
CLEARED = Event("warnings.cleared", _("Warning cleared by hand"))
ASKED = Event("warnings.asked", _("Feedback asked for"))
ANSWERED = Event("warnings.answered", _("Feedback given"))
WEATHER_ENTERED = Event("warnings.weather_entered", _("Weather signal entered"))
WEATHER_ENDED = Event("warnings.weather_ended", _("Weather signal ended early"))
FIGURES_PROPOSED = Event("warnings.figures_proposed", _("Own figures of the index proposed"))
FIGURES_IN_FORCE = Event("warnings.figures_in_force", _("Own figures of the index put into force"))
FIGURES_REFUSED = Event("warnings.figures_refused", _("Own figures of the index refused"))
FIGURES_WITHDRAWN = Event("warnings.figures_withdrawn", _("Own figures of the index withdrawn"))
FIGURES_REPLACED = Event("warnings.figures_replaced", _("Own figures of the index replaced"))
