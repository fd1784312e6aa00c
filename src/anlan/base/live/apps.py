"""The live app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LiveConfig(AppConfig):
    """Server-sent events with resume."""

    name = "anlan.base.live"
    label = "live"
    verbose_name = _("Live events")

    def ready(self) -> None:
        """Watch accounts and memberships, whoever changes them."""
        from anlan.base.live import rights

        rights.install()
