"""The app of states."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StatesConfig(AppConfig):
    """State machines."""

    name = "anlan.base.states"
    label = "states"
    verbose_name = _("States")
