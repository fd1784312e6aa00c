"""Setting up channels."""

from collections.abc import Mapping
from urllib.parse import urlsplit
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation, User
from anlan.base.audit.services import record
from anlan.base.clock import now
from anlan.base.errors import BadInput, NotYours, Problem, Problems
from anlan.base.ids import uuid7
from anlan.base.inbox import events, queries
from anlan.base.inbox.channels import CHANNELS, Field
from anlan.base.inbox.models import Channel, Delivery, Purpose
from anlan.base.inbox.policy import MANAGE_CHANNELS
from anlan.base.inbox.sealing import seal, unseal
from anlan.base.inbox.services.sending import send_due


@transaction.atomic
def channel_save(
    actor: Actor,
    channel_id: UUID | None = None,
    *,
    organisation_id: UUID | None = None,
    kind: str = "",
    name: str,
    values: Mapping[str, str],
    is_active: bool = True,
) -> Channel:
    """Set up a channel or change it. A secret left empty keeps what it was.

    Raises BadInput with every wrong field; NotYours, Forbidden.
    """
    if channel_id is None:
        organisation = Organisation.objects.filter(pk__in=[organisation_id]).first()
        if organisation is None or kind not in CHANNELS:
            raise NotYours()
        channel = Channel(organisation=organisation, kind=kind)
    else:
        channel = queries.channel(actor, channel_id)
        Channel.objects.select_for_update().get(pk=channel.pk)
    policy.require(actor, MANAGE_CHANNELS, channel)
    before = {} if channel_id is None else _shown(channel)
    fields = CHANNELS[channel.kind].fields
    secrets = unseal(bytes(channel.sealed))
    secrets |= {f.name: values[f.name] for f in fields if f.is_secret and values.get(f.name)}
    plain = {f.name: values.get(f.name, "").strip() for f in fields if not f.is_secret}
    plain = {name: value for name, value in plain.items() if value}
    _check(fields, {**plain, **secrets})
    channel.name, channel.is_active = name, is_active
    channel.settings, channel.sealed, channel.problem = plain, seal(secrets), ""
    channel.version += 1 if channel_id else 0
    try:
        with transaction.atomic():
            channel.save()
    except IntegrityError as error:
        raise BadInput(Problem("name", _("This name is taken."))) from error
    record(actor, events.CHANNEL_SAVED, channel, before=before, after=_shown(channel))
    return channel


def _shown(channel: Channel) -> dict[str, object]:
    """What history keeps: never a secret."""
    return {"name": channel.name, "is_active": channel.is_active, **channel.settings}


def _check(fields: tuple[Field, ...], values: Mapping[str, str]) -> None:
    problems = Problems()
    for field in fields:
        value = values.get(field.name) or field.default
        if not value:
            if field.is_required:
                problems.add(field.name, _("Fill this in."))
        elif field.kind == "number" and not value.isdigit():
            problems.add(field.name, _("Give a whole number."))
        elif field.kind == "url" and (
            urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname
        ):
            problems.add(field.name, _("Give an address that begins with https://."))
        elif field.kind == "choice" and value not in dict(field.choices):
            problems.add(field.name, _("Choose one."))
    problems.raise_if_any()


def channel_test(actor: Actor, channel_id: UUID) -> Delivery:
    """Send the actor a test message now; the delivery tells what became of it."""
    with transaction.atomic():
        channel = queries.channel(actor, channel_id)
        policy.require(actor, MANAGE_CHANNELS, channel)
        # A test is how one learns whether a channel that refused works again.
        Channel.objects.filter(pk=channel.pk).update(problem="")
        me = User.objects.get(pk=queries.person_of(actor))
        moment = now()
        delivery = Delivery.objects.create(
            channel=channel,
            recipient=me,
            purpose=Purpose.TEST,
            key=f"test:{uuid7()}",
            next_try_at=moment,
        )
        record(actor, events.CHANNEL_TESTED, channel)
    send_due(moment, only=delivery.pk)
    delivery.refresh_from_db()
    return delivery
