"""Reading the inbox; each person reads their own."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, Q, QuerySet

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Membership, Organisation
from anlan.base.actors.policy import Placed
from anlan.base.actors.roles import Role
from anlan.base.errors import NotYours
from anlan.base.inbox.models import (
    Channel,
    Delivery,
    HeldRun,
    Notice,
    NoticeState,
    Preference,
)
from anlan.base.inbox.states import RunState


def person_of(actor: Actor) -> UUID:
    """The account that acts. Raises NotYours for the product itself, which has no inbox."""
    if actor.user_id is None:
        raise NotYours()
    return actor.user_id


def notices(actor: Actor) -> QuerySet[Notice]:
    """The actor's own notices, newest first, without those about places no longer theirs."""
    if actor.user_id is None:
        return Notice.objects.none()
    return (
        Notice.objects.filter(recipient_id=actor.user_id)
        .filter(Q(scope_path="") | actor.scope.q())
        .order_by("-created_at", "-pk")
    )


def open_actions(actor: Actor) -> QuerySet[Notice]:
    """The actor's notices that need action and are not done, most urgent first."""
    return (
        notices(actor)
        .filter(needs_action=True)
        .exclude(state=NoticeState.DONE)
        .order_by("urgency", "due_on", "created_at", "pk")
    )


def unread_count(actor: Actor) -> int:
    """How many the bell shows: of `notices` those unread, written out, for each page asks."""
    if actor.user_id is None:
        return 0
    seen, values = actor.scope.sql()
    with connection.cursor() as cursor:
        # Its values go apart.
        sql = f"""SELECT count(*) FROM inbox_notice
            WHERE recipient_id = %s AND state = %s AND (scope_path = '' OR {seen})"""  # noqa: S608
        cursor.execute(sql, [actor.user_id, NoticeState.UNREAD.value, *values])
        n: int = cursor.fetchone()[0]
    return n


def state_counts(actor: Actor) -> dict[str, int]:
    """How many notices each view of the notice centre holds, in one query."""
    is_open = ~Q(state=NoticeState.DONE)
    return (
        notices(actor)
        .order_by()
        .aggregate(
            open=Count("pk", filter=is_open),
            unread=Count("pk", filter=Q(state=NoticeState.UNREAD)),
            action=Count("pk", filter=is_open & Q(needs_action=True)),
            done=Count("pk", filter=~is_open),
        )
    )


def unread_counts(user_ids: Collection[UUID]) -> dict[UUID, int]:
    """Unread notices of several people in one query; people without any are 0."""
    rows = (
        Notice.objects.filter(recipient_id__in=user_ids, state=NoticeState.UNREAD)
        .values_list("recipient_id")
        .annotate(n=Count("pk"))
    )
    return dict.fromkeys(user_ids, 0) | dict(rows)


def preference_of(actor: Actor) -> Preference:
    """The actor's preferences; the usual ones, not saved, for who never chose."""
    person = person_of(actor)
    return Preference.objects.filter(user_id=person).first() or Preference(user_id=person)


def preferences_of(user_ids: Collection[UUID]) -> dict[UUID, Preference]:
    """Preferences of several people in one query, with the usual ones for the rest."""
    found = Preference.objects.in_bulk(list(user_ids))
    return {user_id: found.get(user_id) or Preference(user_id=user_id) for user_id in user_ids}


def places_above(scope_path: str) -> list[str]:
    """Return the path itself and those of the places it lies in."""
    parts = scope_path.strip("/").split("/")
    return ["/".join(parts[: n + 1]) + "/" for n in range(len(parts))] if scope_path else []


def recipients_for(row: Placed, roles: Iterable[Role]) -> list[UUID]:
    """Active accounts that hold one of `roles` where the row lies: in its enterprise or the
    departments it belongs to, the areas above, its park and its group. One query."""
    where = Q(organisation__path__in=places_above(row.scope_path))
    if row.enterprise_id is not None:
        owner = Organisation.objects.filter(pk=row.enterprise_id)
        where |= Q(organisation_id__in=owner.values("park_id"))
        where |= Q(organisation_id__in=owner.values("group_id"))
    rows = Membership.objects.filter(
        where,
        role__in=list(roles),
        ended_at__isnull=True,
        organisation__is_active=True,
        user__is_active=True,
    )
    return list(rows.values_list("user_id", flat=True).distinct().order_by("user_id"))


def channels(actor: Actor) -> QuerySet[Channel]:
    """Channels of the organisations the actor sees from above."""
    return (
        Channel.objects.filter(actor.scope.q("organisation__path", "organisation_id"))
        .select_related("organisation")
        .order_by("organisation__path", "name")
    )


def channel(actor: Actor, pk: UUID | str) -> Channel:
    """One channel. Raises NotYours."""
    found = channels(actor).filter(pk=pk).first()
    if found is None:
        raise NotYours()
    return found


def deliveries(actor: Actor) -> QuerySet[Delivery]:
    """What was sent through the actor's channels, newest first."""
    return (
        Delivery.objects.filter(channel__in=channels(actor).order_by().values("pk"))
        .select_related("channel", "recipient")
        .order_by("-created_at", "-pk")
    )


def held_runs(actor: Actor) -> QuerySet[HeldRun]:
    """Runs held back whose recipients all lie below the actor, newest first."""
    if actor.scope.everything:
        return _first_told(HeldRun.objects.all())
    where = Q(pk__in=[])
    for post in actor.posts:
        where |= Q(scope_path__startswith=post.path)
    return _first_told(HeldRun.objects.filter(where))


def _first_told(rows: QuerySet[HeldRun]) -> QuerySet[HeldRun]:
    """Add the first message of each run: its name in words, without reading thousands."""
    return rows.annotate(first_draft=F("drafts__0")).order_by("-created_at")


def open_runs(actor: Actor) -> QuerySet[HeldRun]:
    """Runs that wait for a decision."""
    return held_runs(actor).filter(state=RunState.HELD)


def members_paths(user_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """Scope paths of the posts of several people, in one query."""
    found: dict[UUID, list[str]] = {}
    rows = Membership.objects.filter(
        user_id__in=user_ids, ended_at__isnull=True, organisation__is_active=True
    ).values_list("user_id", "organisation__path")
    for user_id, path in rows:
        found.setdefault(user_id, []).append(path)
    return found
