"""What indicators put into the shell."""

from django.utils.translation import gettext_lazy as _

from anlan.base.ui import navigation
from anlan.base.ui.navigation import NavItem
from anlan.modules.indicators.ui import today


def install() -> None:
    """Register everything; called once when the app starts."""
    navigation.register(
        NavItem(
            "indicators.scores",
            _("Operating effect"),
            "chart-line",
            "indicators:scores",
            "prevent",
            order=60,
            prefixes=("/indicators/enterprises/",),
        )
    )
    today.install()
