"""Words of the problems that forms and services share, and what warnings say."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base import phrases
from anlan.base.errors import Text

DAYS_OVERDUE = phrases.declare("findings.days_overdue", _("%(n)s days overdue"))
MORE_TIME = phrases.declare("findings.more_time", _("More time granted"))
CLOSED = phrases.declare("findings.closed", _("Accepted, finding closed"))

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
DOCUMENT_MISSING = _("Give the number or name of the inspection document.")
DOCUMENT_KNOWN = _("This document is registered already.")
NOT_OUTSIDE = _("Choose who inspected from outside.")
CRITERION_MISSING = _("Name the criterion it meets.")

_STATE_REMEDY = _("Leave it as it was; on the finding's page it moves with who, when and why.")
_LEDGER_REMEDY = _("Take it from the ledger's paper; without it the row stays open.")
# Why a row of a file is no finding: what is wrong, and what to do about it.
BROUGHT: dict[str, tuple[Text, Text]] = {
    "future": (DAY_AHEAD, _("Check the year.")),
    "before_found": (_("This lies before the day it was found."), _("Check both days.")),
    "month_counts": (
        _("An open finding of an outside inspection is registered the day it comes in."),
        _("Leave it empty: the month after the inspection is counted to this day."),
    ),
    "inspected_on_missing": (INSPECTED_ON_MISSING, ""),
    "criterion_missing": (CRITERION_MISSING, _("Such as MH26-5.4.2, or enter it as general.")),
    "owner_missing": (OWNER_MISSING, _("Their name, or their sign-in name.")),
    "deadline_missing": (DEADLINE_MISSING, _("Or let it come in as reported.")),
    "measures_missing": (MEASURES_MISSING, _("Or let it come in as reported.")),
    "same_person": (ACCEPTOR_IS_OWNER, ""),
    "acceptor_missing": (_("Name who accepted it."), _LEDGER_REMEDY),
    "accepted_on_missing": (_("Say when it was accepted."), _LEDGER_REMEDY),
    "result_missing": (_("Say what was done."), _LEDGER_REMEDY),
    "not_closed": (_("Only a closed finding has this."), _("Set its state to closed.")),
    "state": (
        _("A file cannot bring a finding in this state."),
        _("Let it come in as rectifying; the owner submits it here, with a photo."),
    ),
    "dismissed": (
        _("What is no finding is not brought in."),
        _("Leave the row out."),
    ),
    "confirm_right": (
        _("You may only bring in reports at this enterprise."),
        _("Set its state to reported; the enterprise confirms it."),
    ),
    "closed_major": (
        _("That a major one is closed, only the authority may bring in."),
        _("Let it come in as confirmed; signature, review and acceptance are given here."),
    ),
    "own_series": (
        _("Numbers of this form are given by Anlan."),
        _("Give the number of your own ledger, or report it on its page."),
    ),
    "nobody": (
        _("Nobody of this name has an account at this enterprise."),
        _("Who has to rectify needs one: invite them, or name somebody else."),
    ),
    "several": (
        _("Several people of this enterprise have this name."),
        _("Write the sign-in name instead."),
    ),
    "department": (
        _("This enterprise has no such department."),
        _("Write its name as it stands among the organisations."),
    ),
    "criterion": (
        _("This is not a criterion of the set in force on the registration day."),
        _("Codes stand in the list of criteria; the set changed on 30 September 2026."),
    ),
    "moved": (_("A file does not change this."), _STATE_REMEDY),
    "closed": (_("The finding is closed here."), _("Open it again before you change it.")),
    "confirm_there": (_("You may not change findings of this enterprise."), ""),
}

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
