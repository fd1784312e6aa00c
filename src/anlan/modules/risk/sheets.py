"""Sheets of the risk register: each register alone, and the whole chain with a row a measure."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Concat
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.actors.roles import OrganisationKind
from anlan.base.imports.sheet import RowChange, Sheet, SheetColumn, SheetRow, register_sheet
from anlan.modules.registry.queries import coded, facilities, people
from anlan.modules.registry.queries import units as mhi_units
from anlan.modules.registry.services import rows
from anlan.modules.registry.services.rows import Register
from anlan.modules.registry.sheets import (
    Ref,
    columns_of,
    enterprise_column,
    given_of,
    reference,
    sheet_of,
)
from anlan.modules.risk import queries
from anlan.modules.risk.models import ControlMeasure, RiskEvent, RiskObject, RiskUnit
from anlan.modules.risk.policy import RISK_EDIT
from anlan.modules.risk.services import chain


def _with_code(query: Callable[[Actor], QuerySet[Any]]) -> Callable[[Actor], QuerySet[Any]]:
    return lambda actor: coded(query(actor))  # type: ignore[arg-type]


_FACTOR = re.compile(r"([A-Z])\s*[=:：]?\s*(\d+(?:\.\d+)?)")


def factors_of(text: str) -> dict[str, str]:
    """Read `L4 S5` or `L=4, S=5` as factors by letter."""
    return dict(_FACTOR.findall(text.upper()))


def factors_text(factors: Any) -> str:
    """Return factors as a cell shows them: `L4 S5`."""
    if not isinstance(factors, dict):
        return ""
    return " ".join(f"{letter}{value}" for letter, value in sorted(factors.items(), key=_order))


def _order(item: tuple[str, Any]) -> int:
    return "LESC".find(item[0])


def _factor_column(name: str, label: Any, path: str = "") -> SheetColumn:
    def value(row: Any) -> str:
        for part in path.split("."):
            row = getattr(row, part) if part else row
        return factors_text(getattr(row, name))

    return SheetColumn(
        name,
        label,
        value=value,
        max_length=60,
        help=_("Factors with their values, such as L4 S5, or L6 E3 C15 for LEC."),
        example="L4 S5",
        check=lambda text: (
            None if not text or _FACTOR.search(text.upper()) else _("is not like L4 S5")
        ),
    )


def _columns(register: Register, **changed: SheetColumn) -> list[SheetColumn | str]:
    return [one for one in columns_of(register, **changed) if one not in ("shape", "class1")]


def _single(name: str, title: Any, register: Register, query: Any, noun: str, **refs: Any) -> Sheet:
    def upsert(actor: Actor, given: Sequence[Mapping[str, Any]]) -> Any:
        return rows.upsert_rows(actor, register, given)

    return sheet_of(
        name,
        title,
        register,
        _with_code(query),
        _columns(register, **refs),
        upsert,
        done_url=reverse_lazy(f"risk:{noun}"),
    )


def _find_departments(actor: Actor, asked: Collection[tuple[Any, str]]) -> Mapping[Any, Ref]:
    """Find departments of the rows' enterprises by their names, or by `parent/name`.

    A name that two departments share is found by neither: the parent has to be said.
    """
    pairs = [(owner, text) for owner, text in asked if owner is not None]
    rows = queries.departments(actor).filter(owner_enterprise_id__in={one.id for one, _t in pairs})
    known: dict[tuple[Any, str], list[Any]] = {}
    for row in rows.select_related("parent"):
        for text in (row.name, f"{row.parent.name}/{row.name}" if row.parent else row.name):
            known.setdefault((row.owner_enterprise_id, text), []).append(row.pk)
    found = {(owner, text): set(known.get((owner.id, text), ())) for owner, text in pairs}
    return {pair: Ref(ids.pop(), pair[1]) for pair, ids in found.items() if len(ids) == 1}


def _ref(pk: Any, text: Any) -> Ref | None:
    return Ref(pk, text) if pk else None


_DEPARTMENT = SheetColumn(
    "responsible_department",
    _("responsible department"),
    kind="reference",
    find=_find_departments,
    find_with=("enterprise",),
    show=lambda ref: ref.text,
    value=lambda row: _ref(row.responsible_department_id, row.department_3),
    help=_("Its name, or parent/name; left empty, the department of the unit."),
)
_OF_OBJECT = replace(
    _DEPARTMENT,
    name="object_department",
    label=_("department of the object"),
    value=lambda row: _ref(row.department_1_id, row.department_1),
    help=_("Its name, or parent/name; left empty, the enterprise itself."),
)
_OF_UNIT = replace(
    _DEPARTMENT,
    name="unit_department",
    label=_("department of the unit"),
    value=lambda row: _ref(row.department_2_id, row.department_2),
    help=_("Its name, or parent/name; left empty, the department of the object."),
)


def with_departments(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Add to measures the departments in charge of object, unit and measure, as cells name them.

    Each comes as `department_1` (object), `_2` (unit), `_3` (measure) with its id; the name has
    the parent's in front where the enterprise has two of that name.
    """
    nodes = Organisation.objects.filter(
        kind__in=[OrganisationKind.DEPARTMENT, OrganisationKind.TEAM], is_active=True
    )
    twins = nodes.filter(
        owner_enterprise_id=OuterRef("owner_enterprise_id"), name=OuterRef("name")
    ).exclude(pk=OuterRef("pk"))
    named = nodes.annotate(
        text=Case(
            When(Exists(twins), then=Concat("parent__name", Value("/"), "name")), default="name"
        )
    )
    at_object = named.filter(path=OuterRef("event__unit__object__scope_path"))
    at_unit = named.filter(path=OuterRef("event__unit__scope_path"))
    return rows.annotate(
        department_1=Subquery(at_object.values("text")[:1]),
        department_1_id=Subquery(at_object.values("pk")[:1]),
        department_2=Subquery(at_unit.values("text")[:1]),
        department_2_id=Subquery(at_unit.values("pk")[:1]),
        department_3=Subquery(
            named.filter(pk=OuterRef("responsible_department_id")).values("text")[:1]
        ),
    )


