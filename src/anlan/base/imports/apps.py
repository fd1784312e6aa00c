"""The Django app."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Imports."""

    name = "anlan.base.imports"
    label = "imports"
