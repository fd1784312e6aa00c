"""The enterprise's node in the organisation tree, kept in step with its file."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.apps import apps
from django.db import connection

from anlan.base.actors.models import Organisation
from anlan.base.actors.roles import OrganisationKind
from anlan.base.actors.scope import path_end
from anlan.base.actors.scoped import ScopedModel
from anlan.base.ids import uuid7


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
    nodes = []
    for spec in specs:
        pk = uuid7()
        nodes.append(
            Organisation(
                id=pk,
                kind=OrganisationKind.ENTERPRISE,
                code=spec.code,
                name=spec.name,
                short_name=spec.short_name,
                parent=spec.area,
                path=f"{spec.area.path}e{pk.hex}/",
                park=spec.park,
                group=spec.group,
                is_demo=spec.is_demo,
            )
        )
    return Organisation.objects.bulk_create(nodes, batch_size=2000)


def enterprise_node_move(node: Organisation, area: Organisation) -> str:
    """Move an enterprise with everything in it to another area; return its new path.

    One statement a table, however many rows. Entries of history keep the path they were written
    under: they say where it happened, and nothing there may be rewritten.
    """
    old, new = node.path, f"{area.path}e{node.pk.hex}/"
    if old == new:
        return new
    Organisation.objects.filter(pk=node.pk).update(parent=area)
    _move_paths("actors_organisation", "path", old, new)
    for model in apps.get_models():
        if issubclass(model, ScopedModel) and not model._meta.proxy:
            _move_paths(model._meta.db_table, "scope_path", old, new)
    node.parent, node.path = area, new
    return new


def _move_paths(table: str, column: str, old: str, new: str) -> None:
    quoted = connection.ops.quote_name(table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quoted} SET {column} = %s || substr({column}, %s)"  # noqa: S608 - our names
            f" WHERE {column} >= %s AND {column} < %s",
            [new, len(old) + 1, old, path_end(old)],
        )
