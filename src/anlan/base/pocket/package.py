"""The data package: what one person takes along for one shift."""

from datetime import datetime
from typing import Any

from anlan.base.actors.actor import Actor
from anlan.base.ids import uuid7
from anlan.base.pocket import keys, parts, pictures
from anlan.base.pocket.models import Device
from anlan.base.pocket.parts import Part

SCHEMA = 1


def build(actor: Actor, device: Device, now: datetime, have: set[str]) -> dict[str, Any]:
    """Return the signed manifest and the rows of every part whose hash is not in `have`.

    `have` are the part hashes the phone holds (`name:sha256`): a refresh carries the changed
    parts only, and the manifest always names all of them.
    """
    built = parts.build(actor, now)
    ends = parts.valid_until(actor, now)
    files, files_cut = pictures.listed(actor, now)
    manifest = keys.signed(
        {
            "id": str(uuid7()),
            "schema": SCHEMA,
            "actor": {
                "id": str(actor.user_id),
                "name": actor.name,
                "posts": [
                    {
                        "role": post.role.value,
                        "role_name": str(post.role.label),
                        "organisation": post.organisation_name,
                        "organisation_id": str(post.organisation_id),
                    }
                    for post in actor.posts
                ],
                "language": actor.language,
            },
            "device": str(device.pk),
            "server_time": _text(now),
            "built_at": _text(now),
            "valid_until": _text(ends),
            "parts": [
                {"name": one.name, "sha256": one.sha256, "rows": len(one.rows), "size": one.size}
                for one in built
            ],
            "files": files,
            "cut": [label for one in built for label in one.cut] + files_cut,
        }
    )
    return {"manifest": manifest, "parts": {one.name: one.rows for one in _changed(built, have)}}


def _changed(built: list[Part], have: set[str]) -> list[Part]:
    return [one for one in built if f"{one.name}:{one.sha256}" not in have]


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
