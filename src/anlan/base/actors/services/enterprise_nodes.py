"""The organisation nodes of enterprises, written on behalf of their register.

An enterprise's row and its node share their id; the register calls these inside its own
transaction, after it has judged its own policy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from anlan.base.actors import events, policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.actors.permissions import ENTERPRISE_PLACE
from anlan.base.actors.queries import organisation_one
from anlan.base.actors.roles import OrganisationKind as Kind
from anlan.base.actors.services.organisations import (
    deactivate_node,
    lock_tree,
    move_node,
    new_node,
    rename_node,
)
from anlan.base.audit.services import Entry, record, record_many
from anlan.base.errors import BadInput, Problem, Problems


@dataclass(frozen=True, slots=True)
class NewEnterpriseNode:
    """What a node needs. `area_code` is the county's division code; `id` may be given."""

    name: str
    area_code: str
    short_name: str = ""
    code: str = ""
    park_id: UUID | None = None
    group_id: UUID | None = None
    is_demo: bool = False
    id: UUID | None = None


def enterprise_node_create(actor: Actor, new: NewEnterpriseNode) -> Organisation:
    """Create one node. See `enterprise_nodes_create`."""
    return enterprise_nodes_create(actor, [new])[0]


def enterprise_nodes_create(actor: Actor, rows: Sequence[NewEnterpriseNode]) -> list[Organisation]:
    """Create many nodes with a fixed number of statements, in the current transaction.

    Needs `people.enterprise.place` in each county. Raises BadInput naming every unknown area,
    park or group (row counts from 1), Forbidden, NotYours.
    """
    lock_tree()
    areas = {
        area.code: area
        for area in Organisation.objects.filter(
            kind=Kind.AREA, code__in={row.area_code for row in rows}, is_active=True
        )
    }
    others = _parks_and_groups(rows)
    problems: list[Problem] = []
    nodes: list[Organisation] = []
    for number, row in enumerate(rows, start=1):
        area = areas.get(row.area_code)
        if area is None:
            problems.append(Problem("area_code", _("There is no such area."), row=number))
            continue
        policy.require(actor, ENTERPRISE_PLACE, area)
        node = new_node(
            area,
            kind=Kind.ENTERPRISE,
            name=row.name,
            code=row.code,
            pk=row.id,
            short_name=row.short_name,
            is_demo=row.is_demo,
        )
        for field, kind, pk in (
            ("park", Kind.PARK, row.park_id),
            ("group", Kind.GROUP, row.group_id),
        ):
            if pk is not None and (pk not in others or others[pk].kind != kind):
                problems.append(Problem(field, _("There is none like this."), row=number))
        node.park_id, node.group_id = row.park_id, row.group_id
        nodes.append(node)
    if problems:
        raise BadInput(problems)
    Organisation.objects.bulk_create(nodes, batch_size=1000)
    record_many(
        actor,
        [Entry(events.ORGANISATION_CREATED, node, after={"name": node.name}) for node in nodes],
    )
    return nodes


def enterprise_node_rename(
    actor: Actor, enterprise_id: UUID, *, name: str, short_name: str = ""
) -> Organisation:
    """Keep the node's names as the register's. The register's policy has decided."""
    return rename_node(actor, _lock(actor, enterprise_id), name=name, short_name=short_name)


def enterprise_node_place(
    actor: Actor,
    enterprise_id: UUID,
    *,
    area_code: str,
    park_id: UUID | None,
    group_id: UUID | None,
) -> Organisation:
    """Put an enterprise into a county, park and group; its rows follow.

    Needs `people.enterprise.place` where it is and where it goes, as soon as something changes:
    an enterprise does not choose its own supervisor.
    """
    lock_tree()
    node = _lock(actor, enterprise_id)
    found = Problems()
    area = Organisation.objects.filter(kind=Kind.AREA, code=area_code, is_active=True).first()
    if area is None:
        found.add("area_code", _("There is no such area."))
    for field, kind, pk in (("park", Kind.PARK, park_id), ("group", Kind.GROUP, group_id)):
        if pk and not Organisation.objects.filter(pk=pk, kind=kind, is_active=True).exists():
            found.add(field, _("There is none like this."))
    found.raise_if_any()
    assert area is not None
    before = {"park": node.park_id, "group": node.group_id}
    after = {"park": park_id, "group": group_id}
    if before == after and area.pk == node.parent_id:
        return node
    policy.require(actor, ENTERPRISE_PLACE, node)
    policy.require(actor, ENTERPRISE_PLACE, area)
    if before != after:
        node.park_id, node.group_id = park_id, group_id
        node.version += 1
        node.save(update_fields=["park", "group", "version", "updated_at"])
        record(actor, events.ORGANISATION_CHANGED, node, before=before, after=after)
    return move_node(actor, node, area)


def enterprise_node_close(actor: Actor, enterprise_id: UUID, *, reason: str = "") -> int:
    """Close the node with its departments. Needs `people.enterprise.place`."""
    lock_tree()
    node = _lock(actor, enterprise_id)
    policy.require(actor, ENTERPRISE_PLACE, node)
    return deactivate_node(actor, node, reason=reason)


def _lock(actor: Actor, enterprise_id: UUID) -> Organisation:
    node = organisation_one(actor, enterprise_id, lock=True)
    assert node.kind == Kind.ENTERPRISE
    return node


def _parks_and_groups(rows: Sequence[NewEnterpriseNode]) -> dict[UUID, Organisation]:
    wanted = {pk for row in rows for pk in (row.park_id, row.group_id) if pk}
    return {one.pk: one for one in Organisation.objects.filter(pk__in=wanted, is_active=True)}
