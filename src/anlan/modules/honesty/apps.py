"""The honesty app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HonestyConfig(AppConfig):
    """Looks through findings and inspection records for entries that cannot be as entered."""

    name = "anlan.modules.honesty"
    label = "honesty"
    verbose_name = _("Honest-work analysis")

    def ready(self) -> None:
        """Make known what flags say."""
        from anlan.modules.honesty import texts  # noqa: F401
