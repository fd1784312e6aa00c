"""The roles a membership can carry, and where each may be held."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganisationKind(models.TextChoices):
    """What a node of the organisation tree is."""

    AREA = "area", _("Administrative area")
    PARK = "park", _("Chemical park")
    GROUP = "group", _("Group company")
    ENTERPRISE = "enterprise", _("Enterprise")
    DEPARTMENT = "department", _("Department")
    TEAM = "team", _("Team")
    CONTRACTOR = "contractor", _("Contractor")


class Role(models.TextChoices):
    """What somebody does in an organisation."""

    SYSTEM_ADMIN = "system_admin", _("System administrator")
    BUREAU_LEADER = "bureau_leader", _("Bureau leader")
    BUREAU_INSPECTOR = "bureau_inspector", _("Bureau inspector")
    BUREAU_DATA_OFFICER = "bureau_data_officer", _("Bureau data officer")
    PARK_OFFICER = "park_officer", _("Park duty officer")
    GROUP_HSE = "group_hse", _("Group HSE manager")
    PRINCIPAL = "principal_responsible_person", _("Principal responsible person")
    TECHNICAL = "technical_responsible_person", _("Technical responsible person")
    OPERATIONAL = "operational_responsible_person", _("Operational responsible person")
    SAFETY_MANAGER = "safety_manager", _("Safety manager")
    WORKSHOP_HEAD = "workshop_head", _("Workshop head")
    TEAM_LEADER = "team_leader", _("Team leader")
    OPERATOR = "operator", _("Operator")
    EQUIPMENT_ENGINEER = "equipment_engineer", _("Equipment engineer")
    CONTROL_ROOM = "control_room_operator", _("Control-room operator")
    CONTRACTOR = "contractor", _("Contractor")
    EXPERT = "expert", _("Expert")
    AUDITOR = "auditor", _("Read-only auditor")


_ENTERPRISE = frozenset(
    {OrganisationKind.ENTERPRISE, OrganisationKind.DEPARTMENT, OrganisationKind.TEAM}
)
_AREA = frozenset({OrganisationKind.AREA})

# Where a role may be held. A role held elsewhere would carry a scope nobody meant.
HELD_AT: dict[Role, frozenset[OrganisationKind]] = {
    Role.SYSTEM_ADMIN: frozenset(
        {OrganisationKind.AREA, OrganisationKind.PARK, OrganisationKind.GROUP}
    )
    | {OrganisationKind.ENTERPRISE},
    Role.BUREAU_LEADER: _AREA,
    Role.BUREAU_INSPECTOR: _AREA,
    Role.BUREAU_DATA_OFFICER: _AREA,
    Role.PARK_OFFICER: frozenset({OrganisationKind.PARK}),
    Role.GROUP_HSE: frozenset({OrganisationKind.GROUP}),
    Role.PRINCIPAL: _ENTERPRISE,
    Role.TECHNICAL: _ENTERPRISE,
    Role.OPERATIONAL: _ENTERPRISE,
    Role.SAFETY_MANAGER: _ENTERPRISE,
    Role.WORKSHOP_HEAD: _ENTERPRISE,
    Role.TEAM_LEADER: _ENTERPRISE,
    Role.OPERATOR: _ENTERPRISE,
    Role.EQUIPMENT_ENGINEER: _ENTERPRISE,
    Role.CONTROL_ROOM: _ENTERPRISE,
    Role.CONTRACTOR: frozenset({OrganisationKind.CONTRACTOR}),
    Role.EXPERT: frozenset(OrganisationKind),
    Role.AUDITOR: frozenset(OrganisationKind),
}

BUREAU = frozenset({Role.BUREAU_LEADER, Role.BUREAU_INSPECTOR, Role.BUREAU_DATA_OFFICER})
RESPONSIBLE = frozenset({Role.PRINCIPAL, Role.TECHNICAL, Role.OPERATIONAL})
EVERY_ROLE = frozenset(Role)

# Roles that see only their own node of an enterprise, not the whole enterprise.
SEES_OWN_NODE_ONLY = frozenset({Role.CONTRACTOR})
