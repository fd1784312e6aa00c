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
        from anlan.base.pocket import (
            events,  # noqa: F401 - declared by being imported
            parts,
            policy,  # noqa: F401 - declared by being imported
            todo,
        )
        from anlan.base.pocket.services import own_kinds
        from anlan.base.pocket.ui import navigation

        own_kinds.install()
        parts.provide("todo", todo.rows)
        navigation.install()
