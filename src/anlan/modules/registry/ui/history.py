"""A record's history in words: who, when, what changed from what to what."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from anlan.base.actors.actor import Actor
from anlan.base.audit.events import event_for
from anlan.base.audit.models import AuditEvent
from anlan.base.lists import Column

_ICONS = {"created": "plus", "changed": "edit", "removed": "trash", "moved": "arrows-move"}
_QUIET = {"scope_path", "removed"}


@dataclass(frozen=True, slots=True)
class Change:
    """One field of an event."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One event; `changes` are empty for a creation, whose values are the record itself."""

    at: datetime
    who: str
    icon: str
    text: str
    reason: str
    changes: list[Change]


def history_of(actor: Actor, row: Any, limit: int = 50) -> list[Entry]:
    """Return the newest events of a record that the actor has been shown."""
    events = AuditEvent.objects.filter(object_id=row.pk, chain=str(row.enterprise_id))
    return [_entry(event) for event in events.order_by("-seq")[:limit]]


def _entry(event: AuditEvent) -> Entry:
    declared = event_for(event.event)
    verb = event.event.rpartition(".")[2]
    before, after = event.before or {}, event.after or {}
    changes = [
        Change(*_words(event.object_type, name, before.get(name), after.get(name)))
        for name in after
        if before and name not in _QUIET
    ]
    return Entry(
        at=event.at,
        who=event.actor_name,
        icon=_ICONS.get(verb, "point"),
        text=str(declared.text) if declared else event.event,
        reason=event.reason,
        changes=changes,
    )


def _words(object_type: str, name: str, old: Any, new: Any) -> tuple[str, str, str]:
    try:
        model = apps.get_model(object_type)
        column = Column.of(model, name)
    except (LookupError, FieldDoesNotExist, ValueError):
        return name, _plain(old), _plain(new)
    return capfirst(str(column.label)), _shown(column, old), _shown(column, new)


def _shown(column: Column, value: Any) -> str:
    return column.text(value) if column.choices else _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return "、".join(str(item) for item in value)
    return "" if value is None else str(value)
