"""What history says about warnings."""

from django.utils.functional import lazy
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from anlan.base.audit.events import Event
from anlan.engines.warning.model import packaged
from anlan.modules.warnings import rules_figures


def figure_word(part: str, code: str) -> str:
    """Return what a figure of the index is called, in the active language."""
    chinese, english = packaged().words.get((part, code), (code, code))
    return chinese if (get_language() or "zh").startswith("zh") else english


OPENED = Event("warnings.opened", _("Warning opened"))
RAISED = Event("warnings.raised", _("Warning risen to a worse colour"))
LOWERED = Event("warnings.lowered", _("Warning lowered"))
CALMED = Event("warnings.calmed", _("Index back at rest"))
ACKNOWLEDGED = Event(
    "warnings.acknowledged",
    _("Warning acknowledged"),
    labels={"acknowledged_by_id": pgettext_lazy("early warning", "acknowledged by")},
)
REPORTED = Event(
    "warnings.reported",
    _("Cause and measure reported"),
    labels={"reported_by_id": pgettext_lazy("early warning", "reported by")},
)
CLEARED = Event(
    "warnings.cleared", _("Warning cleared by hand"), labels={"cleared_by_id": _("cleared by")}
)
ASKED = Event(
    "warnings.asked",
    _("Feedback asked for"),
    labels={"text": _("what is asked"), "due_at": _("to be answered by")},
)
ANSWERED = Event("warnings.answered", _("Feedback given"))
WEATHER_ENTERED = Event("warnings.weather_entered", _("Weather signal entered"))
WEATHER_ENDED = Event("warnings.weather_ended", _("Weather signal ended early"))
# The history names each figure as the index does, not by its code.
_FIGURES = {
    one.key: lazy(figure_word, str)(one.part, one.code) for one in rules_figures.figures(packaged())
}
FIGURES_PROPOSED = Event(
    "warnings.figures_proposed", _("Own figures of the index proposed"), labels=_FIGURES
)
FIGURES_IN_FORCE = Event("warnings.figures_in_force", _("Own figures of the index put into force"))
FIGURES_REFUSED = Event("warnings.figures_refused", _("Own figures of the index refused"))
FIGURES_WITHDRAWN = Event("warnings.figures_withdrawn", _("Own figures of the index withdrawn"))
FIGURES_REPLACED = Event("warnings.figures_replaced", _("Own figures of the index replaced"))
