"""Events in words: sentences, field labels, values as people read them."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from anlan.base.actors.actor import SYSTEM, Actor
from anlan.base.actors.models import Organisation, User
from anlan.base.actors.scoped import ScopedModel
from anlan.base.audit.events import event_for
from anlan.base.audit.models import AuditEvent
from anlan.base.audit.services import CALLED
from anlan.base.clock import SHANGHAI
from anlan.base.phrases import Phrase, is_phrase

_DECIMAL = re.compile(r"-?\d+\.\d+")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
# What the product keeps for itself and nobody would miss.
UNTOLD = frozenset(
    {"scope_path", "version", "search_key", "updated_at", "created_at", "id"}
    # Links to rows of any kind, and whole copies: their names and figures stand beside them.
    | {"subject_type", "subject_id", "origin_kind", "origin_id", "snapshot", "evidence", "shape"}
    # How the object is called where that is a phrase; stands in the sentence.
    | {CALLED}
)


@dataclass(frozen=True, slots=True)
class Change:
    """One field that changed, in words; empty text is nothing."""

    label: str
    old: str
    new: str

    def words(self) -> str:
        """Return the change as one phrase; what was empty before is not told."""
        if not self.old:
            return _("%(label)s: %(new)s") % {"label": self.label, "new": self.new}
        values = {"label": self.label, "old": self.old, "new": self.new or "–"}
        return _("%(label)s: %(old)s → %(new)s") % values


@dataclass(frozen=True, slots=True)
class Entry:
    """One event, in words. `at` is aware, UTC."""

    event_id: UUID
    seq: int
    at: dt.datetime
    who: str
    code: str
    sentence: str
    object_label: str
    reason: str
    changes: tuple[Change, ...]

    @property
    def verb(self) -> str:
        """Return the last part of the code: `created`, `changed`, `removed` …"""
        return self.code.rpartition(".")[2]

    @property
    def deed(self) -> str:
        """Return the sentence without who did it, where their name only stands before it."""
        head = _("%(actor)s: %(what)s") % {"actor": self.who, "what": ""}
        return self.sentence.removeprefix(head) if self.who else self.sentence

    def text(self) -> str:
        """Return the whole entry as one line: sentence, changes, reason."""
        parts = [self.sentence]
        parts += [change.words() for change in self.changes]
        return _("; ").join([*parts, *([self.reason] if self.reason else [])])


def who(event: AuditEvent) -> str:
    """Return who did it, in the active language; the product itself has no name of a person."""
    if event.actor_id is None and event.actor_name == SYSTEM.name:
        return _("System")
    return event.actor_name


def called(event: AuditEvent) -> str:
    """Return how the object was called then; a name that is a phrase in the active language."""
    name = (event.after or {}).get(CALLED)
    return str(Phrase(name)) if is_phrase(name) else event.object_label


def sentence(event: AuditEvent) -> str:
    """Return who did what to which, in the active language."""
    declared = event_for(event.event)
    values = {"actor": who(event) or _("Somebody"), "object": called(event)}
    text = str(declared.text) if declared is not None else event.event
    if "%(" in text:
        return text % values
    if not values["object"]:
        return _("%(actor)s: %(what)s") % {**values, "what": text}
    return _("%(actor)s: %(what)s, %(object)s") % {**values, "what": text}


def entries(actor: Actor, events: Iterable[AuditEvent]) -> list[Entry]:
    """Return events in words. Rows that values point to are named if the actor sees them."""
    listed = list(events)
    names = _names(actor, listed)
    return [
        Entry(
            event_id=event.pk,
            seq=event.seq,
            at=event.at,
            who=who(event),
            code=event.event,
            sentence=sentence(event),
            object_label=called(event),
            reason=event.reason,
            changes=changes_of(event, names),
        )
        for event in listed
    ]


def changes_of(event: AuditEvent, names: Mapping[str, str] | None = None) -> tuple[Change, ...]:
    """Return what an event changed. `names` are the rows its ids point to; else the id is shown."""
    names = names or {}
    declared = event_for(event.event)
    labels, choices = (declared.labels, declared.choices) if declared is not None else ({}, {})
    before, after = event.before or {}, event.after or {}
    fields = [name for name in {**before, **after} if name not in UNTOLD]
    found = []
    for name in fields:
        old, new = before.get(name), after.get(name)
        if old == new or (old in (None, "", []) and new in (None, "", [])):
            continue
        field = _field(event.object_type, name)
        label = labels.get(name) or (field.verbose_name if field is not None else name)
        words = choices.get(name, {})
        if callable(words):
            words = words()
        texts = [_told(field, value, words, names) for value in (old, new)]
        # A field that was given no name carries its bare one: the catalogues may know that too.
        found.append(Change(capfirst(_(str(label))), *texts))
    return tuple(found)


def _told(field: Any, value: Any, words: Mapping[Any, Any], names: Mapping[str, str]) -> str:
    if is_phrase(value):
        return str(Phrase(value))
    if isinstance(value, list):
        return _(", ").join(_told(field, item, words, names) for item in value)
    if isinstance(value, str | int) and value in words:
        return str(words[value])
    return _value(field, value, names)


def _field(object_type: str, name: str) -> Any:
    try:
        field = apps.get_model(object_type)._meta.get_field(name.removesuffix("_id"))
    except (LookupError, FieldDoesNotExist, ValueError):
        return None
    return field if hasattr(field, "verbose_name") else None


def _value(field: Any, value: Any, names: Mapping[str, str]) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return _(", ").join(_value(field, item, names) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_value(None, item, names)}" for key, item in value.items())
    if isinstance(field, models.ForeignKey):
        return names.get(str(value), str(value))
    choices = dict(getattr(field, "flatchoices", None) or ())
    if value in choices:
        return str(choices[value])
    if isinstance(value, str) and (field is None or isinstance(field, models.DecimalField)):
        # Stored to ten places: 42.8452700000. Moments of no field: 2026-11-24T00:00+08:00.
        if _DECIMAL.fullmatch(value):
            return value.rstrip("0").rstrip(".")
        return _moment(value) if _MOMENT.match(value) else value
    if isinstance(field, models.TimeField) and isinstance(value, str):
        return value[:5]
    if isinstance(field, models.DateTimeField) and isinstance(value, str):
        return _moment(value)
    return str(value)


def _moment(value: str) -> str:
    try:
        moment = dt.datetime.fromisoformat(value)
    except ValueError:
        return value
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if moment.tzinfo else value


def _names(actor: Actor, events: list[AuditEvent]) -> dict[str, str]:
    """Return the names of rows that foreign keys in the events point to: one query a model."""
    wanted: dict[type[models.Model], set[str]] = {}
    for event in events:
        for values in (event.before or {}, event.after or {}):
            for name, value in values.items():
                field = _field(event.object_type, name)
                if isinstance(field, models.ForeignKey) and _is_id(value):
                    wanted.setdefault(field.related_model, set()).add(value)
    names: dict[str, str] = {}
    for model, ids in wanted.items():
        if issubclass(model, ScopedModel):
            rows = model.objects.for_actor(actor).filter(pk__in=ids)
        elif model in (Organisation, User):
            # Whoever sees the record sees who and where it names.
            rows = model._default_manager.filter(pk__in=ids)
        else:
            continue
        names.update((str(row.pk), str(row)) for row in rows)
    return names


def _is_id(value: Any) -> bool:
    try:
        UUID(value)
    except (ValueError, TypeError, AttributeError):
        return False
    return True
