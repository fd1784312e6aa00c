"""The registry app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    """Enterprises, installations, equipment, chemicals, licences, people."""

    name = "anlan.modules.registry"
    label = "registry"
    verbose_name = _("Registry")
