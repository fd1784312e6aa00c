"""The Django app."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Imports."""

    name = "anlan.base.imports"
    label = "imports"

    def ready(self) -> None:
        """Put what waits for a decision on the home page."""
        from anlan.base.imports import shell

        shell.install()
