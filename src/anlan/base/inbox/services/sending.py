"""Digests, and the messages that leave."""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.models import Membership
from anlan.base.actors.roles import Role
from anlan.base.clock import SHANGHAI, now
from anlan.base.errors import Unavailable
from anlan.base.inbox import kinds, queries, rules
from anlan.base.inbox.channels import CHANNELS, Message
from anlan.base.inbox.channels.base import Rejected, Throttled, Unreachable
from anlan.base.inbox.drafts import Draft
from anlan.base.inbox.models import (
    DIGEST,
    Channel,
    Delivery,
    DeliveryState,
    HeldRun,
    Notice,
    NoticeState,
    Purpose,
    Urgency,
)
from anlan.base.inbox.routes import routes_for
from anlan.base.inbox.sealing import unseal
from anlan.base.inbox.services.notices import hold_for, notify_many
from anlan.base.inbox.states import RunState

logger = logging.getLogger(__name__)

LEASE = dt.timedelta(minutes=10)
LINES_MAX = 20


@transaction.atomic
def digest_run(moment: dt.datetime) -> int:
    """Make one digest for each person whose time has come and who was not told everything;
    return for how many. The number of queries does not depend on theirs.

    Runs every minute: one digest per person and day, however often. Too many at once
    (ANLAN_INBOX_DIGEST_CAP) trip the circuit breaker once a day.
    """
    here = moment.astimezone(SHANGHAI)
    morning = dt.datetime.combine(here.date(), dt.time(), SHANGHAI)
    untold: dict[UUID, list[Notice]] = defaultdict(list)
    rows = Notice.objects.filter(
        told_at__isnull=True, state=NoticeState.UNREAD, recipient__is_active=True
    ).order_by("urgency", "due_on", "created_at")
    for notice in rows.only("pk", "recipient_id"):
        untold[notice.recipient_id].append(notice)
    wishes = queries.preferences_of(list(untold))
    had_one = set(
        Delivery.objects.filter(purpose=Purpose.DIGEST, created_at__gte=morning).values_list(
            "recipient_id", flat=True
        )
    )
    due = {
        person: notices
        for person, notices in untold.items()
        if (wish := wishes[person]).wants_digest
        and wish.digest_at <= here.time()
        and person not in had_one
        and not rules.is_quiet(here.time(), wish.quiet_from, wish.quiet_until)
    }
    if not due or not _may_run(due, morning):
        return 0
    routes = routes_for(list(due), wishes)
    deliveries = [
        Delivery(
            channel=channel,
            recipient_id=person,
            purpose=Purpose.DIGEST,
            notices=[notice.pk for notice in due[person]],
            key=f"digest:{here.date()}:{person}:{channel.pk}",
            next_try_at=moment,
        )
        for person, channels in routes.items()
        for channel in channels
        if channel.kind != "sms"
    ]
    Delivery.objects.bulk_create(deliveries, batch_size=1000, ignore_conflicts=True)
    told = [notice.pk for notices in due.values() for notice in notices]
    Notice.objects.filter(pk__in=told).update(told_at=moment)
    return len(due)


def _may_run(due: dict[UUID, list[Notice]], morning: dt.datetime) -> bool:
    cap = settings.INBOX_DIGEST_CAP
    if len(due) <= cap:
        return True
    today = HeldRun.objects.filter(what=DIGEST, created_at__gte=morning).first()
    if today is None:
        hold_for(list(due), what=DIGEST, planned=len(due), cap=cap, drafts=[])
        return False
    return today.state == RunState.RESUMED


def send_due(
    moment: dt.datetime | None = None, limit: int = 200, only: UUID | None = None
) -> dict[str, int]:
    """Send what is due, at most `limit` (or `only` one); return how many were sent, put off
    and failed.

    Several workers may run at once: each takes its own rows. A row taken by a worker that was
    killed is due again after LEASE, so a message may arrive twice but never not at all.
    """
    moment = moment or now()
    taken = _take(moment, limit, only)
    people = _messages(taken)
    counts = {"sent": 0, "put_off": 0, "failed": 0}
    stopped: dict[UUID, Unavailable] = {}
    for delivery in taken:
        error = stopped.get(delivery.channel_id)
        message = people.get(delivery.pk)
        if error is None and message is not None:
            error = _try(delivery.channel, message)
            if isinstance(error, Throttled | Rejected):
                # The rest of this channel would hear the same.
                stopped[delivery.channel_id] = error
        counts[_note(delivery, error, moment)] += 1
    for channel_id, error in stopped.items():
        if error.permanent:
            _break(channel_id, error)
    return counts


