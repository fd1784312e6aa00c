"""Sheets of the registers: what may be imported, and the columns of their exports."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse_lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.actors.roles import OrganisationKind
from anlan.base.errors import Text
from anlan.base.imports.sheet import RowChange, Sheet, SheetColumn, SheetRow, register_sheet
from anlan.modules.registry import choices, facility_kinds, policy, queries, services
from anlan.modules.registry.models import Enterprise


@dataclass(frozen=True, slots=True)
class Ref:
    """A row that a cell refers to: `text` is how the sheet names it."""

    id: UUID
    text: str = field(compare=False)


def _shown(ref: Ref) -> str:
    return ref.text


def _own_enterprise(actor: Actor) -> Ref | None:
    pk = actor.own_enterprise_id
    if pk is None:
        return None
    row = queries.enterprises(actor).filter(pk=pk).first()
    return Ref(row.pk, row.unified_social_credit_code) if row else None


def find_enterprises(actor: Actor, texts: Collection[str]) -> Mapping[str, Ref]:
    """Find enterprises by credit code, registration code or full name."""
    found: dict[str, Ref] = {}
    wanted = {text: text.upper() for text in texts}
    rows = Enterprise.objects.for_actor(actor).filter(removed_at__isnull=True)
    rows = rows.filter(
        Q(unified_social_credit_code__in=set(wanted.values()))
        | Q(company_code__in=set(wanted.values()))
        | Q(name__in=set(texts))
    ).only("pk", "unified_social_credit_code", "company_code", "name")
    known: dict[str, Ref] = {}
    for row in rows:
        ref = Ref(row.pk, row.unified_social_credit_code)
        known |= {row.name: ref, row.unified_social_credit_code: ref}
        if row.company_code:
            known[row.company_code] = ref
    for text, upper in wanted.items():
        if hit := known.get(text) or known.get(upper):
            found[text] = hit
    return found


def _finder(query: Callable[[Actor], QuerySet[Any]], name: str) -> Any:
    """Return a finder of rows of the row's enterprise by their code or name."""

    def find(actor: Actor, asked: Collection[tuple[Any, str]]) -> Mapping[Any, Ref]:
        pairs = [(owner, text) for owner, text in asked if owner is not None]
        rows = query(actor).filter(
            **{
                "enterprise__in": {owner.id for owner, _text in pairs},
                f"{name}__in": {text for _owner, text in pairs},
            }
        )
        known = {
            (owner, getattr(row, name)): Ref(row.pk, getattr(row, name))
            for row in rows.select_related(None).order_by()
            for owner in [Ref(row.enterprise_id, "")]
        }
        return {pair: known[pair] for pair in pairs if pair in known}

    return find


def reference(
    name: str,
    label: Text,
    query: Callable[[Actor], QuerySet[Any]],
    by: str = "code",
    **more: Any,
) -> SheetColumn:
    """Return a column that refers to a row of the same enterprise by its code or name."""

    def value(row: Any) -> Ref | None:
        target = getattr(row, name)
        return Ref(target.pk, getattr(target, by)) if target is not None else None

    return SheetColumn(
        name,
        label,
        kind="reference",
        find=_finder(query, by),
        find_with=("enterprise",),
        show=_shown,
        value=value,
        **more,
    )


def enterprise_column() -> SheetColumn:
    """Return the column that says whose a row is; rows carry `credit_code`."""
    return SheetColumn(
        "enterprise",
        _("enterprise"),
        kind="reference",
        required=True,
        find=find_enterprises,
        show=_shown,
        default=_own_enterprise,
        value=lambda row: Ref(row.enterprise_id, row.credit_code),
        help=_("Credit code, registration code or full name; your own if left empty."),
    )


def _plain(value: Any) -> Any:
    return value.id if isinstance(value, Ref) else value