def _measures_named(actor: Actor) -> QuerySet[Any]:
    return with_departments(queries.measures(actor))


_HEAD = reference("head", _("head, staff number"), people, "number")
OBJECTS = _single(
    "risk_objects",
    _("Risk analysis objects"),
    chain.OBJECT,
    queries.objects,
    "object_list",
    mhi_unit=reference("mhi_unit", _("MHI unit code"), mhi_units),
    facility=reference("facility", _("facility code"), facilities),
    head=_HEAD,
)
UNITS = _single(
    "risk_units",
    _("Risk analysis units"),
    chain.UNIT,
    queries.units,
    "unit_list",
    object=reference("object", _("object code"), queries.objects, required=True),
    head=_HEAD,
)


class _Chain:
    """The cells of one chain row, sorted to the four registers."""

    LEVELS: tuple[tuple[str, Register, str], ...] = (
        ("object", chain.OBJECT, ""),
        ("unit", chain.UNIT, "object"),
        ("event", chain.EVENT, "unit"),
        ("measure", chain.MEASURE, "event"),
    )
    FIELDS: Mapping[str, Mapping[str, str]] = {
        "object": {
            "object_code": "code",
            "object_name": "name",
            "object_kind": "kind",
            "object_department": "department",
            "object_head": "head",
        },
        "unit": {
            "unit_code": "code",
            "unit_name": "name",
            "unit_type": "unit_type",
            "unit_department": "department",
            "unit_head": "head",
        },
        "event": {
            "event_code": "code",
            "event_name": "name",
            "causes": "causes",
            "consequences": "consequences",
            "method": "method",
            "inherent": "inherent",
            "residual": "residual",
            "control_level": "control_level",
        },
        "measure": {
            name: name for name in chain.MEASURE.fields if name not in ("event", "class1", "note")
        },
    }


