"""What history says about the registers."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from anlan.base.audit.events import Event
from anlan.modules.registry.choices import IDENTIFICATION_CAUSES

ENTERPRISE_CREATED = Event("registry.enterprise.created", _("Enterprise entered"))
ENTERPRISE_CHANGED = Event("registry.enterprise.changed", _("Enterprise changed"))
ENTERPRISE_REMOVED = Event("registry.enterprise.removed", _("Enterprise removed from the lists"))
SITE_CREATED = Event("registry.site.created", _("Site entered"))
SITE_CHANGED = Event("registry.site.changed", _("Site changed"))
SITE_REMOVED = Event("registry.site.removed", _("Site removed from the lists"))
UNIT_CREATED = Event("registry.unit.created", _("Unit entered"))
UNIT_CHANGED = Event("registry.unit.changed", _("Unit changed"))
UNIT_REMOVED = Event("registry.unit.removed", _("Unit removed from the lists"))
FACILITY_CREATED = Event("registry.facility.created", _("Facility entered"))
FACILITY_CHANGED = Event("registry.facility.changed", _("Facility changed"))
FACILITY_REMOVED = Event("registry.facility.removed", _("Facility removed from the lists"))
EQUIPMENT_CREATED = Event("registry.equipment.created", _("Equipment entered"))
EQUIPMENT_CHANGED = Event("registry.equipment.changed", _("Equipment changed"))
EQUIPMENT_REMOVED = Event("registry.equipment.removed", _("Equipment removed from the lists"))
CHEMICAL_CREATED = Event("registry.chemical.created", _("Chemical entered"))
CHEMICAL_CHANGED = Event("registry.chemical.changed", _("Chemical changed"))
CHEMICAL_REMOVED = Event("registry.chemical.removed", _("Chemical removed from the lists"))
INVENTORY_CREATED = Event("registry.inventory.created", _("Inventory entered"))
INVENTORY_CHANGED = Event("registry.inventory.changed", _("Inventory changed"))
INVENTORY_REMOVED = Event("registry.inventory.removed", _("Inventory removed from the lists"))
LICENCE_CREATED = Event("registry.licence.created", _("Licence entered"))
LICENCE_CHANGED = Event("registry.licence.changed", _("Licence changed"))
LICENCE_REMOVED = Event("registry.licence.removed", _("Licence removed from the lists"))
PERSON_CREATED = Event("registry.person.created", _("Person entered"))
PERSON_CHANGED = Event("registry.person.changed", _("Person changed"))
PERSON_REMOVED = Event("registry.person.removed", _("Person removed from the lists"))
QUALIFICATION_CREATED = Event("registry.qualification.created", _("Qualification entered"))
QUALIFICATION_CHANGED = Event("registry.qualification.changed", _("Qualification changed"))
QUALIFICATION_REMOVED = Event(
    "registry.qualification.removed", _("Qualification removed from the lists")
)
_IDENTIFICATION: Any = {
    "labels": {"edition": _("edition"), "cause": _("cause")},
    "choices": {"cause": IDENTIFICATION_CAUSES},
}
UNIT_IDENTIFIED = Event(
    "registry.unit.identified", _("Unit identified under GB 18218"), **_IDENTIFICATION
)
UNIT_LEVEL_CHANGED = Event(
    "registry.unit.level_changed", _("Level of the unit changed"), **_IDENTIFICATION
)
GRADING_CHANGED = Event("registry.grading.changed", _("GB 18218 settings changed"))
SCENARIO_SAVED = Event("registry.scenario.saved", _("What-if plan saved"))
SCENARIO_REMOVED = Event("registry.scenario.removed", _("What-if plan removed"))
