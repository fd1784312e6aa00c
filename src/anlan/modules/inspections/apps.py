"""The inspections app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InspectionsConfig(AppConfig):
    """Inspection tasks, checklists and records: what people check on the spot."""

    name = "anlan.modules.inspections"
    label = "inspections"
    verbose_name = _("Inspections")

    def ready(self) -> None:
        """Say what its duties are called, tell the risk register of tasks, serve phones."""
        from anlan.modules.inspections import duties, events, notices, pocket, policy  # noqa: F401
        from anlan.modules.inspections.ui import navigation

        pocket.install()
        navigation.install()
