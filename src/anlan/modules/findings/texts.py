"""Words of the problems that forms and services share."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

TITLE_MISSING = _("Say in a line what is wrong.")
TITLE_TOO_LONG = _("At most 200 characters; put the rest into the description.")
DAY_AHEAD = pgettext_lazy("finding", "This lies in the future.")
INSPECTED_ON_MISSING = _("Say when the outside inspection ended: it must be entered in a month.")
OWNER_MISSING = _("Name who is to rectify it.")
DEADLINE_MISSING = _("Set a last day.")
DEADLINE_PAST = _("The last day lies in the past.")
MEASURES_MISSING = _("Say what is to be done.")
ACCEPTOR_IS_OWNER = _("Owner and acceptor must be two people.")
NOT_OF_THIS_PLANT = _("This person does not work at this enterprise.")
NOT_LATER = _("The new day must lie after the present deadline.")
REASON_MISSING = _("Give the reason.")
ROLE_UNKNOWN = _("Say what the file shows.")
AMOUNT_WRONG = _("This amount cannot be right.")
CRITERION_MISSING = _("Name the criterion it meets.")

FIVE = {
    "owner": pgettext_lazy("five fixed", "responsible person"),
    "measures": pgettext_lazy("five fixed", "measures"),
    "funds": pgettext_lazy("five fixed", "funds"),
    "deadline": pgettext_lazy("five fixed", "deadline"),
    "plan": pgettext_lazy("five fixed", "emergency plan"),
}
ON_THE_SPOT = {
    "major": _("a major finding needs a plan and a deadline"),
    "before": _("a photo before"),
    "after": _("a photo after"),
    "made_safe": _("a line on what was done"),
}


def listed(names: tuple[str, ...], words: Mapping[str, object]) -> str:
    """Return the words of these names as one phrase in the active language."""
    return pgettext_lazy("between items of a list", ", ").join(str(words[name]) for name in names)
