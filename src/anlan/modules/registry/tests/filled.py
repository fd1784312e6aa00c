"""A plant with one row in each register."""

from typing import Any

from anlan.base.actors.roles import Role
from anlan.modules.registry import services
from anlan.modules.registry.tests import data


def filled(world: Any, place: str = "plant_a", **texts: str) -> dict[str, Any]:
    """Enter one row of each register of a plant as its safety manager; `texts` go into names."""
    manager = world.actor(Role.SAFETY_MANAGER, place)
    name = texts.get("name", "")

    def named(values: dict[str, Any]) -> dict[str, Any]:
        return values | ({"name": name} if name else {})

    rows: dict[str, Any] = {}
    rows["sites"] = services.site_create(manager, named(data.site()))
    rows["people"] = services.person_create(manager, named(data.person()))
    rows["units"] = services.unit_create(
        manager,
        named(
            data.unit(
                site=rows["sites"], principal=rows["people"], longitude="113.5", latitude="23"
            )
        ),
    )
    rows["facilities"] = services.facility_create(manager, named(data.facility(unit=rows["units"])))
    rows["equipment"] = services.equipment_create(
        manager, named(data.equipment(facility=rows["facilities"], inspect_by="2026-01-01"))
    )
    rows["chemicals"] = services.chemical_create(manager, named(data.chemical()))
    rows["inventories"] = services.inventory_create(
        manager,
        {
            "unit": rows["units"],
            "chemical": rows["chemicals"],
            "place": name or "T-101A",
            "volume_m3": "1000",
            "fill_factor": "0.85",
        },
    )
    rows["licences"] = services.licence_create(manager, data.licence())
    rows["qualifications"] = services.qualification_create(
        manager,
        {
            "person": rows["people"],
            "kind": "special_work",
            "number": "T440105",
            "valid_until": "2026-12-31",
        },
    )
    return rows
