"""Writes on the organisation tree."""

import re
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from anlan.base.actors import events, policy, wall
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.actors.permissions import MANAGE_KIND
from anlan.base.actors.problems import StillInUse, WrongPlace
from anlan.base.actors.queries import organisation_one
from anlan.base.actors.roles import OrganisationKind
from anlan.base.actors.scope import EVERYTHING, ROOT_PATH, path_end
from anlan.base.actors.services.last_admin import an_administrator_remains
from anlan.base.audit.services import Entry, record, record_many
from anlan.base.errors import BadInput, NotYours, Problem
from anlan.base.ids import uuid7
from anlan.base.search_key import search_key

Kind = OrganisationKind
PATH_LENGTH = 240
_AREA_CODE = re.compile(r"\d{6}(\d{3}|\d{6})?")
# Held while the tree changes shape, so that no node is hung under a path that is just moving.
_TREE_LOCK = 7_202_611_220

# Under what each kind may hang. Enterprises are made by their register, at the same place.
PARENTS: dict[Kind, frozenset[Kind]] = {
    Kind.AREA: frozenset({Kind.AREA}),
    Kind.PARK: frozenset({Kind.AREA}),
    Kind.GROUP: frozenset({Kind.AREA}),
    Kind.ENTERPRISE: frozenset({Kind.AREA}),
    Kind.DEPARTMENT: frozenset({Kind.ENTERPRISE, Kind.DEPARTMENT}),
    Kind.TEAM: frozenset({Kind.ENTERPRISE, Kind.DEPARTMENT}),
    Kind.CONTRACTOR: frozenset({Kind.ENTERPRISE}),
}
_LETTER = {
    Kind.PARK: "p",
    Kind.GROUP: "g",
    Kind.ENTERPRISE: "e",
    Kind.DEPARTMENT: "d",
    Kind.TEAM: "t",
    Kind.CONTRACTOR: "c",
}
_INSIDE = frozenset({Kind.DEPARTMENT, Kind.TEAM, Kind.CONTRACTOR})


def segment(kind: Kind, pk: UUID, code: str = "") -> str:
    """Return a node's own part of its path, slash included."""
    return f"{code}/" if kind == Kind.AREA else f"{_LETTER[kind]}{pk.hex}/"


def new_node(
    parent: Organisation | None,
    *,
    kind: Kind,
    name: str,
    code: str = "",
    pk: UUID | None = None,
    short_name: str = "",
    is_demo: bool = False,
) -> Organisation:
    """Return an unsaved node with its path and search key. Raises BadInput, WrongPlace."""
    pk = pk or uuid7()
    name, short_name, code = name.strip(), short_name.strip(), code.strip()
    if not name or len(name) > 120:
        raise BadInput(Problem("name", _("Give a name of at most 120 characters.")))
    if kind == Kind.AREA and not _AREA_CODE.fullmatch(code):
        raise BadInput(Problem("code", _("An administrative division code has 6 digits.")))
    if parent is not None and Kind(parent.kind) not in PARENTS[kind]:
        raise WrongPlace()
    path = (parent.path if parent else ROOT_PATH) + segment(kind, pk, code)
    if len(path) > PATH_LENGTH:
        raise BadInput(Problem("parent", _("The tree is too deep here.")))
    return Organisation(
        id=pk,
        kind=kind,
        code=code,
        name=name,
        short_name=short_name,
        parent=parent,
        path=path,
        is_demo=is_demo,
        search_key=search_key(name, short_name, code),
    )


