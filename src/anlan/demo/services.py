"""Loading the demonstration: set-based, in one transaction a batch, with history.

It writes rows of many registers at once instead of calling a service a row: a province has a
million of them. What a service would refuse, the plan does not contain (its tests check that).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any, TypeVar

from django.contrib.auth.hashers import make_password
from django.db import models, transaction

from anlan.base.actors import wall
from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.models import Membership, Organisation, User
from anlan.base.actors.roles import OrganisationKind
from anlan.base.actors.scope import EVERYTHING, ROOT_PATH
from anlan.base.audit.events import Event
from anlan.base.audit.services import Entry, record, record_many
from anlan.base.ids import uuid7
from anlan.base.search_key import search_key
from anlan.demo.accounts import ACCOUNTS, PASSWORD
from anlan.demo.events import LOADED
from anlan.demo.history.load import load_history
from anlan.demo.plan import FLAGSHIP, SIZES, EnterprisePlan, areas, enterprises
from anlan.demo.plant import GROUPS
from anlan.demo.watching import load_groups
from anlan.demo.weather import load_weather
from anlan.modules.monitoring.demo import load_points
from anlan.modules.monitoring.services.alarms_demo import load_alarms
from anlan.modules.registry import events, services
from anlan.modules.registry.models import (
    Chemical,
    Enterprise,
    Equipment,
    Facility,
    Inventory,
    Licence,
    MhiUnit,
    Person,
    Site,
)
from anlan.modules.registry.queries_identification import stale_units
from anlan.modules.registry.services.identification import unit_identify

BATCH = 100

M = TypeVar("M", bound=models.Model)
Progress = Callable[[int, int], None]


def demo_load(seed: int, size: str, on: date, progress: Progress = lambda done, total: None) -> int:
    """Load the demonstration unless it is there; return the number of enterprises loaded.

    A batch is one transaction; accounts come last, so that an interrupted load is seen: the next
    call goes on after the last enterprise that was written.
    """
    with wall.acting_as(EVERYTHING):
        places = load_places(size)
        done = Enterprise.objects.unscoped("the demo resumes").filter(is_demo=True).count()
        total = SIZES[size].n_enterprises
        plans = islice(enterprises(seed, size, on), done, None)
        loaded = 0
        while batch := list(islice(plans, BATCH)):
            _load_batch(batch, places)
            loaded += len(batch)
            progress(done + loaded, total)
        _load_accounts(places)
        # Only units without a result, so that an interrupted load goes on here too.
        unit_identify(SYSTEM, list(stale_units(SYSTEM)), "demo", tell=False)
        # A province is for measuring; what is measured there makes its own history.
        if size != "province":
            load_history(seed, on)
            load_points()
            load_alarms()
            load_groups()
            load_weather()
    return loaded


@transaction.atomic
def load_places(size: str) -> dict[str, Organisation]:
    """Make areas, parks and groups that are not there yet; return all by code."""
    known = {node.code: node for node in Organisation.objects.filter(is_demo=True) if node.code}
    fresh = []
    for area in areas(SIZES[size]):
        if area.code in known:
            continue
        parent = known.get(area.parent)
        pk = uuid7()
        segment = f"p{pk.hex}" if area.is_park else area.code
        node = Organisation(
            id=pk,
            kind=OrganisationKind.PARK if area.is_park else OrganisationKind.AREA,
            code=area.code,
            name=area.name,
            search_key=search_key(area.name, area.code),
            parent=parent,
            path=f"{parent.path if parent else ROOT_PATH}{segment}/",
            boundary=area.outline,
            is_demo=True,
        )
        known[area.code] = node
        fresh.append(node)
    for name in GROUPS:
        if name not in known:
            pk = uuid7()
            known[name] = Organisation(
                id=pk,
                kind=OrganisationKind.GROUP,
                code=name,
                name=name,
                search_key=search_key(name),
                path=f"{ROOT_PATH}g{pk.hex}/",
                is_demo=True,
            )
            fresh.append(known[name])
    Organisation.objects.bulk_create(fresh)
    if fresh:
        record(SYSTEM, LOADED, after={"size": size, "places": len(fresh)})
    return known


@dataclass
class _Rows:
    """The rows of a batch by model, in the order of their foreign keys."""

    nodes: list[Organisation] = field(default_factory=list)
    by_model: dict[type[models.Model], list[Any]] = field(
        default_factory=lambda: {
            model: []
            for model in (
                Enterprise,
                Site,
                MhiUnit,
                Facility,
                Equipment,
                Chemical,
                Inventory,
                Licence,
                Person,
            )
        }
    )

    def add(self, model: type[M], node: Organisation, **values: Any) -> M:
        row = model(
            enterprise=node,
            scope_path=node.path,
            search_key=search_key(*(str(values.get(name) or "") for name in SEARCHED[model])),
            **values,
        )
        self.by_model[model].append(row)
        return row


# The same texts find a demonstration's row as find one that somebody entered.
SEARCHED: dict[type[models.Model], tuple[str, ...]] = {
    Enterprise: ("name", "short_name", "company_code", "unified_social_credit_code"),
    **{
        register.model: register.searched
        for register in (
            services.SITE,
            services.UNIT,
            services.FACILITY,
            services.EQUIPMENT,
            services.CHEMICAL,
            services.INVENTORY,
            services.LICENCE,
            services.PERSON,
        )
    },
}
CREATED: dict[type[models.Model], Event] = {
    Enterprise: events.ENTERPRISE_CREATED,
    Site: events.SITE_CREATED,
    MhiUnit: events.UNIT_CREATED,
    Facility: events.FACILITY_CREATED,
    Equipment: events.EQUIPMENT_CREATED,
    Chemical: events.CHEMICAL_CREATED,
    Inventory: events.INVENTORY_CREATED,
    Licence: events.LICENCE_CREATED,
    Person: events.PERSON_CREATED,
}


@transaction.atomic
def _load_batch(batch: list[EnterprisePlan], places: dict[str, Organisation]) -> None:
    rows = _Rows()
    for plan in batch:
        _enterprise(rows, plan, places)
    Organisation.objects.bulk_create(rows.nodes, batch_size=2000)
    for model, made in rows.by_model.items():
        model._base_manager.bulk_create(made, batch_size=2000)
        record_many(SYSTEM, (Entry(CREATED[model], row) for row in made))


def _enterprise(rows: _Rows, plan: EnterprisePlan, places: dict[str, Organisation]) -> None:
    county = places[plan.county]
    pk = uuid7()
    node = Organisation(
        id=pk,
        kind=OrganisationKind.ENTERPRISE,
        code=plan.values["unified_social_credit_code"],
        name=plan.values["name"],
        short_name=plan.values["short_name"],
        search_key=search_key(
            plan.values["name"],
            plan.values["short_name"],
            plan.values["unified_social_credit_code"],
        ),
        parent=county,
        path=f"{county.path}e{pk.hex}/",
        park=places.get(plan.park),
        group=places.get(plan.group),
        is_demo=True,
    )
    rows.nodes.append(node)
    rows.add(
        Enterprise,
        node,
        id=pk,
        has_key_chemical=any(item["is_key_regulated"] for item in plan.chemicals),
        has_key_process=bool(plan.values["key_processes"]),
        **plan.values,
    )
    site = rows.add(Site, node, **plan.site)
    people = [rows.add(Person, node, **values) for values in plan.people]
    chemicals = {values["name"]: rows.add(Chemical, node, **values) for values in plan.chemicals}
    for values in plan.licences:
        rows.add(Licence, node, **values)
    for values in plan.equipment:
        rows.add(Equipment, node, **values)
    for unit_plan in plan.units:
        responsible = {
            "principal": people[0],
            "technical": people[min(2, len(people) - 1)],
            "operational": people[min(3, len(people) - 1)],
        }
        unit = rows.add(MhiUnit, node, site=site, **responsible, **unit_plan.unit)
        facility = rows.add(Facility, node, unit=unit, **unit_plan.facility)
        equipment = {
            values["code"]: rows.add(Equipment, node, facility=facility, **values)
            for values in unit_plan.equipment
        }
        for values in unit_plan.inventories:
            links = {
                "unit": unit,
                "chemical": chemicals[values["chemical"]],
                "equipment": equipment.get(values["equipment"]),
            }
            rows.add(Inventory, node, **{**values, **links})


@transaction.atomic
def _load_accounts(places: dict[str, Organisation]) -> None:
    """Make the accounts of `ACCOUNTS` that are not there yet."""
    here = {node.username for node in User.objects.filter(is_demo=True)}
    nodes = dict(_account_places(places))
    # They all share one public password, so they may share its hash, which is slow to make.
    password = make_password(PASSWORD)
    for account in ACCOUNTS:
        if account.username in here:
            continue
        user = User.objects.create(
            username=account.username,
            display_name=account.name,
            search_key=search_key(account.name, account.username),
            password=password,
            is_demo=True,
        )
        Membership.objects.create(
            user=user, organisation=nodes[account.place], role=account.role, is_home=True
        )
    record(SYSTEM, LOADED, after={"accounts": len(ACCOUNTS) - len(here)})


def _account_places(places: dict[str, Organisation]) -> Iterator[tuple[str, Organisation]]:
    flagship = Enterprise.objects.unscoped("the demo's accounts").get(name=FLAGSHIP)
    plant = flagship.enterprise
    county = plant.parent
    assert county is not None
    yield from (
        ("province", places["990000"]),
        ("city", places["990100"]),
        ("county", county),
        ("park", places["P001"]),
        ("group", places[GROUPS[0]]),
        ("plant", plant),
    )
    workshop = _department(plant, OrganisationKind.DEPARTMENT, "生产一车间", "d")
    _hand_over(plant, workshop)
    yield "workshop", workshop
    yield "team", _department(workshop, OrganisationKind.TEAM, "甲班", "t")
    yield (
        "contractor",
        _department(plant, OrganisationKind.CONTRACTOR, "澜州同筑安装工程有限公司", "c"),
    )


def _hand_over(plant: Organisation, workshop: Organisation) -> None:
    """Put the flagship's last unit, with all that is in it, into the workshop's charge."""
    why = "the demo's workshop"
    unit = MhiUnit.objects.unscoped(why).filter(enterprise=plant).order_by("code").last()
    if unit is None:
        return
    for rows in (
        MhiUnit.objects.unscoped(why).filter(pk=unit.pk),
        Facility.objects.unscoped(why).filter(unit=unit),
        Equipment.objects.unscoped(why).filter(facility__unit=unit),
        Inventory.objects.unscoped(why).filter(unit=unit),
    ):
        rows.update(scope_path=workshop.path)


def _department(
    parent: Organisation, kind: OrganisationKind, name: str, letter: str
) -> Organisation:
    pk = uuid7()
    node, _made = Organisation.objects.get_or_create(
        kind=kind,
        parent=parent,
        name=name,
        defaults={
            "id": pk,
            "path": f"{parent.path}{letter}{pk.hex}/",
            "search_key": search_key(name),
            "is_demo": True,
        },
    )
    return node
