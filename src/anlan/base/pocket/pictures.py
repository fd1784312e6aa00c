"""Pictures that phones take along: site plans, thumbnails of places, reference photos.

    from anlan.base.pocket import pictures

    pictures.provide(pictures_of_places)    # (actor, now) -> list of Picture

They are made small once, kept by content, and named in the manifest; the phone fetches each by its
hash after the text. Over budget photos go first, then thumbnails; the manifest says so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from anlan.base.actors.actor import Actor
from anlan.base.files.models import StoredFile
from anlan.base.pocket.services import shrinking

Kind = Literal["plan", "thumb", "photo"]
BUDGET = 5_000_000
"""Bytes of all pictures of a package."""
MOST: dict[str, int] = {"plan": 2, "thumb": 60, "photo": 40}


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to take along. `subject` is the id of the place or finding it shows."""

    kind: Kind
    source: StoredFile
    subject: str = ""
    title: str = ""


Provider = Callable[[Actor, datetime], Sequence[Picture]]
_PROVIDERS: list[Provider] = []


def provide(provider: Provider) -> Provider:
    """Add a provider; it orders by nearness and gives only what the actor may see."""
    if provider not in _PROVIDERS:
        _PROVIDERS.append(provider)
    return provider


def withdraw(provider: Provider) -> None:
    """Take a provider away; for tests."""
    _PROVIDERS.remove(provider)


def listed(actor: Actor, now: datetime) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the rows of the manifest, and what was cut to stay within the budget."""
    wanted = [one for provider in _PROVIDERS for one in provider(actor, now)]
    chosen, cut = _first(wanted)
    made = shrinking.small([(one.source, one.kind) for one in chosen])
    rows: list[dict[str, Any]] = []
    left = BUDGET
    # Plans are worth most where nobody can be asked for the way.
    for one in sorted(chosen, key=lambda one: list(MOST).index(one.kind)):
        file = made.get((one.source.pk, one.kind))
        if file is None:
            continue
        if file.size > left:
            cut.add(f"files.{one.kind}")
            continue
        left -= file.size
        rows.append(
            {"sha256": file.sha256, "size": file.size, "kind": one.kind,
             "subject": one.subject, "title": one.title}
        )  # fmt: skip
    return rows, sorted(cut)


def _first(wanted: Sequence[Picture]) -> tuple[list[Picture], set[str]]:
    """Return the nearest of each kind, and the kinds of which more were offered."""
    chosen: list[Picture] = []
    cut: set[str] = set()
    left = dict(MOST)
    for one in wanted:
        if left[one.kind] > 0:
            left[one.kind] -= 1
            chosen.append(one)
        else:
            cut.add(f"files.{one.kind}")
    return chosen, cut
