"""The demo app; it has no rows of its own."""

from django.apps import AppConfig
from django.utils.translation import gettext as _


class DemoConfig(AppConfig):
    """The demonstration city."""

    name = "anlan.demo"
    label = "demo"

    def ready(self) -> None:
        """Make its event known; say on the sign-in page how to look around."""
        from anlan.base.ui import slots
        from anlan.demo import events  # noqa: F401

        slots.provide("sign_in_hint")(_hint)


def _hint(_viewer: object) -> str:
    from anlan.base.actors.models import Organisation
    from anlan.demo.accounts import PASSWORD

    if not Organisation.objects.filter(is_demo=True).exists():
        return ""
    return _("Demonstration data. Sign in as %(names)s; the password is %(password)s.") % {
        "names": _(", ").join(("safety", "inspector", "leader", "park", "admin")),
        "password": PASSWORD,
    }
