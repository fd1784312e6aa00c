"""The app of people, organisations and scope."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActorsConfig(AppConfig):
    """People, organisations, roles, scope."""

    name = "anlan.base.actors"
    label = "actors"
    verbose_name = _("People and scope")

    def ready(self) -> None:
        """Close the second wall, declare the permissions, listen at the door."""
        from anlan.base.actors import permissions, sign_in, wall
        from anlan.base.actors.ui import shell

        assert permissions.GRANTABLE
        wall.install()
        sign_in.listen()
        shell.install()
