"""The refusals of findings."""

from django.utils.translation import gettext_lazy as _

from anlan.base.errors import Refused


class FiveMissing(Refused):
    """Not all five are fixed."""

    code = "findings.five_missing"
    text = _("The five are not all fixed yet: %(missing)s.")
    remedy = _("Fill in what is missing on the finding's page.")


class NotSigned(Refused):
    """The principal has not signed a major finding."""

    code = "findings.not_signed"
    text = _("The principal responsible person has not signed this major finding yet.")
    remedy = _("Ask the principal responsible person to sign.")


class NotReviewed(Refused):
    """The authority has not reviewed a major finding."""

    code = "findings.not_reviewed"
    text = _("Park, group or bureau have not reviewed this major finding yet.")
    remedy = _("Remind them; they see it among what needs them.")


class OwnerAccepts(Refused):
    """Who rectifies may not accept."""

    code = "findings.owner_accepts"
    text = _("Whoever rectified a finding may not accept it.")
    remedy = _("Ask a colleague with the right to accept.")


class NothingDone(Refused):
    """Submission without saying what was done."""

    code = "findings.nothing_done"
    text = _("Say what was done, and show it by a photo or file, before you submit.")
    remedy = _("Enter what was done and add a photo after rectification.")


class NotOnTheSpot(Refused):
    """Closing on the spot is not possible."""

    code = "findings.not_on_the_spot"
    text = _("This cannot be closed on the spot: %(missing)s.")
    remedy = _("Add what is missing, or set a deadline.")


class NotConfirmedYet(Refused):
    """No deadline to put off."""

    code = "findings.no_deadline"
    text = _("There is no deadline to put off.")
    remedy = _("Confirm the finding first.")


class NotMajor(Refused):
    """Only for major findings."""

    code = "findings.not_major"
    text = _("This is only for major accident hazards.")


class AlreadyDone(Refused):
    """Somebody did it before."""

    code = "findings.already_done"
    text = _("This has been done already.")


class NotYetClosed(Refused):
    """A number is cleared after acceptance."""

    code = "findings.not_yet_closed"
    text = _("The number can be cleared only after the finding was accepted.")
    remedy = _("Wait for the enterprise to rectify and accept it.")


class WrongCriterion(Refused):
    """The criterion is not of the set in force."""

    code = "findings.wrong_criterion"
    status = 422
    text = _("“%(criterion)s” is not a criterion of the set in force on the registration day.")
    remedy = _("Choose from the list.")


class NotReportedByEmployee(Refused):
    """Rewards are for what employees report."""

    code = "findings.not_reported_by_employee"
    text = _("A reward is for a confirmed report of an employee.")
