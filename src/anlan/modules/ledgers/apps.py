"""The ledgers app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LedgersConfig(AppConfig):
    """Special ledgers: defined views over findings and assets."""

    name = "anlan.modules.ledgers"
    label = "ledgers"
    verbose_name = _("Special ledgers")

    def ready(self) -> None:
        """Make permissions, events and sheets known; fill the places of the shell."""
        from anlan.modules.ledgers import events, policy, sheets  # noqa: F401
        from anlan.modules.ledgers.ui import shell

        shell.install()
