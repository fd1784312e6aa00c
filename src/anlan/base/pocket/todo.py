"""What waits for a person in the inbox, as a part of the package."""

from datetime import datetime
from itertools import islice
from typing import Any

from django.utils import translation

from anlan.base.actors.actor import Actor
from anlan.base.pocket import parts
from anlan.base.ui import slots

# More than anybody reads: the phone leaves out what it holds itself.
SHOWN = 60


def rows(actor: Actor, _now: datetime) -> parts.Rows:
    """Return the entries of the today page that need this person, with the address to open."""
    with translation.override(actor.language):
        groups: Any = slots.fill("today_groups", actor, [])
        items = (item for group in groups for item in group["items"])
        return [
            {
                "icon": str(item["icon"] or "bell"),
                "title": str(item["title"]),
                "context": str(item["context"] or ""),
                "url": str(item["url"] or "/"),
            }
            for item in islice(items, SHOWN)
        ]
