"""The inbox app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InboxConfig(AppConfig):
    """Notices, digests, channels, today."""

    name = "anlan.base.inbox"
    label = "inbox"
    verbose_name = _("Inbox")

    def ready(self) -> None:
        """Declare events, permissions and kinds; fill the places of the shell."""
        from anlan.base.inbox import events, kinds, policy, shell  # noqa: F401

        shell.register()
