"""The risk register's app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RiskConfig(AppConfig):
    """Risk analysis objects, units, events, control measures and their editions."""

    name = "anlan.modules.risk"
    label = "risk"
    verbose_name = _("Risk grading control")

    def ready(self) -> None:
        """Make events and permissions known; fill the shell's places."""
        from anlan.modules.risk import events, policy  # noqa: F401
        from anlan.modules.risk.ui import navigation, review

        navigation.install()
        review.install()
