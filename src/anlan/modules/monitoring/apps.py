"""The monitoring app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MonitoringConfig(AppConfig):
    """Points, sources, alarm settings and alarms."""

    name = "anlan.modules.monitoring"
    label = "monitoring"
    verbose_name = _("Monitoring and alarms")

    def ready(self) -> None:
        """Make permissions and events known; fill the places of the shell."""
        from anlan.base.actors.protection import append_only
        from anlan.modules.monitoring import (  # noqa: F401
            events,
            facts,
            papers,
            policy,
            texts_groups,
        )
        from anlan.modules.monitoring.models import AlarmEvent
        from anlan.modules.monitoring.services import alarms_tasks, device_duties
        from anlan.modules.monitoring.ui import choosers, navigation  # noqa: F401

        append_only(AlarmEvent._meta.db_table)
        alarms_tasks.declare()
        device_duties.declare()
        navigation.install()
