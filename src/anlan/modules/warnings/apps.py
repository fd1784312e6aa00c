"""The warnings app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WarningsConfig(AppConfig):
    """Early warning of installations, its loop of feedback, and the daily patrol."""

    name = "anlan.modules.warnings"
    label = "warnings"
    verbose_name = _("Early warning")

    def ready(self) -> None:
        """Make permissions, events, notices and checks known; fill the places of the shell."""
        from anlan.base.actors.protection import wall_by_place
        from anlan.modules.monitoring.services.alarms import when_grave
        from anlan.modules.warnings import events, facts, jobs, notices, policy  # noqa: F401
        from anlan.modules.warnings.models import WeatherSignal
        from anlan.modules.warnings.services import acts  # noqa: F401
        from anlan.modules.warnings.ui import navigation

        wall_by_place(WeatherSignal._meta.db_table)
        when_grave(jobs.ask_at_once)
        navigation.install()
