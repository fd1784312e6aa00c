"""Who may do what with people and organisations."""

from collections.abc import Iterable

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Membership, Organisation
from anlan.base.actors.policy import allows, grant
from anlan.base.actors.roles import BUREAU, EVERY_ROLE, HELD_AT, RESPONSIBLE, OrganisationKind, Role

_ADMIN = frozenset({Role.SYSTEM_ADMIN})
_PLANT_LEAD = frozenset({Role.PRINCIPAL, Role.SAFETY_MANAGER})
_PLANT_STAFF = frozenset(
    {
        Role.WORKSHOP_HEAD,
        Role.TEAM_LEADER,
        Role.OPERATOR,
        Role.EQUIPMENT_ENGINEER,
        Role.CONTROL_ROOM,
        Role.CONTRACTOR,
    }
)
_OUTSIDE = frozenset({Role.EXPERT, Role.AUDITOR})

# Which roles the holder of a role may hand on, inside the own place. Nobody hands on more than
# they hold: the order is admin, then leader over staff, then principal over the other two
# responsible persons and the safety manager, then down the shop floor.
GRANTABLE: dict[Role, frozenset[Role]] = {
    Role.SYSTEM_ADMIN: EVERY_ROLE,
    Role.BUREAU_LEADER: BUREAU | _OUTSIDE | {Role.PARK_OFFICER},
    Role.BUREAU_DATA_OFFICER: _OUTSIDE
    | _PLANT_LEAD
    | {Role.BUREAU_INSPECTOR, Role.BUREAU_DATA_OFFICER, Role.PARK_OFFICER, Role.GROUP_HSE},
    Role.PARK_OFFICER: frozenset({Role.PARK_OFFICER, Role.EXPERT}),
    Role.GROUP_HSE: frozenset({Role.GROUP_HSE, Role.AUDITOR}) | _PLANT_LEAD,
    Role.PRINCIPAL: RESPONSIBLE | {Role.SAFETY_MANAGER} | _PLANT_STAFF | _OUTSIDE,
    Role.SAFETY_MANAGER: frozenset({Role.SAFETY_MANAGER}) | _PLANT_STAFF | _OUTSIDE,
    Role.WORKSHOP_HEAD: frozenset({Role.TEAM_LEADER, Role.OPERATOR}),
}
_GRANTERS = frozenset(GRANTABLE)

AREA_MANAGE = grant("people.area.manage", _ADMIN)
PARK_MANAGE = grant("people.park.manage", _ADMIN | {Role.BUREAU_DATA_OFFICER})
GROUP_MANAGE = grant("people.group.manage", _ADMIN | {Role.BUREAU_DATA_OFFICER})
DEPARTMENT_MANAGE = grant("people.department.manage", _ADMIN | _PLANT_LEAD)
CONTRACTOR_MANAGE = grant("people.contractor.manage", _ADMIN | _PLANT_LEAD)
# Putting an enterprise under a county, park or group decides who supervises it: not its own say.
ENTERPRISE_PLACE = grant("people.enterprise.place", _ADMIN | {Role.BUREAU_DATA_OFFICER})
MEMBER_VIEW = grant(
    "people.member.view", EVERY_ROLE - {Role.OPERATOR, Role.EXPERT, Role.CONTROL_ROOM}
)
ROLE_GRANT = grant("people.role.grant", _GRANTERS)
ROLE_END = grant("people.role.end", _GRANTERS)
USER_MANAGE = grant("people.user.manage", _GRANTERS - {Role.WORKSHOP_HEAD, Role.PARK_OFFICER})

MANAGE_KIND = {
    OrganisationKind.AREA: AREA_MANAGE,
    OrganisationKind.PARK: PARK_MANAGE,
    OrganisationKind.GROUP: GROUP_MANAGE,
    OrganisationKind.ENTERPRISE: ENTERPRISE_PLACE,
    OrganisationKind.DEPARTMENT: DEPARTMENT_MANAGE,
    OrganisationKind.TEAM: DEPARTMENT_MANAGE,
    OrganisationKind.CONTRACTOR: CONTRACTOR_MANAGE,
}


def may_hand_on(actor: Actor, role: Role, organisation: Organisation, permission: str) -> bool:
    """Tell whether one of the actor's posts reaches this place and hands on this role."""
    if actor.is_system:
        return True
    path, enterprise_id = organisation.path, organisation.enterprise_id
    if not allows(actor, permission, path, enterprise_id):
        return False
    return any(
        role in GRANTABLE.get(post.role, frozenset()) and post.covers(path, enterprise_id)
        for post in actor.posts
    )


def governs(actor: Actor, memberships: Iterable[Membership], permission: str) -> bool:
    """Tell whether the actor reaches every one of these roles.

    Resetting a password or closing an account touches all that somebody holds, elsewhere too:
    one role out of reach is enough for a no. Somebody without any role is out of reach as well.
    """
    held = list(memberships)
    return bool(held) and all(
        may_hand_on(actor, Role(one.role), one.organisation, permission) for one in held
    )


def grantable_roles(actor: Actor, organisation: Organisation) -> list[Role]:
    """Return the roles the actor may grant here, in the order of the list of roles."""
    kind = OrganisationKind(organisation.kind)
    return [
        role
        for role in Role
        if kind in HELD_AT[role] and may_hand_on(actor, role, organisation, ROLE_GRANT)
    ]
