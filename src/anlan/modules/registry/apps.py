"""The registry app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    """Enterprises, installations, equipment, chemicals, licences, people."""

    name = "anlan.modules.registry"
    label = "registry"
    verbose_name = _("Registry")

    def ready(self) -> None:
        """Identify units again whenever what grading rests on has changed."""
        from anlan.modules.registry.services import recalculating

        recalculating.install()