def chain_write(actor: Actor, given: Sequence[Mapping[str, Any]]) -> dict[int, list[Any]]:
    """Write rows of the chain, parents first; return the problems by row, empty when all is well.

    Call inside a transaction, which is rolled back where there are problems. Rows whose parent
    has a problem are left out below it: the first thing wrong is what counts.
    """
    problems: dict[int, list[Any]] = {}
    parents: dict[tuple[Any, str], Any] = {}
    for level, register, parent in _Chain.LEVELS:
        firsts: dict[tuple[Any, str], int] = {}
        wanted: list[tuple[int, dict[str, Any]]] = []
        for number, cells in enumerate(given):
            if number in problems:
                continue
            values = _values(level, cells)
            key = (cells.get("enterprise"), str(values.get("code", "")).strip())
            if parent:
                upper = parents.get((key[0], str(cells.get(f"{parent}_code", "")).strip()))
                if upper is None:
                    continue
                values[parent] = upper
            if key in firsts:
                first = given[firsts[key]]
                clash = [
                    name
                    for name in [*_Chain.FIELDS[level], *([f"{parent}_code"] if parent else [])]
                    if cells.get(name) != first.get(name)
                ]
                if level != "measure" and not clash:
                    continue
                text = _("differs from row %(row)s, which has the same code")
                problems[number] = [
                    (name, text % {"row": firsts[key] + 2}) for name in clash or ["code"]
                ]
                continue
            firsts[key] = number
            wanted.append((number, values))
        plans = rows.plan_rows(actor, register, [values for _n, values in wanted], lock=True)
        back = {field: name for name, field in _Chain.FIELDS[level].items()}
        for (number, _values_given), plan in zip(wanted, plans, strict=True):
            if plan.problems:
                problems[number] = [
                    (back.get(p.field, f"{level}_code" if level != "measure" else "code"), p)
                    for p in plan.problems
                ]
        good = [plan for plan in plans if plan.action != "wrong"]
        rows.write_plans(actor, register, good)
        parents = {
            (plan.instance.enterprise_id, plan.instance.code): plan.instance for plan in good
        }
    return problems


def _values(level: str, cells: Mapping[str, Any]) -> dict[str, Any]:
    values = {field: cells[name] for name, field in _Chain.FIELDS[level].items() if name in cells}
    for name in ("inherent", "residual"):
        if name in values:
            values[name] = factors_of(values[name] or "")
    if level == "measure" and values.get("class2"):
        values["class1"] = int(str(values["class2"])[0])
    return values | {"enterprise": cells.get("enterprise")}


def _chain_columns() -> list[SheetColumn]:
    def of(model: Any, name: str, key: str, path: str, **more: Any) -> SheetColumn:
        return replace(SheetColumn.of(model, name, **more), name=key, value=f"{path}.{name}")

    up = ("event.unit.object", "event.unit", "event")

    def head(name: str, label: Any, path: str) -> SheetColumn:
        def value(row: Any) -> Ref | None:
            for part in f"{path}.head".split("."):
                row = getattr(row, part)
            return _ref(row and row.pk, row and row.number)

        return replace(_HEAD, name=name, label=label, value=value)

    return [
        enterprise_column(),
        of(RiskObject, "code", "object_code", up[0]),
        of(RiskObject, "name", "object_name", up[0], label=pgettext_lazy("risk", "object")),
        of(RiskObject, "kind", "object_kind", up[0], label=_("object type")),
        _OF_OBJECT,
        head("object_head", _("head of the object, staff number"), up[0]),
        of(RiskUnit, "code", "unit_code", up[1]),
        of(RiskUnit, "name", "unit_name", up[1], label=pgettext_lazy("risk", "unit")),
        of(RiskUnit, "unit_type", "unit_type", up[1]),
        _OF_UNIT,
        head("unit_head", _("head of the unit, staff number"), up[1]),
        of(RiskEvent, "code", "event_code", up[2]),
        of(RiskEvent, "name", "event_name", up[2], label=_("risk event")),
        of(RiskEvent, "causes", "causes", up[2]),
        of(RiskEvent, "consequences", "consequences", up[2]),
        of(RiskEvent, "method", "method", up[2]),
        _factor_column("inherent", _("inherent risk"), "event"),
        _factor_column("residual", _("residual risk"), "event"),
        of(RiskEvent, "control_level", "control_level", up[2]),
        *(
            _DEPARTMENT
            if name == "responsible_department"
            else SheetColumn.of(ControlMeasure, name)
            for name in _Chain.FIELDS["measure"]
        ),
    ]


_CHAIN_COLUMNS = _chain_columns()


