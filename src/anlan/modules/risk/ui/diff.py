"""What changed between two snapshots of an analysis."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from anlan.modules.risk.services.chain import REGISTERS
from anlan.modules.risk.sheets import factors_text


@dataclass(frozen=True, slots=True)
class Change:
    """A row that is new, gone or changed; `fields` are (label, old, new)."""

    what: str
    code: str
    name: str
    kind: str
    fields: list[tuple[str, str, str]]


def between(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Return the differences from the object down, rows by their code."""
    found = []
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
            elif fields := _fields(name, before[code], after[code]):
                found.append(Change(label, code, _name(after[code]), "changed", fields))
    return found


def _name(row: Mapping[str, Any]) -> str:
    return str(row.get("name") or row.get("text") or "")


def _fields(
    name: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> list[tuple[str, str, str]]:
    model = REGISTERS[name].model
    found = []
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key) and key != "shape":
            label = capfirst(str(model._meta.get_field(key).verbose_name))  # type: ignore[union-attr]
            found.append((label, _text(old.get(key)), _text(new.get(key))))
    return found


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return factors_text(value)
    return "" if value is None else str(value)
