"""Phones: registering, proving, contact, shutting out."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from anlan.base.actors import policy, wall
from anlan.base.actors.actor import SYSTEM, Actor
from anlan.base.actors.models import User
from anlan.base.actors.scope import EVERYTHING
from anlan.base.audit.services import record
from anlan.base.clock import now
from anlan.base.errors import BadInput, Forbidden, Problem
from anlan.base.pocket import events, keys
from anlan.base.pocket.models import Device, DeviceUser, MissingRange
from anlan.base.pocket.policy import REVOKE_DEVICE
from anlan.base.pocket.problems import KeyTaken, NotThisPhone, Revoked

DRAIN_FOR = timedelta(days=30)
# Contact is noted at most this often, so that a minute of chunks is not a minute of writes.
CONTACT_EVERY = timedelta(seconds=20)
ANY_PHONE = "a phone proves itself by its key, whoever is signed in"


def register(
    actor: Actor,
    device_id: UUID,
    key: dict[str, Any],
    proof: str,
    *,
    label: str = "",
    user_agent: str = "",
    replaces: UUID | None = None,
) -> Device:
    """Make a phone known, or let this person use a known one; return it.

    `proof` signs `anlan-device\\n<id>` with the key. `replaces` is the installation that the
    browser remembers although its data are gone: its unsent numbers are noted as lost. Raises
    Forbidden without a post, BadInput, KeyTaken, Revoked.
    """
    if actor.user_id is None or actor.home is None:
        raise Forbidden()
    message = f"anlan-device\n{device_id}".encode()
    jwk = {name: str(key.get(name, "")) for name in ("crv", "kty", "x", "y")}
    if not keys.verify(jwk, proof, message):
        raise BadInput(Problem("proof", _("The phone's key does not fit its proof."), code="key"))
    moment, home = now(), actor.home
    owner = home.enterprise_id or home.organisation_id
    with wall.acting_as(EVERYTHING), transaction.atomic():
        device, made = Device.objects.unscoped(ANY_PHONE).get_or_create(
            pk=device_id,
            defaults={
                "enterprise_id": owner,
                "scope_path": home.path,
                "key": jwk,
                "label": (label or pgettext("device", "Phone"))[:80],
                "user_agent": user_agent[:300],
                "last_contact": moment,
                "drain_until": moment + DRAIN_FOR,
            },
        )
        if device.key != jwk:
            raise KeyTaken()
        if device.revoked_at is not None:
            raise Revoked(order_for(device))
        if made:
            record(actor, events.DEVICE_REGISTERED, device, after={"user_agent": user_agent[:300]})
        join(actor, device, moment)
        if replaces is not None and replaces != device_id:
            _note_wiped(actor, replaces, moment)
    return device


def keep_joined(actor: Actor, device: Device) -> None:
    """Note that the person signed in uses this phone; its time to drain begins anew."""
    with wall.acting_as(EVERYTHING), transaction.atomic():
        join(actor, device, now())


def join(actor: Actor, device: Device, moment: datetime) -> None:
    """Note that somebody signed in works on this phone; in the caller's transaction."""
    known, made = DeviceUser.objects.unscoped(ANY_PHONE).get_or_create(
        device=device,
        user_id=actor.user_id,
        defaults={
            "enterprise_id": device.enterprise_id,
            "scope_path": device.scope_path,
            "seen_at": moment,
        },
    )
    if made:
        record(actor, events.DEVICE_JOINED, device)
    elif moment - known.seen_at > CONTACT_EVERY:
        DeviceUser.objects.unscoped(ANY_PHONE).filter(pk=known.pk).update(seen_at=moment)
    Device.objects.unscoped(ANY_PHONE).filter(pk=device.pk).update(drain_until=moment + DRAIN_FOR)


def _note_wiped(actor: Actor, old_id: UUID, moment: datetime) -> None:
    old = Device.objects.unscoped(ANY_PHONE).select_for_update().filter(pk=old_id).first()
    if old is None or old.sealed_seq <= old.last_seq:
        return
    users = DeviceUser.objects.unscoped(ANY_PHONE)
    if not users.filter(device=old, user_id=actor.user_id).exists():
        return
    missing, made = MissingRange.objects.unscoped(ANY_PHONE).get_or_create(
        device=old,
        cause=MissingRange.Cause.WIPED,
        first=old.last_seq + 1,
        last=old.sealed_seq,
        defaults={
            "enterprise_id": old.enterprise_id,
            "scope_path": old.scope_path,
            "noticed_at": moment,
            "told_at": moment,
        },
    )
    if made:
        record(actor, events.LOST_RANGE, old, after={"first": missing.first, "last": missing.last})