def _existing(
    actor: Actor, keys: Collection[Any], *, lock: bool = False
) -> Mapping[Any, Mapping[str, Any]]:
    rows = _measures_named(actor).select_related(
        "event__unit__object__head", "event__unit__head", "responsible_department"
    )
    found = coded(rows).filter(  # type: ignore[arg-type]
        enterprise__in={key[0].id for key in keys}, code__in={key[1] for key in keys}
    )
    if lock:
        found = found.select_for_update(of=("self",)).order_by("pk")
    return {
        (values["enterprise"], values["code"]): values
        for row in found
        for values in [{column.name: column.from_row(row) for column in _CHAIN_COLUMNS}]
    }


def _check(actor: Actor, given: Sequence[SheetRow]) -> None:
    # Parents that a row brings along do not exist yet: writing everything and taking it back
    # judges the rows exactly as the writing will.
    with transaction.atomic():
        problems = chain_write(actor, [given_of(row.values) for row in given])
        transaction.set_rollback(True)
    for number, found in problems.items():
        for name, problem in found:
            if isinstance(problem, str) or not hasattr(problem, "remedy"):
                given[number].problem(name, problem)
            else:
                given[number].problem(name, problem.text, problem.remedy, problem.code)


def _write(actor: Actor, changes: Sequence[RowChange]) -> None:
    if problems := chain_write(actor, [given_of(change.values) for change in changes]):
        raise RuntimeError(f"rows became wrong between check and writing: {sorted(problems)[:5]}")


CHAIN = register_sheet(
    Sheet(
        name="risk_chain",
        title=_("Risk register, the whole chain"),
        key=("enterprise", "code"),
        columns=_CHAIN_COLUMNS,
        existing=_existing,
        write=_write,
        permission=RISK_EDIT,
        row_checks=[_check],
        intro=_(
            "One row per control measure, with its object, unit and event repeated in each row."
            " Codes tell them apart; the same file again changes nothing."
        ),
        done_url=reverse_lazy("risk:index"),
    )
)

MEASURES = _single(
    "risk_measures",
    _("Control measures"),
    chain.MEASURE,
    _measures_named,
    "measure_list",
    event=reference("event", _("event code"), queries.events, required=True),
    responsible_department=_DEPARTMENT,
)


def _events_sheet() -> Sheet:
    def read(given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        return [
            {
                **one,
                **{
                    name: factors_of(one[name] or "")
                    for name in ("inherent", "residual")
                    if isinstance(one.get(name), str)
                },
            }
            for one in given
        ]

    made = [
        enterprise_column(),
        *(
            SheetColumn.of(RiskEvent, one) if isinstance(one, str) else one
            for one in _columns(
                chain.EVENT,
                unit=reference("unit", _("unit code"), queries.units, required=True),
                inherent=_factor_column("inherent", _("inherent risk")),
                residual=_factor_column("residual", _("residual risk")),
            )
        ),
    ]

    def existing(
        actor: Actor, keys: Collection[Any], *, lock: bool = False
    ) -> Mapping[Any, Mapping[str, Any]]:
        found = coded(queries.events(actor)).filter(
            enterprise__in={key[0].id for key in keys}, code__in={key[1] for key in keys}
        )
        if lock:
            found = found.select_for_update(of=("self",)).order_by("pk")
        return {
            (values["enterprise"], values["code"]): values
            for row in found
            for values in [{column.name: column.from_row(row) for column in made}]
        }

    def check(actor: Actor, given: Sequence[SheetRow]) -> None:
        plans = rows.plan_rows(actor, chain.EVENT, read([given_of(row.values) for row in given]))
        for row, plan in zip(given, plans, strict=True):
            for problem in plan.problems:
                row.problem(problem.field or "code", problem.text, problem.remedy, problem.code)

    def write(actor: Actor, changes: Sequence[RowChange]) -> None:
        rows.upsert_rows(actor, chain.EVENT, read([given_of(one.values) for one in changes]))

    return register_sheet(
        Sheet(
            name="risk_events",
            title=_("Risk events"),
            key=("enterprise", "code"),
            columns=made,
            existing=existing,
            write=write,
            permission=RISK_EDIT,
            row_checks=[check],
            done_url=reverse_lazy("risk:event_list"),
        )
    )


EVENTS = _events_sheet()
