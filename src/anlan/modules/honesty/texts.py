"""What flags add to the reasons that the analysis gives."""

from django.utils.translation import gettext_lazy as _

from anlan.base import phrases

MORE = phrases.declare("honesty.more", _("%(why)s; %(more)s more like it that week"))
OF_TASK = phrases.declare("honesty.of_task", _("%(title)s: %(why)s"))
TROUBLED = phrases.declare(
    "honesty.troubled", _("%(why)s; alarms or findings came from %(first)s to %(last)s")
)
