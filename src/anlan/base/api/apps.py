"""The API app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    """What every endpoint shares."""

    name = "anlan.base.api"
    label = "api"
    verbose_name = _("API")

    def ready(self) -> None:
        """Make it quick to load."""
        from anlan.base.api.shared_answers import share_answers

        share_answers()
