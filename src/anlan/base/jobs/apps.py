"""The app of background jobs."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    """Background and periodic jobs."""

    name = "anlan.base.jobs"
    label = "jobs"
    verbose_name = _("Background jobs")

    def ready(self) -> None:
        """Import the `jobs.py` of every app, so that its jobs are known."""
        autodiscover_modules("jobs")
