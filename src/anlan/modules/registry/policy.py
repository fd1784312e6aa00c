"""Who may change the registers. Reading needs no permission beyond scope."""

from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.actors.policy import allows, grant, require
from anlan.base.actors.roles import BUREAU, RESPONSIBLE, Role
from anlan.base.errors import Forbidden

__all__ = [
    "CHEMICAL_EDIT",
    "ENTERPRISE_CREATE",
    "ENTERPRISE_EDIT",
    "EQUIPMENT_EDIT",
    "FACILITY_EDIT",
    "GRADING_EDIT",
    "INVENTORY_EDIT",
    "LICENCE_EDIT",
    "PERSON_EDIT",
    "SCENARIO_EDIT",
    "SITE_EDIT",
    "UNIT_EDIT",
    "require",
    "require_enterprise_create",
]

_MANAGERS = RESPONSIBLE | {Role.SAFETY_MANAGER}
_OFFICERS = {Role.BUREAU_DATA_OFFICER, Role.PARK_OFFICER}

ENTERPRISE_CREATE = grant("registry.enterprise.create", _OFFICERS | {Role.SYSTEM_ADMIN})
ENTERPRISE_EDIT = grant("registry.enterprise.edit", _MANAGERS | _OFFICERS | {Role.SYSTEM_ADMIN})
SITE_EDIT = grant("registry.site.edit", _MANAGERS | _OFFICERS)
UNIT_EDIT = grant("registry.unit.edit", _MANAGERS | _OFFICERS)
FACILITY_EDIT = grant("registry.facility.edit", _MANAGERS | _OFFICERS)
LICENCE_EDIT = grant("registry.licence.edit", _MANAGERS | _OFFICERS)
EQUIPMENT_EDIT = grant(
    "registry.equipment.edit",
    _MANAGERS | {Role.WORKSHOP_HEAD, Role.EQUIPMENT_ENGINEER, Role.BUREAU_DATA_OFFICER},
)
# What is held and how much is the enterprise's own statement; the bureau's data officer may
# load it once for enterprises that have no account yet.
CHEMICAL_EDIT = grant("registry.chemical.edit", _MANAGERS | {Role.BUREAU_DATA_OFFICER})
INVENTORY_EDIT = grant("registry.inventory.edit", _MANAGERS | {Role.BUREAU_DATA_OFFICER})
# Names, schooling and phone numbers of employees stay with their employer.
PERSON_EDIT = grant("registry.person.edit", _MANAGERS)
# How open points of GB 18218 are answered decides levels: the responsible people alone.
GRADING_EDIT = grant("registry.grading.edit", _MANAGERS)
# A plan changes nothing in the registers; whoever studies a unit may keep one.
SCENARIO_EDIT = grant(
    "registry.scenario.edit",
    _MANAGERS
    | BUREAU
    | {Role.PARK_OFFICER, Role.GROUP_HSE, Role.WORKSHOP_HEAD, Role.EQUIPMENT_ENGINEER}
    | {Role.EXPERT},
)


class OutsideYourArea(Forbidden):
    """The enterprise would lie where this officer has no say."""

    code = "registry.outside_your_area"
    text = _("You may enter enterprises only in your own area or park.")
    remedy = _("Choose an area or a park of yours, or ask its officer.")


def require_enterprise_create(actor: Actor, area: Organisation, park: Organisation | None) -> None:
    """Raise Forbidden unless the actor may enter an enterprise of this area or park."""
    if not allows(actor, ENTERPRISE_CREATE):
        raise Forbidden(permission=ENTERPRISE_CREATE)
    places = [area.path, *([park.path] if park else [])]
    if not any(allows(actor, ENTERPRISE_CREATE, place) for place in places):
        raise OutsideYourArea()


class OfficersPlace(Forbidden):
    """Park and group are said by officers."""

    code = "registry.officers_place"
    text = _("Only the bureau or the park may say to which park or group an enterprise belongs.")
    remedy = _("Ask the data officer of your bureau.")
