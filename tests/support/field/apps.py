"""The app that brings the invented round."""

from django.apps import AppConfig


class FieldConfig(AppConfig):
    """The round."""

    name = "tests.support.field"
    label = "field"

    def ready(self) -> None:
        """Stand in for the modules that provide these in the product."""
        from tests.support.field import round as field_round

        field_round.install()
