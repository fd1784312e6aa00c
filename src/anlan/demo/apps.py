"""The demo app; it has no rows of its own."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The demonstration city."""

    name = "anlan.demo"
    label = "demo"
