"""The app of human numbers."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NumbersConfig(AppConfig):
    """Gap-free human numbers."""

    name = "anlan.base.numbers"
    label = "numbers"
    verbose_name = _("Numbers")
