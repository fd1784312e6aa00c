"""Telling people: red warnings at once, everything else in one message a day."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Q

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.models import Membership, Organisation
from anlan.base.actors.roles import OrganisationKind, Role
from anlan.base.clock import SHANGHAI
from anlan.base.duties import ladder, notices, queries, rules
from anlan.base.duties.models import Colour, Instance, RaisedWarning
from anlan.base.duties.states import OPEN, State
from anlan.base.inbox.drafts import Draft
from anlan.base.inbox.models import Urgency
from anlan.base.inbox.services import notify_many

BATCH = 2_000


@dataclass
class Roster:
    """Who holds which role where, for some enterprises: read once, asked many times."""

    posts: dict[str, list[tuple[str, UUID]]] = field(default_factory=lambda: defaultdict(list))
    officers: dict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    people: list[tuple[str, UUID]] = field(default_factory=list)
    parks: dict[UUID, UUID] = field(default_factory=dict)
    areas: dict[UUID, UUID] = field(default_factory=dict)
    stand_ins: dict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))

    def with_stand_ins(self, people: Iterable[UUID]) -> set[UUID]:
        """Return the people and those who stand in for them at the moment of the roster."""
        found = set(people)
        return found.union(*(self.stand_ins[one] for one in found if one in self.stand_ins))

    def holders(self, role: str, path: str) -> set[UUID]:
        """Return who holds a role at a place or above it within the enterprise."""
        return {user for at, user in self.posts[role] if path.startswith(at)}

    def carriers(self, assignee: UUID | None, role: str, path: str) -> set[UUID]:
        """Return whose duty it is, without substitutes; as `queries.mine_q` has it."""
        if assignee is not None:
            return {assignee}
        if role:
            return {
                user for at, user in self.posts[role] if path.startswith(at) or at.startswith(path)
            }
        return {user for at, user in self.people if at.startswith(path)}

    def told(self, key: str, warning: RaisedWarning) -> set[UUID]:
        """Return the people behind a recipient of the ladder."""
        if key == ladder.EXECUTOR:
            return self.carriers(warning.assignee_id, warning.role, warning.scope_path)
        if key == ladder.DEPARTMENT_HEAD:
            heads = self.holders(Role.WORKSHOP_HEAD, warning.scope_path)
            return heads or self.holders(Role.SAFETY_MANAGER, warning.scope_path)
        if key == ladder.PARK:
            return self.officers[self.parks.get(warning.enterprise_id, UUID(int=0))]
        if key == ladder.AREA:
            return self.officers[self.areas.get(warning.enterprise_id, UUID(int=0))]
        return self.holders(key, warning.scope_path)


def roster(enterprises: Iterable[UUID], now: dt.datetime | None = None) -> Roster:
    """Return the posts of enterprises, and of the parks and areas over them, in two statements;
    with `now` also who stands in for whom then, in a third."""
    ids = set(enterprises)
    made = Roster()
    if now is not None:
        for away, there in queries.stand_ins(ids, now):
            made.stand_ins[away].add(there)
    outside: set[UUID] = set()
    for pk, park, area in Organisation.objects.filter(pk__in=ids).values_list(
        "pk", "park_id", "parent_id"
    ):
        if park is not None:
            made.parks[pk] = park
            outside.add(park)
        if area is not None:
            made.areas[pk] = area
            outside.add(area)
    posts = Membership.objects.filter(
        Q(organisation__owner_enterprise_id__in=ids) | Q(organisation__in=outside),
        ended_at__isnull=True,
        user__is_active=True,
        organisation__is_active=True,
    ).values_list("organisation_id", "organisation__path", "organisation__kind", "role", "user_id")
    for organisation, path, kind, role, user in posts:
        if kind in (OrganisationKind.PARK, OrganisationKind.AREA):
            if role in (Role.PARK_OFFICER, Role.BUREAU_INSPECTOR):
                made.officers[organisation].add(user)
            continue
        made.posts[role].append((path, user))
        made.people.append((path, user))
    return made


def tell_red(now: dt.datetime) -> int:
    """Tell at once of warnings that have turned red; return how many warnings that were."""
    return _tell(Q(colour=Colour.RED), now)


def tell_warnings(now: dt.datetime) -> int:
    """Tell of all warnings nobody has been told of yet, one message a person."""
    return _tell(Q(), now)


def _tell(which: Q, now: dt.datetime) -> int:
    total = 0
    while True:
        with transaction.atomic():
            found = list(
                RaisedWarning.objects.unscoped("every enterprise's warnings are told")
                .filter(which, cleared_at__isnull=True, told_colour__lt=F("colour"))
                .select_for_update(of=("self",), skip_locked=True)
                .order_by("enterprise_id", "-colour")[:BATCH]
            )
            if not found:
                return total
            _send(found, now)
            for warning in found:
                warning.told_colour = warning.colour
            RaisedWarning.objects.unscoped("locked above").bulk_update(
                found, ["told_colour"], batch_size=1000
            )
            total += len(found)


def _send(found: Sequence[RaisedWarning], now: dt.datetime) -> None:
    """Make one message a person and enterprise; of what cannot wait, one a warning."""
    who = roster({warning.enterprise_id for warning in found}, now)
    own = queries.own_ladders_of({warning.enterprise_id for warning in found})
    gathered: dict[UUID, dict[UUID, list[RaisedWarning]]] = defaultdict(lambda: defaultdict(list))
    drafts: dict[UUID, list[Draft]] = defaultdict(list)
    for warning in found:
        rungs = own.get(warning.enterprise_id) or ladder.product_default()
        at_once = ladder.told_how(rungs, warning.trigger, warning.colour) == "immediate"
        people = who.with_stand_ins(
            user
            for rung in rungs
            if rung.trigger == warning.trigger
            and warning.told_colour < rung.colour <= warning.colour
            and rung.told != "none"
            for key in rung.recipients
            for user in who.told(key, warning)
        )
        for user in people:
            if at_once:
                drafts[warning.enterprise_id].append(_red(user, warning))
            else:
                gathered[warning.enterprise_id][user].append(warning)
    for enterprise, mine in gathered.items():
        for user, warnings in mine.items():
            drafts[enterprise].append(_summary(user, warnings, now))
    # An enterprise at a time: the cap on a run is meant for one that goes wrong.
    for batch in drafts.values():
        notify_many(SYSTEM, batch)


def _red(user: UUID, warning: RaisedWarning) -> Draft:
    return Draft(
        recipient=user,
        kind=notices.RED.code,
        params={"title": warning.title, "cause": warning.cause},
        url=f"/duties/warnings/{warning.pk}/",
        urgency=Urgency.RED,
        needs_action=True,
        dedupe_key=f"duties.red:{warning.pk}:{warning.colour}",
        scope_path=warning.scope_path,
        enterprise_id=warning.enterprise_id,
    )


def _summary(user: UUID, warnings: list[RaisedWarning], now: dt.datetime) -> Draft:
    distinct = {warning.pk: warning for warning in warnings}.values()
    worst = max(distinct, key=lambda warning: warning.colour)
    return Draft(
        recipient=user,
        kind=notices.WARNINGS.code,
        params={"count": len(distinct), "first": worst.title},
        url="/duties/warnings/",
        urgency=Urgency.ORANGE if worst.colour >= Colour.ORANGE else Urgency.YELLOW,
        needs_action=True,
        dedupe_key=f"duties.warnings:{worst.pk}:{worst.colour}",
        scope_path=worst.scope_path,
        enterprise_id=worst.enterprise_id,
    )


def digest(now: dt.datetime) -> int:
    """Tell everybody how many plans of theirs fall due today and how many are overdue; once a day.

    A fixed number of statements for all people, then one run an enterprise. Returns how many
    people were told.
    """
    day = now.astimezone(SHANGHAI).date()
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(0), SHANGHAI)
    rows = (
        Instance.objects.unscoped("every enterprise's people are told")
        .filter(
            state__in=OPEN,
            due_at__lte=end,
            id__gte=rules.id_bound(end - queries.REACH),
            id__lt=rules.id_bound(end),
        )
        .values_list("enterprise_id", "assignee_id", "role", "scope_path")
        .annotate(
            due=Count("plan", distinct=True, filter=~Q(state=State.OVERDUE)),
            late=Count("plan", distinct=True, filter=Q(state=State.OVERDUE)),
        )
        .order_by()
    )
    found = list(rows)
    who = roster({row[0] for row in found}, now)
    sums: dict[UUID, dict[UUID, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for enterprise, assignee, role, path, due, late in found:
        for user in who.with_stand_ins(who.carriers(assignee, role, path)):
            sums[enterprise][user][0] += due
            sums[enterprise][user][1] += late
    told = 0
    for enterprise, people in sums.items():
        told += notify_many(
            SYSTEM,
            [
                Draft(
                    recipient=user,
                    kind=notices.DIGEST.code,
                    params={"due": due, "overdue": late},
                    url="/duties/",
                    urgency=Urgency.ORANGE if late else Urgency.YELLOW,
                    due_on=day,
                    dedupe_key=f"duties.digest:{day}",
                    enterprise_id=enterprise,
                )
                for user, (due, late) in people.items()
            ],
        ).people
    return told
