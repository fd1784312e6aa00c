"""Telling people."""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from anlan.base import live
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Membership
from anlan.base.actors.policy import Placed
from anlan.base.actors.roles import Role
from anlan.base.clock import now
from anlan.base.errors import BadInput, NotYours, Problem
from anlan.base.inbox import kinds, queries, rules
from anlan.base.inbox.drafts import Draft
from anlan.base.inbox.models import (
    Delivery,
    HeldRun,
    Notice,
    NoticeState,
    Preference,
    Purpose,
    Urgency,
)
from anlan.base.inbox.routes import routes_for

logger = logging.getLogger(__name__)

IMMEDIATE_PER_PERSON = 5
"""Messages at once to one person in one run; the rest go with the digest."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a run did. `held` is the record of a run that would have sent too much."""

    people: int = 0
    notices: int = 0
    immediate: int = 0
    repeated: int = 0
    held: UUID | None = None


def notify(
    actor: Actor,
    recipients: Iterable[UUID],
    kind: str,
    params: dict[str, Any] | None = None,
    *,
    row: Placed | None = None,
    url: str = "",
    urgency: int = Urgency.YELLOW,
    due_on: dt.date | None = None,
    needs_action: bool = False,
    dedupe_key: str = "",
) -> Sent:
    """Tell several people the same; in the caller's transaction.

    `row` is what it is about. With a `dedupe_key` a person is told once, however often the
    caller runs. The actor is not told of what they did themselves.
    """
    return notify_many(
        actor,
        [
            Draft(
                recipient=recipient,
                kind=kind,
                params=params or {},
                url=url,
                urgency=urgency,
                due_on=due_on,
                needs_action=needs_action,
                dedupe_key=dedupe_key,
                scope_path=row.scope_path if row is not None else "",
                enterprise_id=row.enterprise_id if row is not None else None,
            )
            for recipient in dict.fromkeys(recipients)
            if recipient != actor.user_id
        ],
    )


@transaction.atomic
def notify_many(actor: Actor, drafts: Sequence[Draft], *, cap: int | None = None) -> Sent:
    """Tell many people, each their own, with a number of queries that does not grow.

    More than `cap` new notices (ANLAN_INBOX_RUN_CAP) trip the circuit breaker: none is made,
    the run is kept for an administrator to let go or drop, and the log says so loudly.
    Raises ValueError for a kind nobody declared.
    """
    for kind in {draft.kind for draft in drafts}:
        if not kinds.is_known(kind):
            raise ValueError(f"notice kind {kind!r} is not declared")
    fresh = _without_repeated(drafts)
    repeated = len(drafts) - len(fresh)
    if not fresh:
        return Sent(repeated=repeated)
    cap = settings.INBOX_RUN_CAP if cap is None else cap
    if len(fresh) > cap:
        return Sent(repeated=repeated, held=hold(fresh, cap).pk)
    rows = [draft.notice() for draft in fresh]
    Notice.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)
    immediate = _tell_at_once(list(zip(fresh, rows, strict=True)))
    people = {draft.recipient for draft in fresh}
    tell_counts(people)
    return Sent(len(people), len(fresh), immediate, repeated)


def _without_repeated(drafts: Sequence[Draft]) -> list[Draft]:
    keyed = {(draft.recipient, draft.dedupe_key) for draft in drafts if draft.dedupe_key}
    known: set[tuple[UUID, str]] = set()
    if keyed:
        known = set(
            Notice.objects.filter(
                recipient_id__in={recipient for recipient, _key in keyed},
                dedupe_key__in={key for _recipient, key in keyed},
            ).values_list("recipient_id", "dedupe_key")
        )
    fresh = []
    for draft in drafts:
        key = (draft.recipient, draft.dedupe_key)
        if not draft.dedupe_key:
            fresh.append(draft)
        elif key not in known:
            known.add(key)
            fresh.append(draft)
    return fresh


def _tell_at_once(pairs: list[tuple[Draft, Notice]]) -> int:
    """Make deliveries for what cannot wait; return for how many notices."""
    per_person: dict[UUID, list[tuple[Draft, Notice]]] = defaultdict(list)
    for draft, notice in pairs:
        if draft.is_immediate:
            per_person[draft.recipient].append((draft, notice))
    if not per_person:
        return 0
    moment = now()
    wishes = queries.preferences_of(list(per_person))
    routes = routes_for(list(per_person), wishes)
    deliveries, told = [], []
    for person, mine in per_person.items():
        mine.sort(key=lambda pair: pair[0].urgency)
        if len(mine) > IMMEDIATE_PER_PERSON:
            logger.warning(
                "inbox: %d urgent messages to one person; %d left for the digest",
                len(mine), len(mine) - IMMEDIATE_PER_PERSON,
            )  # fmt: skip
        for draft, notice in mine[:IMMEDIATE_PER_PERSON]:
            told.append(notice)
            at = moment
            if draft.urgency != Urgency.RED:
                wish = wishes[person]
                at = rules.after_quiet(moment, wish.quiet_from, wish.quiet_until)
            deliveries += [
                Delivery(
                    channel=channel,
                    recipient_id=person,
                    purpose=Purpose.IMMEDIATE,
                    notices=[notice.pk],
                    key=f"now:{notice.pk}:{channel.pk}",
                    next_try_at=at,
                )
                for channel in routes.get(person, ())
                if channel.kind != "sms" or draft.urgency == Urgency.RED
            ]
    Notice.objects.filter(pk__in=[notice.pk for notice in told]).update(told_at=moment)
    Delivery.objects.bulk_create(deliveries, batch_size=1000, ignore_conflicts=True)
    if deliveries:
        _send_soon()
    return len(told)


