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
        from anlan.modules.registry import notices  # noqa: F401 - declares its kinds
        from anlan.modules.registry.services import recalculating
        from anlan.modules.registry.ui import navigation
        from anlan.modules.registry.ui.identification import navigation as grading

        recalculating.install()
        navigation.install()
        grading.install()
