"""Pocket in the side navigation."""

from django.utils.translation import gettext_lazy as _

from anlan.base.pocket.policy import SEE_DEVICES
from anlan.base.ui import navigation


def install() -> None:
    """Add the entry; called once at start-up."""
    navigation.register(
        navigation.NavItem(
            "pocket.devices", _("Phones"), "device-mobile", "pocket:devices", "system",
            permission=SEE_DEVICES, order=60,
            prefixes=("/phones/",),
        )
    )  # fmt: skip
