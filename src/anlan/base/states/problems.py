"""The refusals of `advance`."""

from django.utils.translation import gettext_lazy as _

from anlan.base.errors import Refused


class NotFromHere(Refused):
    """The row is in a state from which this move does not start."""

    code = "states.not_from_here"
    text = _("“%(move)s” is not possible while the state is “%(state)s”.")
    remedy = _("Reload the page: somebody may have moved it on meanwhile.")


class ReasonMissing(Refused):
    """The move needs words."""

    code = "states.reason_missing"
    status = 422
    text = _("“%(move)s” needs a reason.")
    remedy = _("Write in a sentence why.")


class FourEyes(Refused):
    """The same person may not do both steps."""

    code = "states.four_eyes"
    text = _("“%(move)s” must be done by somebody other than the one who did the step before.")
    remedy = _("Ask a colleague with the same right.")


class AuthorUnknown(Refused):
    """History does not say who did the step before, so four eyes cannot be shown."""

    code = "states.author_unknown"
    text = _("History does not say who did the step before, so “%(move)s” cannot be allowed.")
    remedy = _("Repeat the step before, then try again.")
