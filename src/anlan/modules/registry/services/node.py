"""The enterprise's node in the organisation tree, kept in step with its file.

Who may has been judged by the registry's policy: a park's officer enters enterprises of the park,
wherever they lie. Creation and renaming leave one entry of history, the enterprise's, because
node and enterprise are one object with one id.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.actors.roles import OrganisationKind
from anlan.base.actors.services.organisations import deactivate_node, lock_tree, move_node, new_node
from anlan.base.search_key import search_key


@dataclass(frozen=True, slots=True)
class NodeSpec:
    """What a new enterprise's node needs."""

    name: str
    short_name: str
    code: str
    area: Organisation
    park: Organisation | None
    group: Organisation | None
    is_demo: bool = False


def enterprise_nodes_create(specs: Sequence[NodeSpec]) -> list[Organisation]:
    """Make the nodes of enterprises under their areas, in the order given."""
    if not specs:
        return []
    lock_tree()
    nodes = []
    for spec in specs:
        node = new_node(
            spec.area,
            kind=OrganisationKind.ENTERPRISE,
            name=spec.name,
            code=spec.code,
            short_name=spec.short_name,
            is_demo=spec.is_demo,
        )
        node.park, node.group = spec.park, spec.group
        nodes.append(node)
    return Organisation.objects.bulk_create(nodes, batch_size=2000)


def enterprise_nodes_change(nodes: Sequence[Organisation]) -> None:
    """Write names, park, group and activity of nodes that were changed."""
    for node in nodes:
        node.version += 1
        node.search_key = search_key(node.name, node.short_name, node.code)
    Organisation.objects.bulk_update(
        nodes,
        ["name", "short_name", "park", "group", "is_active", "search_key", "version"],
        batch_size=500,
    )


def enterprise_node_move(actor: Actor, node: Organisation, area: Organisation) -> str:
    """Move an enterprise with everything in it to another area; return its new path."""
    lock_tree()
    return move_node(actor, node, area).path


def enterprise_node_close(actor: Actor, node: Organisation, reason: str) -> None:
    """Close the node with its departments: nobody sees anything by a role held there."""
    lock_tree()
    deactivate_node(actor, node, reason=reason)
