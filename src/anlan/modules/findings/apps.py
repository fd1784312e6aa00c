"""The findings app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FindingsConfig(AppConfig):
    """Findings of every source, their rectification, acceptance and listed supervision."""

    name = "anlan.modules.findings"
    label = "findings"
    verbose_name = _("Findings")
