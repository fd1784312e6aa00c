"""The app of papers."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class PapersConfig(AppConfig):
    """PDF, Word and Excel."""

    name = "anlan.base.papers"
    label = "papers"
    verbose_name = _("Papers")

    def ready(self) -> None:
        """Import the `papers` module or package of every app, so that its papers are known."""
        autodiscover_modules("papers")