@transaction.atomic
def _take(moment: dt.datetime, limit: int, only: UUID | None) -> list[Delivery]:
    chosen = Q() if only is None else Q(pk=only)
    rows = list(
        Delivery.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(
            chosen,
            state=DeliveryState.WAITING,
            next_try_at__lte=moment,
            channel__is_active=True,
            channel__problem="",
        )
        .select_related("channel", "recipient")
        .order_by("next_try_at")[:limit]
    )
    for row in rows:
        row.attempts += 1
        row.next_try_at = moment + LEASE
    Delivery.objects.bulk_update(rows, ["attempts", "next_try_at"])
    return rows


def _try(channel: Channel, message: Message) -> Unavailable | None:
    """Send one message; return what went wrong."""
    try:
        CHANNELS[channel.kind]({**channel.settings, **unseal(bytes(channel.sealed))}).send(message)
    except Unavailable as error:
        return error
    except Exception:  # foreign data and foreign servers; one bad message must not stop the rest
        logger.exception("inbox: channel %s failed", channel.pk)
        return Unavailable()
    return None


def _note(delivery: Delivery, error: Unavailable | None, moment: dt.datetime) -> str:
    """Write down what became of a delivery; return the word for the count."""
    if error is None:
        delivery.state, delivery.sent_at, delivery.error = DeliveryState.SENT, now(), ""
        outcome = "sent"
    else:
        delivery.error = str(error)[:300]
        retry_at = rules.next_attempt(moment, delivery.attempts, error.retry_after)
        if isinstance(error, Unreachable) or retry_at is None:
            delivery.state, outcome = DeliveryState.FAILED, "failed"
        else:
            # After a refusal for good it waits too: for the channel to be put right.
            delivery.next_try_at, outcome = retry_at, "put_off"
    delivery.save(update_fields=["state", "sent_at", "error", "next_try_at"])
    return outcome


@transaction.atomic
def _break(channel_id: UUID, error: Unavailable) -> None:
    """Stop a channel whose other side refuses for good, and tell its administrators."""
    channel = Channel.objects.select_for_update().select_related("organisation").get(pk=channel_id)
    if channel.problem:
        return
    channel.problem = str(error)[:300]
    channel.save(update_fields=["problem", "updated_at"])
    logger.error("inbox: channel %s is out of order: %s", channel.pk, channel.problem)
    admins = Membership.objects.filter(
        organisation__path__in=queries.places_above(channel.organisation.path),
        role=Role.SYSTEM_ADMIN,
        ended_at__isnull=True,
        user__is_active=True,
    ).values_list("user_id", flat=True)
    notify_many(
        SYSTEM,
        [
            Draft(
                recipient=admin,
                kind=kinds.CHANNEL_BROKEN.code,
                params={"name": channel.name, "error": channel.problem},
                url=f"/inbox/channels/{channel.pk}/",
                urgency=Urgency.ORANGE,
                needs_action=True,
                dedupe_key=f"broken:{channel.pk}:{channel.version}",
            )
            for admin in set(admins)
        ],
    )


def _messages(deliveries: Iterable[Delivery]) -> dict[UUID, Message]:
    """Compose what is sent, each in its reader's language. One query for all notices."""
    deliveries = list(deliveries)
    ids = {pk for delivery in deliveries for pk in delivery.notices}
    notices = Notice.objects.in_bulk(list(ids))
    composed = {}
    for delivery in deliveries:
        mine = [notices[pk] for pk in delivery.notices if pk in notices]
        with override(delivery.recipient.language):
            composed[delivery.pk] = _compose(delivery, mine)
    return composed


def _compose(delivery: Delivery, notices: list[Notice]) -> Message:
    person = delivery.recipient
    if delivery.purpose == Purpose.DIGEST:
        n, actions = len(notices), sum(notice.needs_action for notice in notices)
        title = ngettext("Anlan: %(n)d message", "Anlan: %(n)d messages", n) % {"n": n}
        if actions:
            title += _(", %(n)d need action") % {"n": actions}
        lines = [_line(notice) for notice in notices[:LINES_MAX]]
        if n > LINES_MAX:
            lines.append(_("and %(n)d more") % {"n": n - LINES_MAX})
        body, url = "\n".join(lines), "/inbox/"
    elif notices:
        title, body, url = notices[0].title, notices[0].body, notices[0].url
    else:
        title, body, url = _("Test message of Anlan"), _("This channel works."), ""
    return Message(
        title=title,
        body=body,
        url=settings.PUBLIC_URL.rstrip("/") + url if settings.PUBLIC_URL and url else "",
        name=person.display_name,
        email=person.email,
        phone=person.phone,
        urgency=min((notice.urgency for notice in notices), default=Urgency.BLUE),
    )


def _line(notice: Notice) -> str:
    due = _(" (due %(day)s)") % {"day": notice.due_on} if notice.due_on else ""
    return f"· {notice.title}{due}"
