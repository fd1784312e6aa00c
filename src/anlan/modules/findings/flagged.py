"""What flags are on: each module tells how its rows are called and where they stand.

Findings lie below inspections and know nothing of their records and tasks, so these come by
registration, as the findings' own do.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.errors import Text

KINDS: dict[str, Text] = {
    "padding": _("Padded findings"),
    "major_as_general": _("Major entered as general"),
    "text_misfit": _("Text does not fit the item"),
    "outside_entry_late": _("Outside finding entered late"),
    "too_quick": _("Checked too quickly"),
    "too_fast": _("Walked too fast"),
    "two_places": _("In two places at once"),
    "one_spot": _("All from one spot"),
    "late_entry": _("Entered long after"),
    "entered_at_once": _("Entered all at once"),
    "all_normal": _("Nothing but normal"),
    "same_reading": _("Always the same reading"),
    "photo_reused": _("Photo used twice"),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """A row that a flag is on: its name, kind in words, and page."""

    label: str
    kind: Text
    url: str


Provider = Callable[[Actor, Collection[UUID]], dict[UUID, Subject]]
_PROVIDERS: list[Provider] = []


def provide(provider: Provider) -> Provider:
    """Register `provider(actor, ids) -> {id: Subject}` for the rows of a module."""
    if provider not in _PROVIDERS:
        _PROVIDERS.append(provider)
    return provider


def subjects(actor: Actor, ids: Collection[UUID]) -> dict[UUID, Subject]:
    """Return what is known of these rows, as far as the actor sees them."""
    found: dict[UUID, Subject] = {}
    for provider in _PROVIDERS:
        found |= provider(actor, ids)
    return found
