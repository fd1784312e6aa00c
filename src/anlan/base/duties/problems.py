"""The refusals of duties."""

from django.utils.translation import gettext_lazy as _

from anlan.base.errors import Refused


class TooEarly(Refused):
    """The window has not opened."""

    code = "duties.too_early"
    text = _("This duty opens at %(opens_at)s.")
    remedy = _("Do it in its time, or change the plan's hours.")


class AlreadyDone(Refused):
    """Somebody has done it, with another record."""

    code = "duties.already_done"
    text = _("This duty was already done at %(done_at)s.")
    remedy = _("Look at the record made then; add to it what is missing.")


class NotOpen(Refused):
    """A duty that is done or exempt is nobody's any more."""

    code = "duties.not_open"
    text = _("%(count)s of the chosen duties are done or exempt.")
    remedy = _("Choose duties that are still open.")


class NotACarer(Refused):
    """Not yours, and not your right."""

    code = "duties.not_your_duty"
    status = 403
    text = _("This duty is somebody else's.")
    remedy = _("Have it handed over to you, or be named as substitute.")


class AlreadyCleared(Refused):
    """A warning is cleared once."""

    code = "duties.already_cleared"
    text = _("This warning is already cleared.")
    remedy = _("Reload the page.")


class Stopped(Refused):
    """A stopped plan stays as it was."""

    code = "duties.plan_stopped"
    text = _("This plan was stopped.")
    remedy = _("Make a new plan.")


class AlreadyEnded(Refused):
    """It ended before."""

    code = "duties.already_ended"
    text = _("This has already ended.")
    remedy = _("Reload the page.")
