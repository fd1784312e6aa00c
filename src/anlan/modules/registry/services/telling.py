"""Telling people that a unit's standing under GB 18218 changed."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from django.urls import NoReverseMatch, reverse

from anlan.base.actors.actor import Actor
from anlan.base.inbox.drafts import Draft
from anlan.base.inbox.kinds import Kind
from anlan.base.inbox.models import Urgency
from anlan.base.inbox.services import notify_many
from anlan.modules.registry import notices
from anlan.modules.registry.queries_identification import people_to_tell
from anlan.modules.registry.rules_grading import NOT_MAJOR, rank
from anlan.modules.registry.texts_identification import DASH, decimal_figure

if TYPE_CHECKING:
    from anlan.modules.registry.services.identification import LevelChange


def level_changes_tell(actor: Actor, changes: Sequence["LevelChange"]) -> int:
    """Tell the plant's responsible people, its county and its park; return how many notices.

    In the caller's transaction, with a number of queries that does not grow.
    """
    people = people_to_tell(change.unit.enterprise_id for change in changes)
    drafts: list[Draft] = []
    for change in changes:
        drafts += _drafts(change, people.get(change.unit.enterprise_id, {}))
    return notify_many(actor, drafts).notices if drafts else 0


def _drafts(change: "LevelChange", people: dict[UUID, str]) -> Iterable[Draft]:
    kind, urgency = _kind(change)
    unit, row = change.unit, change.identification
    old = change.last
    params = {
        "name": unit.name,
        "was": _level(change.before),
        "now": _level(change.after),
        "r_was": decimal_figure(old.r_value if old else None),
        "r_now": decimal_figure(row.r_value),
        "s_was": decimal_figure(old.s_value if old else None),
        "s_now": decimal_figure(row.s_value),
    }
    for person, enterprise in people.items():
        yield Draft(
            recipient=person,
            kind=kind.code,
            params={**params, "enterprise": enterprise},
            url=_address(unit.pk),
            urgency=urgency,
            dedupe_key=f"identification:{row.pk}",
            scope_path=unit.scope_path,
            enterprise_id=unit.enterprise_id,
        )


def _level(standing: tuple[bool | None, int | None] | None) -> str:
    return str(standing[1]) if standing is not None and standing[1] else DASH


def _kind(change: "LevelChange") -> tuple[Kind, int]:
    before = rank(*change.before) if change.before is not None else None
    after = rank(*change.after)
    if change.after[0] is None or after is None:
        return notices.LEVEL_UNKNOWN, Urgency.YELLOW
    if after == NOT_MAJOR:
        return notices.NO_LONGER_MHI, Urgency.BLUE
    # Colour says how severe the new level is; it is the same scale of four.
    if before is None or before == NOT_MAJOR:
        return notices.BECAME_MHI, _URGENCY[after]
    if after < before:
        return notices.LEVEL_WORSE, _URGENCY[after]
    return notices.LEVEL_BETTER, Urgency.BLUE


# Nothing here is red: a new level is days of work, not minutes.
_URGENCY = {1: Urgency.ORANGE, 2: Urgency.ORANGE, 3: Urgency.YELLOW, 4: Urgency.BLUE}


def _address(unit_id: UUID) -> str:
    try:
        return reverse("grading:unit", args=[unit_id])
    except NoReverseMatch:
        return ""
