"""The sheet of findings: old ledgers and authorities' lists come in, and the list's export too."""

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.actors.queries import organisations
from anlan.base.clock import day_of, today
from anlan.base.imports.sheet import RowChange, Sheet, SheetColumn, SheetRow, register_sheet
from anlan.modules.findings import criteria, numbers, queries, rules, texts
from anlan.modules.findings.choices import OUTSIDE, Channel, Discipline, Level, Source, Treatment
from anlan.modules.findings.models import Finding
from anlan.modules.findings.policy import FINDING_CONFIRM, FINDING_IMPORT, FINDING_REVIEW
from anlan.modules.findings.services import importing
from anlan.modules.findings.states import IMPORTED, OPEN, FindingState
from anlan.modules.registry import queries as registry
from anlan.modules.registry.sheets import enterprise_column, given_of, reference
from anlan.modules.risk import queries as risk

_OWN_SERIES = re.compile(rf"^{numbers.FINDING.prefix}-\d{{4}}-\d+$", re.IGNORECASE)
_START: dict[str, Any] = {
    "state": FindingState.REPORTED,
    "level": int(Level.GENERAL),
    "source": int(Source.DAILY),
    "channel": str(Channel.SELF),
    "discipline": int(Discipline.OTHER),
    "treatment": int(Treatment.DEADLINE),
}
"""What a new row has where its cell is empty."""


def _day(name: str) -> Any:
    def value(row: Any) -> dt.date | None:
        moment = getattr(row, name)
        return day_of(moment) if moment else None

    return value


def _of(name: str, **more: Any) -> SheetColumn:
    """Return a column of the model; an empty cell is told from one that says the default."""
    return SheetColumn.of(Finding, name, **({"default": None, "required": False} | more))


COLUMNS = (
    enterprise_column(),
    _of(
        "number", required=True, max_length=40,
        help=_("The number of your own ledger; it tells rows apart when a file comes again."),
        example="2024-017",
    ),
    _of("title", required=True),
    _of("description"),
    _of("level"),
    _of("criterion", help=_("For a major one: the code of its criterion."), example="MH26-5.4.2"),
    _of(
        "state",
        help=_("Reported, confirmed, rectifying or closed; reported if left empty."),
    ),
    _of("source"),
    _of("channel"),
    _of("discipline"),
    _of("treatment"),
    _of("basis"),
    reference("unit", _("risk analysis unit, code"), risk.units),
    reference("equipment", _("equipment tag"), registry.equipment),
    _of("place"),
    SheetColumn(
        "department", pgettext_lazy("finding", "department"), max_length=80,
        value=lambda row: row.department.name if row.department else "",
    ),
    SheetColumn("found_on", _("found on"), kind="date", value=_day("found_at")),
    SheetColumn(
        "registered_on", _("registered on"), kind="date", value=_day("registered_at"),
        help=_("The day of your old ledger; today if left empty."),
    ),
    _of("inspected_on"),
    _of("inspection_ref"),
    SheetColumn(
        "owner", _("rectification owner"), max_length=40, value="rectifier",
        help=_("Name or sign-in name. Who has to rectify needs an account here."),
    ),
    SheetColumn(
        "acceptor", _("acceptor"), max_length=40, value="judge",
        help=_("Somebody else than the owner."),
    ),
    _of("deadline"),
    _of("measures"),
    _of("interim"),
    _of("funds"),
    _of("plan"),
    _of("cause"),
    _of("root_cause"),
    _of("unsafe_factor"),
    _of("link"),
    _of("result"),
    _of("cost"),
    SheetColumn("accepted_on", _("accepted on"), kind="date", value=_day("accepted_at")),
    _of("acceptance"),
)  # fmt: skip
_BY_NAME = {column.name: column for column in COLUMNS}
# What a file may correct in a finding that is there.
_DESCRIBED = frozenset(name.removesuffix("_id") for name in importing.DESCRIBED)


def _existing(
    actor: Actor, keys: Collection[Any], *, lock: bool = False
) -> Mapping[Any, Mapping[str, Any]]:
    rows: Any = queries.findings_whole(actor).filter(
        enterprise__in={key[0].id for key in keys}, number__in={key[1] for key in keys}
    )
    if lock:
        rows = rows.select_for_update(of=("self",)).order_by("pk")
    found: dict[Any, Mapping[str, Any]] = {}
    for row in rows:
        values = {column.name: column.from_row(row) for column in COLUMNS}
        values["id"], values["is_open"] = row.pk, row.state in OPEN
        values["is_imported"] = row.origin_kind == importing.ORIGIN
        values["may"] = actor.may(FINDING_CONFIRM, row.scope_path, row.enterprise_id)
        found[values["enterprise"], row.number] = values
    return found


def _check(actor: Actor, rows: Sequence[SheetRow]) -> None:
    """Judge all rows: three statements for the names and places of all of them."""
    fresh = [row for row in rows if row.old is None]
    for row in rows:
        if row.old is not None:
            _check_known(row, row.old)
    if not fresh:
        return
    homes = {row.values["enterprise"].id for row in fresh}
    places = {row.pk: row for row in organisations(actor).filter(pk__in=homes)}
    known = importing.around(homes, importing.names_of([row.values for row in fresh]))
    for row in fresh:
        _check_new(actor, row, places[row.values["enterprise"].id], known)