def lock_tree() -> None:
    """Wait for other changes of the tree; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_TREE_LOCK])


@transaction.atomic
def organisation_create(
    actor: Actor,
    *,
    kind: Kind,
    name: str,
    parent_id: UUID | str | None,
    code: str = "",
    short_name: str = "",
    is_demo: bool = False,
) -> Organisation:
    """Create an area, park, group, department, team or contractor. Not an enterprise.

    Only the system itself may leave `parent_id` out. Raises NotYours for a foreign parent,
    Forbidden, WrongPlace, BadInput.
    """
    kind = Kind(kind)
    if kind == Kind.ENTERPRISE:
        raise WrongPlace()
    lock_tree()
    if parent_id is None:
        if not actor.is_system:
            raise NotYours()
        parent = None
    else:
        parent = organisation_one(actor, parent_id)
        policy.require(actor, MANAGE_KIND[kind], parent)
        if not parent.is_active:
            raise StillInUse()
    node = new_node(parent, kind=kind, name=name, code=code, short_name=short_name, is_demo=is_demo)
    _require_new(node)
    node.save(force_insert=True)
    record(actor, events.ORGANISATION_CREATED, node, after={"name": name, "kind": kind})
    return node


@transaction.atomic
def organisation_rename(
    actor: Actor, organisation_id: UUID | str, *, name: str, short_name: str = ""
) -> Organisation:
    """Change the names of a node other than an enterprise (its register renames that).

    Nothing happens when they are the same.
    """
    node = _lock(actor, organisation_id)
    if node.kind == Kind.ENTERPRISE:
        raise WrongPlace()
    name, short_name = name.strip(), short_name.strip()
    if not name or len(name) > 120:
        raise BadInput(Problem("name", _("Give a name of at most 120 characters.")))
    before = {"name": node.name, "short_name": node.short_name}
    after = {"name": name, "short_name": short_name}
    if before == after:
        return node
    node.name, node.short_name = name, short_name
    node.search_key = search_key(name, short_name, node.code)
    node.version += 1
    _require_new(node)
    node.save(update_fields=["name", "short_name", "search_key", "version", "updated_at"])
    record(actor, events.ORGANISATION_CHANGED, node, before=before, after=after)
    return node


@transaction.atomic
def organisation_move(
    actor: Actor, organisation_id: UUID | str, *, parent_id: UUID | str
) -> Organisation:
    """Hang a node, with all below it and all their rows, under another one.

    Needs the right to manage both places. A part of an enterprise stays in its enterprise.
    """
    lock_tree()
    node = _lock(actor, organisation_id)
    parent = organisation_one(actor, parent_id)
    policy.require(actor, MANAGE_KIND[Kind(node.kind)], parent)
    return move_node(actor, node, parent)


def move_node(actor: Actor, node: Organisation, parent: Organisation) -> Organisation:
    """Rewrite the paths of a locked node's subtree and of every row in it, set-based."""
    kind = Kind(node.kind)
    if kind not in PARENTS or Kind(parent.kind) not in PARENTS[kind]:
        raise WrongPlace()
    if parent.path.startswith(node.path):
        raise WrongPlace()
    if kind in _INSIDE and parent.enterprise_id != node.enterprise_id:
        raise WrongPlace()
    if not parent.is_active:
        raise StillInUse()
    old, new = node.path, parent.path + segment(kind, node.pk, node.code)
    if old == new:
        return node
    if _deepest(old) - len(old) + len(new) > PATH_LENGTH:
        raise BadInput(Problem("parent", _("The tree is too deep here.")))
    before = {"parent": node.parent_id, "path": old}
    Organisation.objects.filter(pk=node.pk).update(parent=parent)
    _rewrite_paths(old, new)
    node.refresh_from_db()
    record(
        actor,
        events.ORGANISATION_MOVED,
        node,
        before=before,
        after={"parent": parent.pk, "path": new},
    )
    return node


@transaction.atomic
def organisation_deactivate(actor: Actor, organisation_id: UUID | str, *, reason: str = "") -> int:
    """Close a node and all below it: who holds a role there no longer sees anything by it.

    Nothing is deleted. Returns how many nodes were closed. Raises LastAdministrator.
    """
    lock_tree()
    node = _lock(actor, organisation_id)
    if node.kind == Kind.ENTERPRISE and not actor.is_system:
        raise WrongPlace()
    return deactivate_node(actor, node, reason=reason)


def deactivate_node(actor: Actor, node: Organisation, *, reason: str = "") -> int:
    """Close a locked node and all below it."""
    closing = list(
        Organisation.objects.select_for_update().filter(
            path__gte=node.path, path__lt=path_end(node.path), is_active=True
        )
    )
    with an_administrator_remains():
        Organisation.objects.filter(pk__in=[one.pk for one in closing]).update(is_active=False)
    record_many(actor, [Entry(events.ORGANISATION_CLOSED, one, reason=reason) for one in closing])
    return len(closing)


@transaction.atomic
def organisation_reactivate(actor: Actor, organisation_id: UUID | str) -> Organisation:
    """Open one closed node again; what lies below it is opened one by one."""
    node = _lock(actor, organisation_id)
    if node.is_active:
        return node
    if node.parent is not None and not node.parent.is_active:
        raise StillInUse()
    node.is_active = True
    node.save(update_fields=["is_active", "updated_at"])
    record(actor, events.ORGANISATION_REOPENED, node)
    return node


def _lock(actor: Actor, organisation_id: UUID | str) -> Organisation:
    node = organisation_one(actor, organisation_id, lock=True)
    policy.require(actor, MANAGE_KIND[Kind(node.kind)], node)
    return node


def _require_new(node: Organisation) -> None:
    same = Organisation.objects.filter(parent=node.parent_id, kind=node.kind, is_active=True)
    if same.filter(name=node.name).exclude(pk=node.pk).exists():
        raise BadInput(Problem("name", _("There is one with this name already.")))
    if (
        node.kind == Kind.AREA
        and Organisation.objects.filter(kind=Kind.AREA, code=node.code).exclude(pk=node.pk).exists()
    ):
        raise BadInput(Problem("code", _("There is an area with this code already.")))


def _deepest(path: str) -> int:
    longest = Organisation.objects.filter(path__gte=path, path__lt=path_end(path)).aggregate(
        longest=Max(Length("path"))
    )["longest"]
    return int(longest or len(path))


def _rewrite_paths(old: str, new: str) -> None:
    """Exchange the beginning of every path under `old`, table by table."""
    values: tuple[str | int, ...] = (new, len(old) + 1, old, path_end(old))
    # The right to do this was checked; the rows to move may lie in both scopes or in one.
    with wall.acting_as(EVERYTHING), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE actors_organisation SET path = %s || substr(path, %s), version = version + 1,"
            " updated_at = now() WHERE path >= %s AND path < %s",
            values,
        )
        for table in wall.scoped_tables():
            cursor.execute(
                f"UPDATE {connection.ops.quote_name(table)}"  # noqa: S608 - names of our own tables
                " SET scope_path = %s || substr(scope_path, %s)"
                " WHERE scope_path >= %s AND scope_path < %s",
                values,
            )
