"""The enterprise that a caller names."""

from uuid import UUID

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Membership, Organisation
from anlan.base.actors.roles import OrganisationKind
from anlan.base.errors import NotYours


def enterprise_of(actor: Actor, given: Organisation | UUID) -> Organisation:
    """Return the enterprise. Raises NotYours when it is none or outside the scope."""
    pk = given.pk if isinstance(given, Organisation) else given
    found = Organisation.objects.filter(pk=pk, kind=OrganisationKind.ENTERPRISE).first()
    if found is None or not actor.scope.covers(found.path, found.pk):
        raise NotYours()
    return found


def people_of(owner: Organisation, ids: set[UUID]) -> set[UUID]:
    """Return those of these people who hold a post in the enterprise now."""
    return set(
        Membership.objects.filter(
            user_id__in=ids,
            user__is_active=True,
            ended_at__isnull=True,
            organisation__owner_enterprise_id=owner.pk,
        ).values_list("user_id", flat=True)
    )