def _tell(row: SheetRow, name: str, code: str) -> None:
    text, remedy = texts.BROUGHT[code]
    row.problem(name, text, remedy, code)


def _check_known(row: SheetRow, old: Mapping[str, Any]) -> None:
    """An empty cell leaves what is stored; what acts move, a file does not."""
    for name, value in list(row.values.items()):
        column = _BY_NAME[name]
        if value in (None, ""):
            row.values[name] = old[name]
        elif not column.same(old[name], value):
            if name not in _DESCRIBED:
                _tell(row, name, "moved")
            elif not (old["is_open"] or old["is_imported"]):
                _tell(row, name, "closed")
            elif not old["may"]:
                _tell(row, name, "confirm_there")


def _check_new(actor: Actor, row: SheetRow, home: Organisation, known: importing.Around) -> None:
    given = _filled(row.values)
    if _OWN_SERIES.match(str(given["number"])):
        _tell(row, "number", "own_series")
    state = given["state"]
    if state not in IMPORTED:
        _tell(row, "state", "dismissed" if state == FindingState.DISMISSED else "state")
        return
    said: dict[str, Any] = {
        name: given[name] or ("" if name in _TEXTS else None)
        for name in rules.Brought.__dataclass_fields__
        if name in given
    }
    brought = rules.Brought(
        is_major=given["level"] == Level.MAJOR, is_outside=given["channel"] in OUTSIDE, **said
    )
    for name, code in rules.brought_wrong(brought, today()):
        _tell(row, name, code)
    if brought.is_major and brought.criterion:
        edition = rules.criteria_edition(brought.registered_on or today())
        if criteria.find(edition, brought.criterion) is None:
            _tell(row, "criterion", "criterion")
    _check_rights(actor, row, home, brought)
    _check_names(row, given, home.pk, known, state in OPEN and state != FindingState.REPORTED)


_TEXTS = frozenset({"owner", "acceptor", "measures", "result", "criterion"})


def _check_rights(actor: Actor, row: SheetRow, home: Organisation, brought: rules.Brought) -> None:
    if brought.state == FindingState.REPORTED:
        return
    confirms = actor.may(FINDING_CONFIRM, home.path, home.pk)
    reviews = actor.may(FINDING_REVIEW, home.path, home.pk)
    if brought.state == FindingState.ACCEPTED:
        if brought.is_major and not reviews:
            _tell(row, "state", "closed_major")
        elif not (confirms or reviews):
            _tell(row, "state", "confirm_right")
    elif not confirms:
        _tell(row, "state", "confirm_right")


def _check_names(
    row: SheetRow, given: Mapping[str, Any], home: UUID, known: importing.Around, needs_owner: bool
) -> None:
    for name in ("owner", "acceptor"):
        people = known.people.get((home, given[name] or ""), frozenset())
        if len(people) > 1:
            _tell(row, name, "several")
        elif name == "owner" and needs_owner and given[name] and not (
            people and (home, next(iter(people))) in known.active
        ):  # fmt: skip
            _tell(row, name, "nobody")
    owner = known.one(home, given["owner"] or "")
    same = owner is not None and owner == known.one(home, given["acceptor"] or "")
    if same and given["owner"] != given["acceptor"]:
        _tell(row, "acceptor", "same_person")
    if given["department"] and (home, given["department"]) not in known.departments:
        _tell(row, "department", "department")


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a new row's values with every column, empty ones as the model starts."""
    given: dict[str, Any] = {}
    for name, column in _BY_NAME.items():
        value = values.get(name)
        if value in (None, ""):
            value = _START.get(name, column.empty() if column.kind == "text" else None)
        given[name] = value
    given["criterion"] = given["criterion"] if given["level"] == Level.MAJOR else ""
    given["root_cause"] = given["root_cause"] or ""
    return given


def _write(actor: Actor, changes: Sequence[RowChange]) -> None:
    fresh = [_plain(_filled(change.values)) for change in changes if change.old is None]
    if fresh:
        importing.enter(actor, fresh)
    corrected = {
        change.old["id"]: _plain({name: new for name, (_old, new) in change.changed.items()})
        for change in changes
        if change.old is not None
    }
    if corrected:
        importing.correct(actor, corrected)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as the service takes them: references as ids under their column's name."""
    given = given_of(values)
    for name in ("unit", "equipment"):
        if name in given:
            given[f"{name}_id"] = given.pop(name)
    return given


FINDINGS = register_sheet(
    Sheet(
        name="findings",
        title=_("Findings"),
        key=("enterprise", "number"),
        columns=COLUMNS,
        existing=_existing,
        write=_write,
        permission=FINDING_IMPORT,
        row_checks=[_check],
        intro=_(
            "An old ledger, or what an outside inspection found. Open ones come in as reported,"
            " confirmed or rectifying; closed ones name owner, acceptor, day and what was done."
            " Of findings that are here already a file corrects the words, never the state."
        ),
        done_url=reverse_lazy("findings:list"),
    )
)
