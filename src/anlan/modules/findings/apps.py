"""The findings app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FindingsConfig(AppConfig):
    """Findings of every source, their rectification, acceptance and listed supervision."""

    name = "anlan.modules.findings"
    label = "findings"
    verbose_name = _("Findings")

    def ready(self) -> None:
        """Make events, permissions and the checks of the state machine known."""
        from anlan.base.actors.protection import hide_table
        from anlan.modules.findings import events, jobs, notices, pocket, policy, texts  # noqa: F401
        from anlan.modules.findings.services import extending, treating  # noqa: F401
        from anlan.modules.findings.ui import navigation

        hide_table("findings_piece")
        navigation.install()
        pocket.install()
