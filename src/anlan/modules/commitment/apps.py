"""The commitment app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommitmentConfig(AppConfig):
    """Daily judgements from the shift upward, and the published commitment."""

    name = "anlan.modules.commitment"
    label = "commitment"
    verbose_name = _("Safety-risk commitment")

    def ready(self) -> None:
        """Make events, permissions and the checks of the state machine known."""
        from anlan.modules.commitment import duties, events, notices, policy  # noqa: F401
        from anlan.modules.commitment.services import days  # noqa: F401
        from anlan.modules.commitment.ui import navigation

        navigation.install()
