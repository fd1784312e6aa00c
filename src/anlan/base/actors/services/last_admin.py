"""There is always somebody who can repair the installation."""

from collections.abc import Iterator
from contextlib import contextmanager

from anlan.base.actors.models import Membership
from anlan.base.actors.problems import LastAdministrator
from anlan.base.actors.roles import OrganisationKind, Role


def administrators() -> list[Membership]:
    """Return the roles of system administrator over an area that work now, locked.

    The lock makes two administrators who remove each other at the same moment wait in line.
    """
    return list(
        Membership.objects.select_for_update(of=("self",))
        .filter(
            role=Role.SYSTEM_ADMIN,
            ended_at__isnull=True,
            user__is_active=True,
            organisation__is_active=True,
            organisation__kind=OrganisationKind.AREA,
        )
        .order_by("pk")
    )


@contextmanager
def an_administrator_remains() -> Iterator[None]:
    """Raise LastAdministrator when the change in the block takes the last one away."""
    were = administrators()
    yield
    if were and not administrators():
        raise LastAdministrator()
