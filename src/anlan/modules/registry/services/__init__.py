"""The only door for writes to the registers.

`<entity>_create/_update/_remove` for one row, `<entity>_upsert_many` for imports. Values are a
mapping of field names; references are ids or rows of the same enterprise.
"""

from anlan.modules.registry.services.chemical import (
    CHEMICAL,
    chemical_create,
    chemical_remove,
    chemical_update,
    chemical_upsert_many,
)
from anlan.modules.registry.services.enterprise import (
    enterprise_create,
    enterprise_remove,
    enterprise_update,
    enterprise_upsert_many,
    enterprises_plan,
)
from anlan.modules.registry.services.enterprise_facts import enterprise_facts_refresh
from anlan.modules.registry.services.equipment import (
    EQUIPMENT,
    equipment_create,
    equipment_remove,
    equipment_update,
    equipment_upsert_many,
)
from anlan.modules.registry.services.facility import (
    FACILITY,
    facility_create,
    facility_remove,
    facility_update,
    facility_upsert_many,
)
from anlan.modules.registry.services.inventory import (
    INVENTORY,
    inventory_create,
    inventory_remove,
    inventory_update,
    inventory_upsert_many,
)
from anlan.modules.registry.services.licence import (
    LICENCE,
    licence_create,
    licence_remove,
    licence_update,
    licence_upsert_many,
)
from anlan.modules.registry.services.person import (
    PERSON,
    QUALIFICATION,
    person_create,
    person_remove,
    person_update,
    person_upsert_many,
    qualification_create,
    qualification_remove,
    qualification_update,
    qualification_upsert_many,
)
from anlan.modules.registry.services.recalculation import on_change
from anlan.modules.registry.services.rows import (
    ChangedMeanwhile,
    Plan,
    Register,
    StillUsed,
    Upserted,
    plan_rows,
)
from anlan.modules.registry.services.site import (
    SITE,
    site_create,
    site_remove,
    site_update,
    site_upsert_many,
)
from anlan.modules.registry.services.unit import (
    UNIT,
    unit_create,
    unit_remove,
    unit_update,
    unit_upsert_many,
)

__all__ = [
    "CHEMICAL",
    "EQUIPMENT",
    "FACILITY",
    "INVENTORY",
    "LICENCE",
    "PERSON",
    "QUALIFICATION",
    "SITE",
    "UNIT",
    "ChangedMeanwhile",
    "Plan",
    "Register",
    "StillUsed",
    "Upserted",
    "chemical_create",
    "chemical_remove",
    "chemical_update",
    "chemical_upsert_many",
    "enterprise_create",
    "enterprise_facts_refresh",
    "enterprise_remove",
    "enterprise_update",
    "enterprise_upsert_many",
    "enterprises_plan",
    "equipment_create",
    "equipment_remove",
    "equipment_update",
    "equipment_upsert_many",
    "facility_create",
    "facility_remove",
    "facility_update",
    "facility_upsert_many",
    "inventory_create",
    "inventory_remove",
    "inventory_update",
    "inventory_upsert_many",
    "licence_create",
    "licence_remove",
    "licence_update",
    "licence_upsert_many",
    "on_change",
    "person_create",
    "person_remove",
    "person_update",
    "person_upsert_many",
    "plan_rows",
    "qualification_create",
    "qualification_remove",
    "qualification_update",
    "qualification_upsert_many",
    "site_create",
    "site_remove",
    "site_update",
    "site_upsert_many",
    "unit_create",
    "unit_remove",
    "unit_update",
    "unit_upsert_many",
]
