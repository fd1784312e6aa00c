"""App configuration of the common screens."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Components and shell of Console and Pocket."""

    name = "anlan.base.ui"
    label = "ui"
