"""Exports of phones, brought by cable or stick: taken in by the same door as a line would."""

import json
from dataclasses import dataclass, field
from typing import IO, Any

from django.db import transaction

from anlan.base.actors import policy, wall
from anlan.base.actors.actor import Actor
from anlan.base.actors.scope import EVERYTHING
from anlan.base.audit.services import record
from anlan.base.errors import AnlanError, NotYours
from anlan.base.pocket import events, keys
from anlan.base.pocket.models import Device
from anlan.base.pocket.policy import IMPORT
from anlan.base.pocket.problems import NotAnExport
from anlan.base.pocket.services import blobs, receiving

MAX_EXPORT = 200 * 1024 * 1024


@dataclass(slots=True)
class Imported:
    """What an export held: verdicts counted by name, files taken."""

    device: Device
    verdicts: dict[str, int] = field(default_factory=dict)
    files: int = 0


def import_export(actor: Actor, upload: IO[bytes]) -> Imported:
    """Take in an `.anlan` export; doubles are harmless.

    The envelopes are judged by the phone's own key, so it does not matter who carries the file.
    Raises Forbidden, NotYours, NotAnExport.
    """
    text = upload.read(MAX_EXPORT + 1)
    try:
        if len(text) > MAX_EXPORT:
            raise ValueError("too large")
        content = keys.open_export(json.loads(text))
        given, carried = list(content["envelopes"]), dict(content["blobs"])
        device_id = str(content["device"])
    except (ValueError, KeyError, TypeError) as error:
        raise NotAnExport() from error
    device: Device = Device.objects.for_actor(actor).one(device_id)
    policy.require(actor, IMPORT, device)
    if device.revoked_at is not None:
        raise NotYours()
    done = Imported(device)
    for verdict in receiving.receive(device, given):
        done.verdicts[verdict["verdict"]] = done.verdicts.get(verdict["verdict"], 0) + 1
    done.files = sum(_take_file(device, sha, data) for sha, data in carried.items())
    with wall.acting_as(EVERYTHING), transaction.atomic():
        record(
            actor, events.EXPORT_IMPORTED, device,
            after={"verdicts": done.verdicts, "files": done.files},
        )  # fmt: skip
    return done


def _take_file(device: Device, sha256: str, data: Any) -> int:
    try:
        raw = keys.decode(str(data))
        offset = blobs.check(device, [sha256])["partial"].get(sha256)
        if offset is None:
            return 0
        return int(blobs.put(device, sha256, offset, raw[offset:], "")["complete"])
    except (ValueError, AnlanError):
        return 0
