"""What stands in the columns of a form."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from anlan.base.clock import today
from anlan.modules.findings.choices import Level
from anlan.modules.ledgers.definitions import Ledger, age, segment_choices
from anlan.modules.ledgers.models import entry_of
from anlan.modules.registry.models import Enterprise


def value(ledger: Ledger, row: Any, key: str) -> Any:
    """Return what a column holds for a finding or facility: text, number, date or None."""
    entry = entry_of(row)
    if key in _OF_SUBJECT:
        return _OF_SUBJECT[key](row, entry)
    if key == "segment":
        code = entry.segment if entry else ""
        return str(dict(segment_choices(ledger.code)).get(code, ""))
    if key == "problem":
        return problem(row) if ledger.subject == "finding" else _open(row)
    if key in ("interim", "measures", "due") and ledger.subject == "finding":
        own = row.deadline if key == "due" else getattr(row, key)
        return own or (getattr(entry, key) if entry else None)
    if entry is None:
        return None
    if key in ("risk", "decision"):
        return getattr(entry, f"get_{key}_display")()
    return getattr(entry, key)


def problem(row: Any) -> str:
    """Return a finding as a form names it: what was described, else its title."""
    return str(row.description or row.title)


def township(row: Any) -> str:
    """Return the town entered for a row, else the county of its enterprise."""
    entry, above = entry_of(row), row.enterprise.parent
    return (entry.township if entry else "") or (above.name if above else "")


def _open(row: Any) -> str:
    n = getattr(row, "n_open", 0)
    return _("%(n)s open findings") % {"n": n} if n else ""


def official(ledger: Ledger, row: Any, key: str) -> Any:
    """Return the same in Chinese, as the official form wants it whoever exports it."""
    with override("zh-hans"):
        found = value(ledger, row, key)
        return str(found) if found is not None and not isinstance(found, _TYPED) else found


_TYPED = (int, float, dt.date, str)


def _age(row: Any, entry: Any) -> int | None:
    return age(row.commissioned_on, today())


def _major(row: Any, entry: Any) -> str:
    return _("Yes") if row.level == Level.MAJOR else _("No")


def _route(row: Any, entry: Any) -> str:
    return " — ".join(part for part in (row.runs_from, row.runs_to) if part)


_OF_SUBJECT: dict[str, Any] = {
    "township": lambda row, entry: township(row),
    "enterprise": lambda row, entry: row.enterprise.name,
    "major": _major,
    "facility": lambda row, entry: row.name,
    "commissioned": lambda row, entry: row.commissioned_on,
    "age": _age,
    "medium": lambda row, entry: row.medium,
    "tanks": lambda row, entry: row.n_tanks,
    "volume": lambda row, entry: row.volume_m3,
    "length": lambda row, entry: row.length_m,
    "diameter": lambda row, entry: row.diameter_mm,
    "route": _route,
}  # fmt: skip


def kind_of_enterprise(enterprise: Enterprise) -> str:
    """Return the type of an enterprise in the words of the forms 2-2-1 and 2-2-2."""
    return {
        "production": "生产", "use": "使用许可", "storage": "储存经营",
        "trade_storage": "储存经营", "pharma": "医药",
    }.get(enterprise.kind, "化工")  # fmt: skip
