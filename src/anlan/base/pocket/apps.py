"""The app of Pocket."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PocketConfig(AppConfig):
    """Packages, submissions, receipts."""

    name = "anlan.base.pocket"
    label = "pocket"
    verbose_name = _("Pocket")

    def ready(self) -> None:
        """Declare events, permissions and own kinds; add the desk's entry."""
        from anlan.base.pocket import events, policy  # noqa: F401 - declared by being imported
        from anlan.base.pocket.services import own_kinds
        from anlan.base.pocket.ui import navigation

        own_kinds.install()
        navigation.install()
