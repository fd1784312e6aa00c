"""Telling the levels of a colour: enterprise, park and county, city, province."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Q

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.models import Membership, Organisation
from anlan.base.actors.roles import RESPONSIBLE, OrganisationKind, Role
from anlan.base.clock import SHANGHAI
from anlan.base.duties.models.warning import Colour
from anlan.base.inbox.drafts import Draft
from anlan.base.inbox.models import Urgency
from anlan.base.inbox.services import notify_many
from anlan.modules.registry.models import MhiUnit
from anlan.modules.warnings import matrix, notices
from anlan.modules.warnings.models import EarlyWarning

LEVELS = ("enterprise", "county", "city", "province")
PLANT_ROLES = RESPONSIBLE | {Role.SAFETY_MANAGER, Role.CONTROL_ROOM}
AUTHORITY_ROLES = frozenset({Role.BUREAU_INSPECTOR, Role.BUREAU_LEADER, Role.PARK_OFFICER})
URGENCY = {
    Colour.RED: Urgency.RED,
    Colour.ORANGE: Urgency.ORANGE,
    Colour.YELLOW: Urgency.YELLOW,
    Colour.BLUE: Urgency.BLUE,
}


def tell_raised(rows: Sequence[EarlyWarning], now: dt.datetime) -> int:
    """Tell the levels of each warning's colour that were not told of this rise; return how many
    people. A fixed number of statements."""
    wanted = [
        (row, levels)
        for row in rows
        if (levels := [one for one in matrix.rows()[row.colour].levels if not _told(row, one)])
    ]
    if not wanted:
        return 0
    who = _people({row.enterprise_id for row, _levels in wanted})
    names = {
        unit.pk: f"{unit.enterprise.name} {unit.name}"
        for unit in MhiUnit.objects.for_actor(SYSTEM)
        .filter(pk__in=[row.unit_id for row, _levels in wanted])
        .select_related("enterprise")
    }
    drafts = []
    for row, levels in wanted:
        drafts += [
            _draft(row, names[row.unit_id], user)
            for level in levels
            for user in who[row.enterprise_id, level]
        ]
        row.told = [*row.told, *([level, row.colour] for level in levels)]
    EarlyWarning.objects.for_actor(SYSTEM).bulk_update([row for row, _l in wanted], ["told"])
    return notify_many(SYSTEM, drafts).people


def _told(row: EarlyWarning, level: str) -> bool:
    """Tell whether a level knows of this colour or a worse one."""
    return any(told == level and colour >= row.colour for told, colour in row.told)


def _draft(row: EarlyWarning, place: str, user: UUID) -> Draft:
    return Draft(
        recipient=user,
        kind=notices.RAISED.code,
        params={
            "colour": int(row.colour),
            "place": place,
            "score": f"{row.score:.0f}",
            "acknowledge": f"{row.acknowledge_by.astimezone(SHANGHAI):%m-%d %H:%M}",
            "clear": f"{row.clear_by.astimezone(SHANGHAI):%m-%d %H:%M}",
        },
        url=f"/warnings/{row.pk}/",
        urgency=URGENCY[Colour(row.colour)],
        needs_action=True,
        due_on=row.clear_by.astimezone(SHANGHAI).date(),
        dedupe_key=f"warning:{row.pk}:{row.colour}",
        scope_path=row.scope_path,
        enterprise_id=row.enterprise_id,
    )


def _people(enterprises: Iterable[UUID]) -> dict[tuple[UUID, str], set[UUID]]:
    """Return who is told at each level of each enterprise, in two statements."""
    orgs = list(Organisation.objects.filter(pk__in=enterprises).values("pk", "path", "park_id"))
    above: dict[str, list[tuple[UUID, str]]] = defaultdict(list)
    parks: dict[UUID, list[UUID]] = defaultdict(list)
    for org in orgs:
        parts = org["path"].split("/")[:-2]
        # cn / province / city / county, whatever lies below a county counts as one.
        for n in range(2, len(parts) + 1):
            level = {2: "province", 3: "city"}.get(n, "county")
            above["/".join(parts[:n]) + "/"].append((org["pk"], level))
        if org["park_id"]:
            parks[org["park_id"]].append(org["pk"])
    posts = Membership.objects.filter(
        Q(organisation__owner_enterprise_id__in=[org["pk"] for org in orgs], role__in=PLANT_ROLES)
        | Q(organisation__path__in=list(above), role__in=AUTHORITY_ROLES)
        | Q(organisation__in=list(parks), role__in=AUTHORITY_ROLES),
        ended_at__isnull=True,
        user__is_active=True,
        organisation__is_active=True,
    ).values_list(
        "organisation_id",
        "organisation__kind",
        "organisation__path",
        "organisation__owner_enterprise_id",
        "user_id",
    )
    found: dict[tuple[UUID, str], set[UUID]] = defaultdict(set)
    for org_id, kind, path, owner, user in posts:
        if kind == OrganisationKind.PARK:
            for enterprise in parks.get(org_id, ()):
                found[enterprise, "county"].add(user)
        elif kind == OrganisationKind.AREA:
            for enterprise, level in above.get(path, ()):
                found[enterprise, level].add(user)
        elif owner is not None:
            found[owner, "enterprise"].add(user)
    return found
