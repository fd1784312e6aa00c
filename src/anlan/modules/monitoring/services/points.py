"""Points: entered, changed, many at once, taken out of the lists."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from anlan.base.actors.actor import Actor
from anlan.base.actors.policy import allows
from anlan.base.audit.services import Entry, record_many
from anlan.base.clock import now
from anlan.base.errors import BadInput, Problem, Problems
from anlan.modules.monitoring import events, policy, rules
from anlan.modules.monitoring.choices import GAS_KINDS
from anlan.modules.monitoring.models import Point
from anlan.modules.monitoring.services import directory
from anlan.modules.registry.services import rows

FIELDS = (
    "tag", "name", "kind", "unit", "range_low", "range_high", "decimals", "gas", "installation",
    "equipment", "source", "address", "sampling_seconds", "expression", "plan_x", "plan_y",
    "in_service", "note",
)  # fmt: skip


def _check(values: rows.Values, problems: Problems) -> None:
    low, high = values.get("range_low"), values.get("range_high")
    for name in ("range_low", "range_high", "sampling_seconds", "plan_x", "plan_y"):
        if not rules.is_number(values.get(name)):
            problems.add(name, _("is not a number"))
    if low is not None and high is not None and low >= high:
        problems.add("range_high", _("must lie above the beginning of the range"))
    if (values.get("sampling_seconds") or 0) <= 0:
        problems.add("sampling_seconds", _("must be more than 0"))
    for name in ("plan_x", "plan_y"):
        if (share := values.get(name)) is not None and not 0 <= share <= 1:
            problems.add(name, _("is a share of the plan, from 0 to 1"))
    if values.get("kind") == "gas_toxic" and not values.get("gas"):
        problems.add("gas", _("must be filled in for a toxic-gas detector"))
    if values.get("gas") and values.get("kind") not in GAS_KINDS | {"composition"}:
        problems.add("gas", _("is for gas detectors alone"))


def _told(actor: Actor, plans: Sequence[rows.Plan]) -> None:
    directory.changed()


POINT = rows.Register(
    model=Point,
    permission=policy.POINT_EDIT,
    created=events.POINT_CREATED,
    changed=events.POINT_CHANGED,
    removed=events.POINT_REMOVED,
    fields=FIELDS,
    key=("tag",),
    searched=("tag", "name", "gas", "address"),
    check=_check,
    inherits=("installation",),
    after_write=_told,
)


def point_create(actor: Actor, values: Mapping[str, Any]) -> Point:
    """Enter a point; a removed tag comes back with its number. Raises BadInput, Forbidden."""
    return rows.create_row(actor, POINT, values)


def point_update(
    actor: Actor, pk: UUID | str, values: Mapping[str, Any], expected_version: int | None = None
) -> Point:
    """Change a point. Raises NotYours, Forbidden, BadInput, ChangedMeanwhile."""
    return rows.update_row(actor, POINT, pk, values, expected_version)


def point_remove(
    actor: Actor, pk: UUID | str, reason: str = "", expected_version: int | None = None
) -> Point:
    """Take a point out of the lists; its settings and its journal stay."""
    return rows.remove_row(actor, POINT, pk, reason, expected_version)


def point_upsert_many(actor: Actor, given: Sequence[Mapping[str, Any]]) -> rows.Upserted:
    """Create or update by tag, all or none. Raises BadInput with every problem."""
    return rows.upsert_rows(actor, POINT, given)


@transaction.atomic
def points_set(
    actor: Actor, ids: Sequence[UUID], values: Mapping[str, Any], reason: str = ""
) -> int:
    """Set `in_service`, `source` or `sampling_seconds` of many points; return how many changed.

    Points that the actor may not edit are left alone; a source must be of the same enterprise.
    """
    if not values or not set(values) <= {"in_service", "source", "sampling_seconds"}:
        raise BadInput(Problem("", _("Choose what to change.")))
    found = Point.objects.for_actor(actor).filter(pk__in=list(ids), removed_at__isnull=True)
    found = found.select_related("source").select_for_update(of=("self",)).order_by("pk")
    entries, altered = [], []
    for point in found:
        if not allows(actor, policy.POINT_EDIT, point.scope_path, point.enterprise_id):
            continue
        source = values.get("source")
        if source is not None and source.enterprise_id != point.enterprise_id:
            raise BadInput(Problem("source", _("is not in this enterprise's register")))
        changed = {name: new for name, new in values.items() if getattr(point, name) != new}
        if not changed:
            continue
        before = {name: rows.shown(getattr(point, name)) for name in changed}
        altered.append(point)
        after = {name: rows.shown(new) for name, new in changed.items()}
        entries.append(Entry(events.POINT_CHANGED, point, before, after, reason))
    of_them = Point.objects.for_actor(actor).filter(pk__in=[point.pk for point in altered])
    of_them.update(**values, version=F("version") + 1, updated_at=now())
    record_many(actor, entries)
    if altered:
        directory.changed()
    return len(altered)