def given_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return cells as the services take them: references as ids."""
    return {name: _plain(value) for name, value in values.items()}


def sheet_of(
    name: str,
    title: Text,
    register: services.Register,
    query: Callable[[Actor], QuerySet[Any]],
    columns: Iterable[SheetColumn | str],
    upsert: Callable[[Actor, Sequence[Mapping[str, Any]]], Any],
    intro: Text = "",
    fixed: Mapping[str, Any] | None = None,
    done_url: Any = None,
) -> Sheet:
    """Build the sheet of one register; a column given by name is derived from the model.

    `fixed` are fields that have the same value in every row of this sheet, which is for such
    rows alone.
    """
    same = dict(fixed or {})
    made = [enterprise_column()] + [
        SheetColumn.of(register.model, column) if isinstance(column, str) else column
        for column in columns
    ]
    key = ("enterprise", *register.key)
    first = register.key[0]

    def existing(
        actor: Actor, keys: Collection[Any], *, lock: bool = False
    ) -> Mapping[Any, Mapping[str, Any]]:
        rows = query(actor).filter(
            **{
                "enterprise__in": {one[0].id for one in keys},
                f"{first}__in": {_plain(one[1]) for one in keys},
                **same,
            }
        )
        if lock:
            rows = rows.select_for_update(of=("self",)).order_by("pk")
        found = {}
        for row in rows:
            values = {column.name: column.from_row(row) for column in made}
            found[tuple(values[part] for part in key)] = values
        return found

    def check(actor: Actor, rows: Sequence[SheetRow]) -> None:
        given = [{**given_of(row.values), **same} for row in rows]
        plans = services.plan_rows(actor, register, given)
        tell(rows, plans, key[1])
        for row, plan in zip(rows, plans, strict=True):
            if same.keys() & plan.before.keys() and "removed" not in plan.before:
                row.problem(
                    first,
                    _("is in the register as something else"),
                    _("Give another code, or change its type on its page first."),
                    "other_kind",
                )

    def write(actor: Actor, changes: Sequence[RowChange]) -> None:
        upsert(actor, [{**given_of(change.values), **same} for change in changes])

    return register_sheet(
        Sheet(
            name=name,
            title=title,
            key=key,
            columns=made,
            existing=existing,
            write=write,
            permission=register.permission,
            row_checks=[check],
            intro=intro,
            done_url=reverse_lazy(f"registry:{name}") if done_url is None else done_url,
        )
    )


def tell(rows: Sequence[SheetRow], plans: Sequence[services.Plan], fallback: str) -> None:
    """Put the problems of plans beside their cells; `fallback` takes those of no column."""
    for row, plan in zip(rows, plans, strict=True):
        for problem in plan.problems:
            row.problem(problem.field or fallback, problem.text, problem.remedy, problem.code)


def _place_column(name: str, label: Text, kind: OrganisationKind) -> SheetColumn:
    def find(actor: Actor, texts: Collection[str]) -> Mapping[str, Ref]:
        rows = queries.places_of_kind(actor, kind).filter(name__in=set(texts))
        return {row.name: Ref(row.pk, row.name) for row in rows}

    def value(row: Enterprise) -> Ref | None:
        place = getattr(row.enterprise, name)
        return Ref(place.pk, place.name) if place else None

    return SheetColumn(name, label, kind="reference", find=find, show=_shown, value=value)


def _enterprises_existing(
    actor: Actor, keys: Collection[Any], *, lock: bool = False
) -> Mapping[Any, Mapping[str, Any]]:
    rows = queries.enterprises(actor).filter(
        unified_social_credit_code__in={one[0] for one in keys}
    )
    if lock:
        rows = rows.select_for_update(of=("self",)).order_by("pk")
    return {
        (row.unified_social_credit_code,): {
            column.name: column.from_row(row) for column in ENTERPRISES.columns
        }
        for row in rows
    }


def _enterprises_check(actor: Actor, rows: Sequence[SheetRow]) -> None:
    plans = services.enterprises_plan(actor, [given_of(row.values) for row in rows])
    tell(rows, plans, "unified_social_credit_code")


def _enterprises_write(actor: Actor, changes: Sequence[RowChange]) -> None:
    services.enterprise_upsert_many(actor, [given_of(change.values) for change in changes])


ENTERPRISES = register_sheet(
    Sheet(
        name="enterprises",
        title=_("Enterprises"),
        key=("unified_social_credit_code",),
        columns=[
            SheetColumn.of(Enterprise, "unified_social_credit_code", folds="upper", required=True),
            SheetColumn.of(Enterprise, "name"),
            SheetColumn.of(Enterprise, "short_name"),
            SheetColumn.of(Enterprise, "company_code", folds="upper"),
            SheetColumn.of(Enterprise, "kind"),
            SheetColumn.of(Enterprise, "state"),
            SheetColumn.of(
                Enterprise,
                "area_code",
                help=_("Six digits of the county or district (GB/T 2260)."),
                example="440105",
            ),
            _place_column("park", _("park"), OrganisationKind.PARK),
            _place_column("group", _("group"), OrganisationKind.GROUP),
            *(
                SheetColumn.of(Enterprise, name)
                for name in (
                    "longitude",
                    "latitude",
                    "address",
                    "registered_address",
                    "industry",
                    "legal_representative",
                    "principal",
                    "principal_phone",
                    "safety_manager",
                    "safety_manager_phone",
                    "duty_phone",
                    "n_employees",
                    "n_safety_staff",
                    "founded_on",
                    "business_scope",
                )
            ),
            SheetColumn.of(Enterprise, "key_processes", choices=choices.process_pairs()),
            SheetColumn.of(Enterprise, "standardisation"),
            SheetColumn.of(Enterprise, "note"),
        ],
        existing=_enterprises_existing,
        write=_enterprises_write,
        permission=policy.ENTERPRISE_EDIT,
        row_checks=[_enterprises_check],
        intro=_("One row an enterprise; the credit code tells rows apart."),
        done_url=reverse_lazy("registry:enterprises"),
    )
)

SITES = sheet_of(
    "sites",
    _("Sites"),
    services.SITE,
    queries.sites,
    services.SITE.fields,
    services.site_upsert_many,
)


def columns_of(register: services.Register, **references: SheetColumn) -> list[SheetColumn | str]:
    """Return the register's fields in order, references replaced by their columns."""
    return [references.get(name, name) for name in register.fields]


