"""The exchange app."""

from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class ExchangeConfig(AppConfig):
    """Uploads of dual-prevention data to the national and provincial interfaces."""

    name = "anlan.exchange"
    label = "exchange"
    verbose_name = pgettext_lazy("authority", "Upload")

    def ready(self) -> None:
        """Make permissions and events known; fill the places of the shell."""
        from anlan.exchange import events, policy  # noqa: F401
        from anlan.exchange.ui import shell

        shell.install()
