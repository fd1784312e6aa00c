"""The indicators app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IndicatorsConfig(AppConfig):
    """Weekly score, rates, ranking, analysis, self-evaluation, rewards and penalties."""

    name = "anlan.modules.indicators"
    label = "indicators"
    verbose_name = _("Indicators and rating")

    def ready(self) -> None:
        """Make events, permissions, papers and jobs known; fill the shell's places."""
        from anlan.modules.findings import subscribers
        from anlan.modules.indicators import events, papers, policy, texts  # noqa: F401
        from anlan.modules.indicators.services import incentives
        from anlan.modules.indicators.ui import navigation

        navigation.install()
        subscribers.on_reward(incentives.reward_of_report)
