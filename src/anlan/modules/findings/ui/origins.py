"""Where the rows are read that gave rise to findings: each module adds the page of its own.

origins.lead("monitoring.alarmrule", of_alarm)   # when the app starts
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from anlan.base.actors.actor import Actor
from anlan.base.errors import NotYours, Text
from anlan.modules.findings.models import Finding


@dataclass(frozen=True, slots=True)
class Origin:
    """What gave rise to a finding: what it is, its own words, its page."""

    label: Text
    text: str
    url: str


Find = Callable[[Actor, UUID], Origin]
_ORIGINS: dict[str, Find] = {}


def lead(kind: str, find: Find) -> None:
    """Add `find(actor, origin_id)` for an `origin_kind`; it may raise NotYours."""
    _ORIGINS[kind] = find


def of(actor: Actor, row: Finding) -> Origin | None:
    """Return what gave rise to a finding; None where nothing did, or the actor does not see it."""
    find = _ORIGINS.get(row.origin_kind)
    if find is None or row.origin_id is None:
        return None
    try:
        return find(actor, row.origin_id)
    except NotYours:
        return None
