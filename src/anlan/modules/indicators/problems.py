"""The refusals of indicators."""

from django.utils.translation import gettext_lazy as _

from anlan.base.errors import Refused


class Finished(Refused):
    """What is finished is a document."""

    code = "indicators.finished"
    text = _("This report is finished and no longer changes.")
    remedy = _("Write the next one.")


class AlreadyRevoked(Refused):
    """Revoked once."""

    code = "indicators.already_revoked"
    text = _("This entry was already revoked.")
    remedy = _("Reload the page.")