UNITS = sheet_of(
    "units",
    _("Major hazard installations"),
    services.UNIT,
    queries.units,
    columns_of(
        services.UNIT,
        site=reference("site", _("site code"), queries.sites),
        principal=reference("principal", _("principal, staff number"), queries.people, "number"),
        technical=reference("technical", _("technical, staff number"), queries.people, "number"),
        operational=reference(
            "operational", _("operational, staff number"), queries.people, "number"
        ),
    ),
    services.unit_upsert_many,
    _("Enter sites and people first; units refer to them by code and staff number."),
)

_FACILITY_COLUMNS: dict[str, SheetColumn] = {
    "unit": reference("unit", _("unit code"), queries.units),
    "fire_class": SheetColumn.of(
        services.FACILITY.model, "fire_class", offers=facility_kinds.FIRE_CLASSES
    ),
    "station_level": SheetColumn.of(
        services.FACILITY.model,
        "station_level",
        kind="choice",
        choices=facility_kinds.STATION_LEVELS,
    ),
}

FACILITIES = sheet_of(
    "facilities",
    _("Facilities"),
    services.FACILITY,
    queries.facilities,
    columns_of(services.FACILITY, **_FACILITY_COLUMNS),
    services.facility_upsert_many,
    _("For one kind of facility take its own sheet: it has only the columns that kind needs."),
)


def _facility_sheet(look: facility_kinds.FacilityLook) -> Sheet:
    names = (*facility_kinds.COMMON_FIRST, *look.fields, *facility_kinds.COMMON_LAST)
    return sheet_of(
        look.sheet,
        look.title,
        services.FACILITY,
        queries.facilities,
        [_FACILITY_COLUMNS.get(name, name) for name in names],
        services.facility_upsert_many,
        fixed={"kind": look.kind.value},
        done_url=format_lazy(
            "{}?view={}&kind={}", reverse_lazy("registry:facilities"), look.kind, look.kind
        ),
    )


FACILITY_SHEETS = {kind: _facility_sheet(look) for kind, look in facility_kinds.LOOKS.items()}

EQUIPMENT = sheet_of(
    "equipment",
    _("Equipment"),
    services.EQUIPMENT,
    queries.equipment,
    columns_of(
        services.EQUIPMENT, facility=reference("facility", _("facility code"), queries.facilities)
    ),
    services.equipment_upsert_many,
)

CHEMICALS = sheet_of(
    "chemicals",
    _("Chemicals"),
    services.CHEMICAL,
    queries.chemicals,
    columns_of(services.CHEMICAL),
    services.chemical_upsert_many,
)

INVENTORIES = sheet_of(
    "inventories",
    _("Inventories"),
    services.INVENTORY,
    queries.inventories,
    columns_of(
        services.INVENTORY,
        unit=reference("unit", _("unit code"), queries.units, required=True),
        chemical=reference("chemical", _("chemical"), queries.chemicals, "name", required=True),
        equipment=reference("equipment", _("equipment tag"), queries.equipment),
        quantity_t=SheetColumn.of(
            services.INVENTORY.model,
            "quantity_t",
            required=False,
            minimum=0,
            help=_("Left empty where it is computed from volume, fill factor and density."),
        ),
    ),
    services.inventory_upsert_many,
    _("The design maximum, not today's stock. Enter units and chemicals first."),
)

LICENCES = sheet_of(
    "licences",
    _("Licences and certificates"),
    services.LICENCE,
    queries.licences,
    columns_of(services.LICENCE),
    services.licence_upsert_many,
)

PEOPLE = sheet_of(
    "people",
    _("People"),
    services.PERSON,
    queries.people,
    columns_of(services.PERSON),
    services.person_upsert_many,
)

QUALIFICATIONS = sheet_of(
    "qualifications",
    _("Qualifications"),
    services.QUALIFICATION,
    queries.qualifications,
    columns_of(
        services.QUALIFICATION,
        person=reference("person", _("staff number"), queries.people, "number", required=True),
    ),
    services.qualification_upsert_many,
)