def _send_soon() -> None:
    from anlan.base.inbox.tasks import send_soon

    transaction.on_commit(send_soon)


def tell_counts(people: Collection[UUID]) -> None:
    """Bring the bells of these people up to date, after the commit."""
    for user_id, count in queries.unread_counts(people).items():
        live.publish("inbox", "unread", {"count": count}, user_id=user_id)


def hold(drafts: Sequence[Draft], cap: int, *, what: str = "", planned: int = 0) -> HeldRun:
    """Keep a run that would send too much, and tell the administrators above its people."""
    people = {draft.recipient for draft in drafts}
    return hold_for(
        people,
        what=what or drafts[0].kind,
        planned=planned or len(drafts),
        cap=cap,
        drafts=[draft.to_json() for draft in drafts],
    )


def hold_for(
    people: Collection[UUID], *, what: str, planned: int, cap: int, drafts: list[dict[str, Any]]
) -> HeldRun:
    """Keep a run by the people it would reach."""
    paths = [path for mine in queries.members_paths(people).values() for path in mine]
    run = HeldRun.objects.create(
        what=what,
        planned=planned,
        cap=cap,
        drafts=drafts,
        scope_path=rules.common_place(paths),
    )
    logger.error("inbox: run of %s held back: %d messages, cap %d (%s)", what, planned, cap, run.pk)
    admins = Membership.objects.filter(
        organisation__path__in=queries.places_above(run.scope_path),
        role=Role.SYSTEM_ADMIN,
        ended_at__isnull=True,
        user__is_active=True,
    ).values_list("user_id", flat=True)
    rows = [
        Draft(
            recipient=admin,
            kind=kinds.RUN_TRIPPED.code,
            params={"what": run.what_it_sends, "planned": planned, "cap": cap},
            url="/inbox/held/",
            urgency=Urgency.RED,
            needs_action=True,
            dedupe_key=f"held:{run.pk}",
        )
        for admin in set(admins)
    ]
    Notice.objects.bulk_create([draft.notice() for draft in rows], ignore_conflicts=True)
    tell_counts([draft.recipient for draft in rows])
    return run


@transaction.atomic
def notices_move(actor: Actor, state: NoticeState, ids: Collection[UUID] | None = None) -> int:
    """Mark the actor's notices (all unread ones without `ids`); return how many changed.

    Somebody else's ids are passed over: they are not there.
    """
    rows = queries.notices(actor).exclude(state=state)
    rows = rows.filter(state=NoticeState.UNREAD) if ids is None else rows.filter(pk__in=ids)
    keys = list(rows.values_list("pk", flat=True))
    changed = Notice.objects.filter(pk__in=keys).update(
        state=state, read_at=None if state == NoticeState.UNREAD else now()
    )
    if changed and actor.user_id is not None:
        tell_counts([actor.user_id])
    return changed


@transaction.atomic
def open_notice(actor: Actor, notice_id: UUID) -> Notice:
    """Return one notice of the actor, read from now on. Raises NotYours."""
    notice = queries.notices(actor).select_for_update().filter(pk=notice_id).first()
    if notice is None:
        raise NotYours()
    if notice.state == NoticeState.UNREAD:
        notices_move(actor, NoticeState.READ, [notice.pk])
    return notice


@transaction.atomic
def preference_save(
    actor: Actor,
    *,
    channels: Sequence[str],
    quiet_from: dt.time,
    quiet_until: dt.time,
    wants_digest: bool,
    digest_at: dt.time,
) -> Preference:
    """Save how the actor wants to be told. Raises BadInput for a digest in quiet hours."""
    if wants_digest and rules.is_quiet(digest_at, quiet_from, quiet_until):
        raise BadInput(Problem("digest_at", _("The digest lies in your quiet hours.")))
    saved, _created = Preference.objects.update_or_create(
        user_id=queries.person_of(actor),
        defaults={
            "channels": list(channels),
            "quiet_from": quiet_from,
            "quiet_until": quiet_until,
            "wants_digest": wants_digest,
            "digest_at": digest_at,
        },
    )
    return saved
