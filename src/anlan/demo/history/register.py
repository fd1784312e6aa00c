"""The risk registers of the demonstration: object, units, events, measures."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db import models

from anlan.base.ids import uuid7
from anlan.base.search_key import search_key
from anlan.demo.history.plant import Plant, Round, words
from anlan.modules.registry.models import Facility
from anlan.modules.risk import rules
from anlan.modules.risk.methods import packaged
from anlan.modules.risk.models import ControlMeasure, RiskEvent, RiskObject, RiskUnit
from anlan.modules.risk.services.branches import templates

UNITS_OF = {
    "tank_farm": ("tank_farm", "pump_house", "loading"),
    "installation": ("reactor", "pump_house"),
    "warehouse": ("warehouse",),
    "filling_station": ("tank_farm",),
    "loading": ("loading",),
}
OBJECT_KINDS = {"filling_station": "tank_farm", "pipeline": "other"}


class Rows:
    """The rows of all registers, parents first."""

    def __init__(self) -> None:
        self.objects: list[RiskObject] = []
        self.units: list[RiskUnit] = []
        self.events: list[RiskEvent] = []
        self.measures: list[ControlMeasure] = []

    def write(self) -> None:
        """Insert them, a statement each 2,000 rows."""
        registers: tuple[tuple[type[models.Model], list[Any]], ...] = (
            (RiskObject, self.objects),
            (RiskUnit, self.units),
            (RiskEvent, self.events),
            (ControlMeasure, self.measures),
        )
        for model, rows in registers:
            model._base_manager.bulk_create(rows, batch_size=2000)


def add_plant(rows: Rows, plant: Plant, facilities: Sequence[Facility]) -> None:
    """Add the register of a plant; its `units` and `rounds` follow."""
    wanted: Iterable[Facility | None] = facilities if plant.is_deep else facilities[:2]
    for number, facility in enumerate(list(wanted) or [None], start=1):
        kind = facility.kind if facility is not None else "warehouse"
        name = facility.name if facility is not None else "危险化学品仓库"
        in_team = plant.team is not None and "罐区" in name
        path = plant.team.path if in_team and plant.team is not None else plant.enterprise.path
        thing = RiskObject(
            id=uuid7(),
            enterprise=plant.enterprise,
            scope_path=path,
            code=f"R{number:02d}",
            name=name,
            kind=OBJECT_KINDS.get(kind, kind),
            facility=facility,
            head=plant.head(number),
            mhi_unit_id=facility.unit_id if facility is not None else None,
            longitude=facility.longitude if facility is not None else None,
            latitude=facility.latitude if facility is not None else None,
            position=number,
            search_key=search_key(name, f"R{number:02d}"),
        )
        rows.objects.append(thing)
        types = UNITS_OF.get(kind, ("warehouse",))
        for index, unit_type in enumerate(types if plant.is_deep else types[:1], start=1):
            _unit(rows, plant, thing, index, unit_type)
        thing.level = rules.worst([unit.level for unit in rows.units if unit.object is thing])


def _unit(rows: Rows, plant: Plant, thing: RiskObject, index: int, unit_type: str) -> None:
    known = words()[unit_type]
    name = f"{thing.name}{known['name']}"
    unit = RiskUnit(
        **_common(plant, thing, f"{thing.code}-{index:02d}", name),
        object=thing,
        name=name,
        unit_type=unit_type,
        head=thing.head,
        route=thing.position * 10 + index,
        longitude=thing.longitude,
        latitude=thing.latitude,
    )
    method = packaged("zh")["ls"]
    levels = []
    for number, told in enumerate(known["events"], start=1):
        event = RiskEvent(
            **_common(plant, thing, f"{unit.code}-{number:02d}", told["name"]),
            unit=unit,
            **{name: told[name] for name in ("name", "causes", "consequences")},
            inherent={"L": told["risk"][0], "S": told["risk"][1]},
            residual={"L": told["risk"][2], "S": told["risk"][3]},
        )
        before, after = rules.value(method, event.inherent), rules.value(method, event.residual)
        assert before is not None
        assert after is not None
        event.inherent_level, event.level = before.level, after.level
        event.control_level = rules.CONTROL_LEVELS[after.level]
        levels.append(after.level)
        rows.events.append(event)
        for place, measure in enumerate(told["measures"], start=1):
            _measure(rows, plant, thing, unit, event, place, measure)
        if plant.is_deep:
            _other_classes(rows, plant, thing, unit, event, number, told["measures"])
    unit.level = rules.worst(levels)
    rows.units.append(unit)
    plant.units.append(unit)


POSTS = {"安全员": "safety_manager", "班长": "team_leader", "消防员": "team_leader"}
ENGINEERS = ("设备员", "仪表工", "电工")


def _other_classes(
    rows: Rows,
    plant: Plant,
    thing: RiskObject,
    unit: RiskUnit,
    event: RiskEvent,
    number: int,
    told: Sequence[list[Any]],
) -> None:
    """Add measures of the classes that the event's own leave out, from the product's template."""
    offered = templates(unit.unit_type)
    here = {measure[0][0] for measure in told}
    place = len(told)
    for one in offered[(number - 1) % len(offered)].measures if offered else ():
        # What is looked at often would fill the day of a plant that nobody walks.
        if one["class2"][0] in here or one["cycle_unit"] not in ("month", "quarter"):
            continue
        here.add(one["class2"][0])
        place += 1
        post = one["post"]
        role = POSTS.get(post, "equipment_engineer" if post in ENGINEERS else "operator")
        cycle = f"{one['cycle_n']} {one['cycle_unit']}"
        content = one["inspection_content"]
        _measure(
            rows,
            plant,
            thing,
            unit,
            event,
            place,
            [one["class2"], one["text"], content, cycle, role, None, one["photo"]],
        )


POST_OF = {
    "operator": "外操",
    "team_leader": "班长",
    "equipment_engineer": "设备员",
    "safety_manager": "安全员",
}


def _measure(
    rows: Rows,
    plant: Plant,
    thing: RiskObject,
    unit: RiskUnit,
    event: RiskEvent,
    place: int,
    told: list[Any],
) -> None:
    class2, text, content, *rest = told
    row = ControlMeasure(
        **_common(plant, thing, f"{event.code}-{place:02d}", text),
        event=event,
        text=text,
        class1=int(class2[0]),
        class2=class2,
        inspection_content=content,
        verification=2 if content else 1,
    )
    rows.measures.append(row)
    if not content:
        row.post = "内操"
        row.tag = f"{rest[0]}-{thing.position}{place:02d}"
        return
    cycle, role, reading, row.photo = rest
    if reading:
        row.quantity, row.reading_unit = reading[:2]
        row.low, row.high = (None if one is None else Decimal(str(one)) for one in reading[2:])
    n, cycle_unit = cycle.split()
    row.post, row.cycle_n, row.cycle_unit = POST_OF[role], int(n), cycle_unit
    plant.rounds.append(Round(row, unit, int(n), cycle_unit, role))


def _common(plant: Plant, thing: RiskObject, code: str, name: str) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "enterprise": plant.enterprise,
        "scope_path": thing.scope_path,
        "code": code,
        "search_key": search_key(name, code),
    }