def proven(device_id: str, signature: str, message: bytes, *, sealed_seq: int = 0) -> Device:
    """Return the phone whose key signed the message, and note the contact.

    Raises NotThisPhone, Revoked.
    """
    try:
        wanted = UUID(device_id)
    except ValueError as error:
        raise NotThisPhone() from error
    moment = now()
    with wall.acting_as(EVERYTHING):
        device: Device | None = Device.objects.unscoped(ANY_PHONE).filter(pk=wanted).first()
        if device is None or not keys.verify(device.key, signature, message):
            raise NotThisPhone()
        if device.revoked_at is not None:
            raise Revoked(order_for(device))
        changed: dict[str, Any] = {}
        if device.last_contact is None or moment - device.last_contact > CONTACT_EVERY:
            changed["last_contact"] = moment
        if device.sealed_seq < sealed_seq < 2**31:
            changed["sealed_seq"] = sealed_seq
        if changed:
            Device.objects.unscoped(ANY_PHONE).filter(pk=device.pk).update(**changed)
    return device


def require_drain(device: Device) -> None:
    """Raise NotThisPhone when the phone may not send any more without somebody signing in."""
    if device.drain_until < now():
        raise NotThisPhone()


def person_order(device: Device, user_id: str) -> dict[str, Any] | None:
    """Return the signed order for a person of this phone who has lost every right, else None.

    The phone locks its package, sends what it holds, then forgets package and keys.
    """
    try:
        wanted = UUID(user_id)
    except ValueError:
        return None
    with wall.acting_as(EVERYTHING):
        if not (
            DeviceUser.objects.unscoped(ANY_PHONE).filter(device=device, user_id=wanted).exists()
        ):
            return None
    user = User.objects.filter(pk=wanted).first()
    if user is None:
        return None
    held = user.is_active and user.memberships.filter(ended_at__isnull=True).exists()
    return None if held else _order("drain_then_wipe", device, actor=str(wanted))


def order_for(device: Device) -> dict[str, Any]:
    """Return the signed order for a phone that was shut out."""
    return _order("wipe", device)


def _order(what: str, device: Device, **more: str) -> dict[str, Any]:
    return keys.signed({"order": what, "device": str(device.pk), "at": now().isoformat(), **more})


def report(device: Device, *, clock_offset_ms: int | None, storage: dict[str, Any]) -> None:
    """Keep what the phone says of its clock and its storage, for the desk."""
    changed: dict[str, Any] = {}
    if clock_offset_ms is not None and abs(clock_offset_ms) < 2**62:
        changed["clock_offset_ms"] = clock_offset_ms
    kept = {
        name: storage[name]
        for name in ("persisted", "unsent", "unsent_bytes", "state", "version")
        if isinstance(storage.get(name), bool | int | str) and len(str(storage[name])) < 40
    }
    if kept:
        changed["storage"] = kept
    if changed:
        with wall.acting_as(EVERYTHING):
            Device.objects.unscoped(ANY_PHONE).filter(pk=device.pk).update(**changed)


def wiped(device: Device) -> None:
    """Note that the phone did what it was ordered."""
    with wall.acting_as(EVERYTHING), transaction.atomic():
        found = Device.objects.unscoped(ANY_PHONE).lock(device.pk)
        if found.wiped_at is None:
            found.wiped_at = now()
            found.save(update_fields=["wiped_at", "updated_at"])
            record(SYSTEM, events.DEVICE_WIPED, found)


def revoke(actor: Actor, device_id: UUID | str, reason: str) -> Device:
    """Shut a lost phone out: its key is dead, it may not even send what it holds.

    Raises Forbidden, NotYours, BadInput without a reason.
    """
    with transaction.atomic():
        device: Device = Device.objects.for_actor(actor).lock(device_id)
        policy.require(actor, REVOKE_DEVICE, device)
        if not reason.strip():
            raise BadInput(Problem("reason", _("Say why."), code="missing"))
        if device.revoked_at is None:
            device.revoked_at = now()
            device.revoked_by_id = actor.user_id
            device.revoke_reason = reason.strip()[:200]
            device.version += 1
            device.save()
            record(
                actor,
                events.DEVICE_REVOKED,
                device,
                after={"last_seq": device.last_seq, "sealed_seq": device.sealed_seq},
                reason=device.revoke_reason,
            )
    return device
