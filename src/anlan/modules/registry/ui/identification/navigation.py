"""What grading puts into the shell."""

from django.utils.translation import gettext_lazy as _

from anlan.base.ui import navigation


def install() -> None:
    """Offer the trial to everybody; called once when the app starts."""
    navigation.register(
        navigation.NavItem(
            "registry.trial", _("GB 18218 trial"), "calculator", "grading:trial", "basis", order=35
        )
    )
