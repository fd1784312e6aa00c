"""Words that forms, services and pages of commitments share."""

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

GRADE_MISSING = _("Choose the risk grade of the day.")
TEXT_MISSING = _("Write the commitment.")
COUNT_WRONG = _("A number from 0 to 9999.")

FLAGS = {
    "late": _("published after 10:00"),
    "grade_too_low": _("risk grade lower than the facts allow"),
    "count_differs": _("figure differs from the facts"),
    "not_signed": _("levels below have not signed"),
    "missing": pgettext_lazy("commitment", "not published"),
}


def default_text() -> str:
    """Return the text offered; it names the duty of the responsible persons of MHI."""
    return gettext(
        "Today all units of our enterprise are in a controlled and safe state, the risk control"
        " measures are in place, and the responsible persons of the major hazard installations"
        " are doing their duty."
    )
