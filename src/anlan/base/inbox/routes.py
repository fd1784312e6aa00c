"""Which channels reach whom."""

from collections.abc import Collection, Mapping
from uuid import UUID

from anlan.base.actors.models import User
from anlan.base.inbox import queries
from anlan.base.inbox.models import Channel, Preference


def routes_for(
    people: Collection[UUID], wishes: Mapping[UUID, Preference]
) -> dict[UUID, list[Channel]]:
    """Return the channels of each person: of each kind they take, the one of the nearest
    organisation at or above one of their posts. Three queries however many people."""
    available = list(
        Channel.objects.filter(is_active=True, organisation__is_active=True).select_related(
            "organisation"
        )
    )
    if not available:
        return {}
    available.sort(key=lambda channel: len(channel.organisation.path))
    addresses = {
        pk: {"email": email, "sms": phone}
        for pk, email, phone in User.objects.filter(pk__in=people, is_active=True).values_list(
            "pk", "email", "phone"
        )
    }
    paths = queries.members_paths(people)
    found: dict[UUID, list[Channel]] = {}
    for person, address in addresses.items():
        taken = set(wishes[person].channels)
        nearest: dict[str, Channel] = {}
        for channel in available:
            if (
                channel.kind in taken
                and address.get(channel.kind, "group") != ""
                and any(path.startswith(channel.scope_path) for path in paths.get(person, ()))
            ):
                nearest[channel.kind] = channel
        if nearest:
            found[person] = list(nearest.values())
    return found
