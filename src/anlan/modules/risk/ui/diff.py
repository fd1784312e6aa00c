"""What changed between two snapshots of an analysis, in words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any
from uuid import UUID

from django.db.models import ForeignKey
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.modules.risk.choices import RiskLevel
from anlan.modules.risk.services.chain import REGISTERS
from anlan.modules.risk.sheets import factors_text

Part = tuple[str, str]
"""What became of a piece of text: "same", "gone" or "new", and the piece."""

_WORDS = re.compile(r"[A-Za-z0-9.\-]+|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Change:
    """A row that is new, gone or changed; `fields` are labels with their parts."""

    what: str
    code: str
    name: str
    kind: str
    fields: list[tuple[str, list[Part]]]


def between(actor: Actor, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Return the differences from the object down, rows by their code; a query a kind of row."""
    told = _Words(actor, (old, new))
    found = []
    if fields := told.fields("object", old.get("object", {}), new.get("object", {})):
        row = new.get("object", {})
        found.append(Change(_("Object"), row.get("code", ""), _name(row), "changed", fields))
    for plural, name, label in (
        ("units", "unit", _("Unit")),
        ("events", "event", _("Event")),
        ("measures", "measure", _("Measure")),
    ):
        before, after = old.get(plural, {}), new.get(plural, {})
        for code in sorted(before.keys() | after.keys()):
            if code not in before:
                found.append(Change(label, code, _name(after[code]), "new", []))
            elif code not in after:
                found.append(Change(label, code, _name(before[code]), "gone", []))
            elif fields := told.fields(name, before[code], after[code]):
                found.append(Change(label, code, _name(after[code]), "changed", fields))
    return found


def counted(changes: Sequence[Change]) -> dict[str, int]:
    """Return how many rows are new, changed and gone."""
    return {kind: sum(one.kind == kind for one in changes) for kind in ("new", "changed", "gone")}


def parts(old: str, new: str) -> list[Part]:
    """Return a text with what went and what came, by words and Chinese signs.

    Texts that have little in common are shown as one whole instead of the other.
    """
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if not old or not new or matcher.ratio() < 0.4:
        return [part for part in (("gone", old), ("new", new)) if part[1]]
    found: list[Part] = []
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            found.append(("same", "".join(before[i:j])))
            continue
        found += [
            part
            for part in (("gone", "".join(before[i:j])), ("new", "".join(after[k:m])))
            if part[1]
        ]
    return found


def _name(row: Mapping[str, Any]) -> str:
    return str(row.get("name") or row.get("text") or "")


class _Words:
    """Says values of snapshots as people read them: choices, departments, people, factors."""

    def __init__(self, actor: Actor, snapshots: Sequence[Mapping[str, Any]]) -> None:
        wanted: dict[Any, set[UUID]] = {}
        for name, register in REGISTERS.items():
            for field, model in register.references.items():
                for snapshot in snapshots:
                    rows = (
                        [snapshot.get("object", {})]
                        if name == "object"
                        else snapshot.get(f"{name}s", {}).values()
                    )
                    wanted.setdefault(model, set()).update(
                        pk for row in rows if (pk := _uuid(row.get(field)))
                    )
        self.names: dict[UUID, str] = {}
        for model, ids in wanted.items():
            if not ids:
                continue
            seen = (
                Organisation.objects.filter(pk__in=ids)
                if model is Organisation
                else model.objects.for_actor(actor).filter(pk__in=ids)
            )
            self.names |= {row.pk: str(row) for row in seen}

    def fields(
        self, name: str, old: Mapping[str, Any], new: Mapping[str, Any]
    ) -> list[tuple[str, list[Part]]]:
        """Return the fields that differ, each with its label and parts."""
        model = REGISTERS[name].model
        found = []
        for key in sorted(old.keys() | new.keys()):
            if old.get(key) == new.get(key) or key == "shape":
                continue
            field: Any = model._meta.get_field(key)
            before, after = self.text(field, old.get(key)), self.text(field, new.get(key))
            if before != after:
                found.append((str(capfirst(str(field.verbose_name))), parts(before, after)))
        return found

    def text(self, field: Any, value: Any) -> str:
        """Return one value in words."""
        if value in (None, ""):
            return ""
        if isinstance(value, dict):
            return factors_text(value)
        if field.name == "level":
            return str(RiskLevel(value).label)
        if isinstance(field, ForeignKey):
            pk = _uuid(value)
            return self.names.get(pk, _("no longer there")) if pk else str(value)
        choices = {str(key): str(label) for key, label in field.flatchoices}
        return choices.get(str(value), str(value))


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None
