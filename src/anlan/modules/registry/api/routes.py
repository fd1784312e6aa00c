"""The registers that the API offers, in the order of the documentation."""

from ninja import Router

from anlan.modules.registry import services
from anlan.modules.registry.api import grading
from anlan.modules.registry.api.registers import Endpoints, register_router
from anlan.modules.registry.models import (
    Chemical,
    Enterprise,
    Equipment,
    Facility,
    Inventory,
    Licence,
    MhiUnit,
    Person,
    Qualification,
    Site,
)
from anlan.modules.registry.services.enterprise import FIELDS as ENTERPRISE_FIELDS

REGISTERS = (
    Endpoints(
        "enterprises",
        "Enterprises",
        Enterprise,
        ("name", "id"),
        ENTERPRISE_FIELDS,
        services.enterprise_create,
        services.enterprise_update,
        services.enterprise_remove,
    ),
    Endpoints(
        "sites",
        "Sites",
        Site,
        ("code", "id"),
        services.SITE.fields,
        services.site_create,
        services.site_update,
        services.site_remove,
    ),
    Endpoints(
        "units",
        "MHI units",
        MhiUnit,
        ("code", "id"),
        services.UNIT.fields,
        services.unit_create,
        services.unit_update,
        services.unit_remove,
    ),
    Endpoints(
        "facilities",
        "Facilities",
        Facility,
        ("code", "id"),
        services.FACILITY.fields,
        services.facility_create,
        services.facility_update,
        services.facility_remove,
    ),
    Endpoints(
        "equipment",
        "Equipment",
        Equipment,
        ("code", "id"),
        services.EQUIPMENT.fields,
        services.equipment_create,
        services.equipment_update,
        services.equipment_remove,
    ),
    Endpoints(
        "chemicals",
        "Chemicals",
        Chemical,
        ("name", "id"),
        services.CHEMICAL.fields,
        services.chemical_create,
        services.chemical_update,
        services.chemical_remove,
    ),
    Endpoints(
        "inventories",
        "Inventories",
        Inventory,
        ("id",),
        services.INVENTORY.fields,
        services.inventory_create,
        services.inventory_update,
        services.inventory_remove,
    ),
    Endpoints(
        "licences",
        "Licences",
        Licence,
        ("number", "id"),
        services.LICENCE.fields,
        services.licence_create,
        services.licence_update,
        services.licence_remove,
    ),
    Endpoints(
        "people",
        "People",
        Person,
        ("number", "id"),
        services.PERSON.fields,
        services.person_create,
        services.person_update,
        services.person_remove,
    ),
    Endpoints(
        "qualifications",
        "Qualifications",
        Qualification,
        ("number", "id"),
        services.QUALIFICATION.fields,
        services.qualification_create,
        services.qualification_update,
        services.qualification_remove,
    ),
)


def routers() -> list[Router]:
    """Return one router a register, and grading."""
    return [*(register_router(endpoints) for endpoints in REGISTERS), grading.router]
