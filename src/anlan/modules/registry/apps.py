"""The registry app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    """Enterprises, installations, equipment, chemicals, licences, people."""

    name = "anlan.modules.registry"
    label = "registry"
    verbose_name = _("Registry")

    def ready(self) -> None:
        """Fill the shell's places; identify units again when what grading rests on changes."""
        from anlan.modules.registry.services import recalculating
        from anlan.modules.registry.ui import navigation

        recalculating.install()
        navigation.install()
