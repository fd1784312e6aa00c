"""The audit app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """Append-only, hash-chained history."""

    name = "anlan.base.audit"
    label = "audit"
    verbose_name = _("Audit")

    def ready(self) -> None:
        """Put the history page into the navigation of those who may read it."""
        from anlan.base.audit.policy import READ
        from anlan.base.ui.navigation import NavItem, register

        register(
            NavItem(
                "audit.history",
                _("History"),
                "history",
                "audit:history",
                "system",
                permission=READ,
                order=80,
            )
        )
