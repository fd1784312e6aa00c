"""The duties app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DutiesConfig(AppConfig):
    """Recurring duties, warnings, exemptions, substitutes."""

    name = "anlan.base.duties"
    label = "duties"
    verbose_name = _("Duties")

    def ready(self) -> None:
        """Declare events, permissions, states, kinds; fill the places of the shell."""
        from anlan.base.duties import events, notices, policy, states, texts  # noqa: F401
        from anlan.base.duties.models import RaisedWarning
        from anlan.base.duties.ui import navigation, today  # noqa: F401
        from anlan.base.files.kinds import takes_files

        takes_files(RaisedWarning, permission=policy.CLEAR)
        navigation.install()
