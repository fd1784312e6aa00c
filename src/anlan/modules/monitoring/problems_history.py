"""What monitoring refuses or cannot do."""

from django.utils.translation import gettext_lazy as _

from anlan.base.errors import Unavailable


class HistorianAway(Unavailable):
    """The store of values does not answer."""

    code = "monitoring.historian_away"
    text = _("The historian does not answer.")
