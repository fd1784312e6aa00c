"""Sheets of the special ledgers: the official tables come in, with the columns they have."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse_lazy
from django.utils.functional import lazystr
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.errors import Text
from anlan.base.imports.sheet import RowChange, Sheet, SheetColumn, SheetRow, register_sheet
from anlan.modules.findings.choices import Channel, Discipline, Level, Source
from anlan.modules.findings.services import reporting
from anlan.modules.ledgers import queries, services
from anlan.modules.ledgers.cells import problem, township
from anlan.modules.ledgers.definitions import LEDGERS, FormColumn, Ledger, segment_choices
from anlan.modules.ledgers.models import LedgerEntry, entry_of
from anlan.modules.ledgers.policy import LEDGER_AUTHORITY, LEDGER_EDIT
from anlan.modules.registry.sheets import Ref, _own_enterprise, find_enterprises

# What a finding says itself, once somebody confirmed it: the ledger only repeats it.
_FINDINGS_OWN = {"interim": "interim", "measures": "measures", "due": "deadline"}


class _Heading:
    """A heading in the language of whoever reads it."""

    def __init__(self, column: FormColumn) -> None:
        self.column = column

    def __str__(self) -> str:
        return self.column.heading()


def _label(column: FormColumn) -> Text:
    return lazystr(_Heading(column))


def _text(row: Any, name: str) -> Any:
    entry = entry_of(row)
    return getattr(entry, name) if entry is not None else None


def _own(row: Any, name: str) -> Any:
    return getattr(row, _FINDINGS_OWN[name]) or _text(row, name)


def _of_entry(name: str) -> Callable[[Any], Any]:
    return lambda row: _text(row, name)


def _of_finding(name: str) -> Callable[[Any], Any]:
    return lambda row: _own(row, name)


def _column(ledger: Ledger, column: FormColumn) -> SheetColumn | None:
    """Return the sheet's column for one of the form; None for what the registers say."""
    name, label = column.key, _label(column)
    also = (column.zh, column.en)
    if name == "enterprise":
        return SheetColumn(
            name, label, kind="reference", required=True, find=find_enterprises,
            show=lambda ref: ref.text, default=_own_enterprise, also=also,
            value=lambda row: Ref(row.enterprise_id, row.enterprise.name),
        )  # fmt: skip
    if name == "problem" and ledger.subject == "finding":
        return SheetColumn(name, label, required=True, also=also, max_length=2000, value=problem)
    if name == "facility":
        return SheetColumn(name, label, required=True, also=also, max_length=80, value="name")
    if name == "major":
        return SheetColumn(name, label, kind="boolean", also=also,
                           value=lambda row: row.level == Level.MAJOR)  # fmt: skip
    if name not in services.FIELDS:
        return None
    value = _of_finding(name) if name in _FINDINGS_OWN and ledger.subject == "finding" else None
    if name == "township":
        # Where nobody entered a town, the table shows the county: that is no change.
        value = township
    more = {"choices": segment_choices(ledger.code), "kind": "choice"} if name == "segment" else {}
    return SheetColumn.of(
        LedgerEntry, name, label=label, also=also, required=False,
        value=value or _of_entry(name), **more,
    )  # fmt: skip


def _sheet(ledger: Ledger) -> Sheet:
    columns = [found for one in ledger.columns if (found := _column(ledger, one)) is not None]
    names = {column.name for column in columns}
    subject = "problem" if ledger.subject == "finding" else "facility"

    def stored(actor: Actor, keys: Collection[Any], lock: bool) -> list[Any]:
        texts = {key[1] for key in keys}
        match = (
            Q(title__in=texts) | Q(description__in=texts)
            if subject == "problem" else Q(name__in=texts)
        )  # fmt: skip
        rows: Any = queries.subjects(actor, ledger).filter(
            match, enterprise__in={key[0].id for key in keys}
        )
        if lock:
            rows = rows.select_for_update(of=("self",))
        return list(rows.order_by("pk"))

    def existing(
        actor: Actor, keys: Collection[Any], *, lock: bool = False
    ) -> Mapping[Any, Mapping[str, Any]]:
        found: dict[Any, Mapping[str, Any]] = {}
        for row in stored(actor, keys, lock):
            values = {column.name: column.from_row(row) for column in columns}
            values["id"] = row.pk
            values["own"] = {
                name for name, theirs in _FINDINGS_OWN.items()
                if subject == "problem" and getattr(row, theirs)
            }  # fmt: skip
            found.setdefault((values["enterprise"], values[subject]), values)
        return found

    def check(actor: Actor, rows: Sequence[SheetRow]) -> None:
        for row in rows:
            _check(actor, ledger, row, names)

    def write(actor: Actor, changes: Sequence[RowChange]) -> None:
        for change in changes:
            _write(actor, ledger, change)

    return register_sheet(
        Sheet(
            name=f"ledger-{ledger.code}",
            title=ledger.label,
            key=("enterprise", subject),
            columns=columns,
            existing=existing,
            write=write,
            permission=LEDGER_EDIT,
            row_checks=[check],
            intro=_(
                "The official table may be brought as it is. A problem that is not among the"
                " findings yet becomes one."
            )
            if subject == "problem"
            else _("The official table may be brought as it is; facilities are in the registry."),
            done_url=reverse_lazy(f"ledgers:{ledger.code}"),
            may_create=subject == "problem",
        )
    )


def _check(actor: Actor, ledger: Ledger, row: SheetRow, names: set[str]) -> None:
    if row.old is None and ledger.subject == "facility":
        row.problem(
            "facility",
            _("is not in the register of facilities"),
            _("Enter it there first, or write its name as it stands there."),
        )
    old = row.old or {}
    for name in sorted(old.get("own", ())):
        if name in row.values and row.values[name] not in (old[name], None, ""):
            row.problem(name, _("is said by the finding"), _("Change it on the finding's page."))
    if old and "major" in row.values and row.values["major"] not in (old["major"], None):
        row.problem("major", _("is said by the finding"), _("Change its level on its page."))
    may_say = actor.may(LEDGER_AUTHORITY)
    if not may_say and (row.values.get("authority") or "") != (old.get("authority") or ""):
        row.problem(
            "authority", _("is filled in by the department"), _("Leave it as it was, or empty.")
        )


def _write(actor: Actor, ledger: Ledger, change: RowChange) -> None:
    old = change.old
    values = {
        name: value if value is not None or name in ("due", "assessed_on", "done_on") else ""
        for name, value in change.values.items()
        if name in services.FIELDS and (old is None or name not in old["own"])
    }
    if old is not None:
        services.save(actor, ledger, old["id"], values)
        return
    text = str(change.values["problem"])
    finding = reporting.report(
        actor,
        change.values["enterprise"].id,
        reporting.Report(
            title=text[:200],
            description=text if len(text) > 200 else "",
            level=Level.MAJOR if change.values.get("major") else Level.GENERAL,
            source=Source.SPECIALISED,
            channel=Channel.SELF,
            discipline=Discipline.EQUIPMENT if ledger.code == "defects" else Discipline.OTHER,
        ),
    )
    services.save(actor, ledger, finding.pk, values)


SHEETS = {ledger.code: _sheet(ledger) for ledger in LEDGERS}
