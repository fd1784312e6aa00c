"""The live app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LiveConfig(AppConfig):
    """Server-sent events with resume."""

    name = "anlan.base.live"
    label = "live"
    verbose_name = _("Live events")

    def ready(self) -> None:
        """Watch accounts and memberships, whoever changes them."""
        from anlan.base.jobs import news
        from anlan.base.live import rights
        from anlan.base.live.services import job_changed

        rights.install()
        news.subscribe(job_changed)
