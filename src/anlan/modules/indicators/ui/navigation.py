"""What indicators put into the shell."""

from django.utils.translation import gettext_lazy as _

from anlan.base.ui import navigation
from anlan.base.ui.navigation import NavItem
from anlan.modules.indicators import policy
from anlan.modules.indicators.ui import today

_OWN = tuple(
    f"/indicators/{part}/" for part in ("enterprises", "analysis", "evaluation", "parameters")
)
_ENTRIES = (
    ("scores", _("Operating effect"), "chart-line", "", _OWN),
    ("advice", _("Check frequency"), "calendar-event", policy.ADVICE, ()),
    ("incentives", _("Rewards and penalties"), "scale", "", ("/indicators/rules/",)),
)


def install() -> None:
    """Register everything; called once when the app starts."""
    for order, (key, label, icon, permission, prefixes) in enumerate(_ENTRIES):
        navigation.register(
            NavItem(
                f"indicators.{key}",
                label,
                icon,
                f"indicators:{key}",
                "prevent",
                permission,
                order=60 + order,
                prefixes=prefixes,
                of_plant=True,
            )
        )
    today.install()
