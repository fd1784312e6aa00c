"""Many points and settings at once, for imports: a fixed number of statements a batch."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from anlan.base.actors.actor import Actor
from anlan.base.audit.services import Entry, record_many
from anlan.base.clock import now
from anlan.base.ids import uuid7
from anlan.modules.monitoring import events
from anlan.modules.monitoring.choices import GAS_KINDS, Priority
from anlan.modules.monitoring.models import AlarmClass, AlarmRule, LimitChange, Point
from anlan.modules.monitoring.rules import CONTROLLED
from anlan.modules.monitoring.services import changes, directory, settings
from anlan.modules.monitoring.services.points import POINT
from anlan.modules.monitoring.states import OPEN_CHANGES
from anlan.modules.registry.services import rows
from anlan.modules.registry.sheets import Ref

Waiting = Mapping[tuple[UUID, str, str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class PointRow:
    """A point with the limits a sheet gives it, by kind of alarm."""

    values: Mapping[str, Any]
    limits: Mapping[str, float]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A setting of a sheet: `rule_id` None for a new one; `values` are what differs."""

    rule_id: UUID | None
    point_id: UUID
    kind: str
    values: Mapping[str, Any]
    reason: str = ""


def first_priority(point_kind: str, kind: str) -> int:
    """Return the priority of an alarm that nobody has judged yet (Anlan's own choice)."""
    if point_kind in GAS_KINDS:
        return Priority.CRITICAL if kind in ("HH", "L") else Priority.HIGH
    return Priority.HIGH if kind in ("HH", "LL") else Priority.LOW


@transaction.atomic
def points_write(actor: Actor, given: Sequence[PointRow]) -> rows.Upserted:
    """Write points; set alarms up for new limits, ask for a change where a limit differs.

    All or none. Raises BadInput with every problem, Forbidden.
    """
    plans = rows.plan_rows(actor, POINT, [one.values for one in given], lock=True)
    rows.refuse_wrong(plans)
    fresh_plans = [plan for plan in plans if plan.action == "create"]
    _points_insert(actor, fresh_plans)
    rest = rows.write_plans(actor, POINT, [plan for plan in plans if plan.action != "create"])
    done = rows.Upserted(len(fresh_plans), rest.updated, rest.unchanged)
    points = [plan.instance for plan in plans]
    limited = [point.pk for point, one in zip(points, given, strict=True) if one.limits]
    known = {
        (rule.point_id, rule.kind): rule
        for rule in AlarmRule.objects.for_actor(actor).filter(point__in=limited)
    }
    fresh: list[tuple[Point, str, float]] = []
    differing = []
    for point, one in zip(points, given, strict=True):
        for kind, limit in one.limits.items():
            rule = known.get((point.pk, kind))
            if rule is None:
                fresh.append((point, kind, limit))
            elif rule.limit != limit or not rule.in_use:
                rule.point = point
                new = {"limit": limit} | ({} if rule.in_use else {"in_use": True})
                differing.append((rule, new, one.reason))
    _limits_insert(actor, fresh)
    changes.changes_request(actor, differing)
    return done


# Column, type of the array, and the attribute that it holds.
_POINT_COLUMNS = (
    ("id", "uuid", "pk"), ("enterprise_id", "uuid", "enterprise_id"),
    ("scope_path", "text", "scope_path"), ("search_key", "text", "search_key"),
    ("tag", "text", "tag"), ("name", "text", "name"), ("kind", "text", "kind"),
    ("unit", "text", "unit"), ("range_low", "float8", "range_low"),
    ("range_high", "float8", "range_high"), ("decimals", "int", "decimals"),
    ("gas", "text", "gas"), ("installation_id", "uuid", "installation_id"),
    ("equipment_id", "uuid", "equipment_id"), ("source_id", "uuid", "source_id"),
    ("address", "text", "address"), ("sampling_seconds", "float8", "sampling_seconds"),
    ("expression", "text", "expression"), ("plan_x", "float8", "plan_x"),
    ("plan_y", "float8", "plan_y"), ("in_service", "bool", "in_service"), ("note", "text", "note"),
)  # fmt: skip


def _points_insert(actor: Actor, plans: Sequence[rows.Plan]) -> None:
    """Write new points through arrays: the ORM's twenty-seven parameters a row take most of an
    import's time."""
    if not plans:
        return
    moment = now()
    names = ", ".join(f'"{column}"' for column, _type, _attribute in _POINT_COLUMNS)
    arrays = ", ".join(f"%s::{type_}[]" for _column, type_, _attribute in _POINT_COLUMNS)
    instances = [plan.instance for plan in plans]
    values = [[getattr(one, attribute) for one in instances]
              for _column, _type, attribute in _POINT_COLUMNS]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO monitoring_point (created_at, updated_at, version, {names})"  # noqa: S608
            f" SELECT %s, %s, 1, given.* FROM unnest({arrays}) AS given",
            [moment, moment, *values],
        )
    record_many(
        actor, (Entry(events.POINT_CREATED, plan.instance, None, plan.after) for plan in plans)
    )
    directory.changed()


def _limits_insert(actor: Actor, fresh: Sequence[tuple[Point, str, float]]) -> None:
    """Set up alarms that have nothing but a limit yet.

    A large sheet brings two hundred thousand of them, of thirty columns each: through arrays of
    what differs they cost a tenth of what the ORM's parameters do.
    """
    if not fresh:
        return
    moment = now()
    columns: list[tuple[Any, ...]] = [
        (
            uuid7(),
            point.enterprise_id,
            point.scope_path,
            point.pk,
            kind,
            limit,
            first_priority(point.kind, kind),
        )
        for point, kind, limit in fresh
    ]
    with connection.cursor() as cursor:
        arrays = [list(values) for values in zip(*columns, strict=True)]
        cursor.execute(_INSERT_LIMITS, [moment, moment, *arrays])
    told: dict[UUID, dict[str, float]] = {}
    points: dict[UUID, Point] = {}
    for point, kind, limit in fresh:
        points[point.pk] = point
        told.setdefault(point.pk, {})[kind] = limit
    record_many(actor, (Entry(events.RULE_CREATED, points[pk], None, told[pk]) for pk in told))
    directory.changed()


_INSERT_LIMITS = """
    INSERT INTO monitoring_alarmrule (
        created_at, updated_at, version, edition, deadband, on_delay_s, off_delay_s,
        safety_related, in_use, cause, consequence, action, basis, suppressed_when, "group",
        message_zh, message_en, study_reference, owner,
        id, enterprise_id, scope_path, point_id, kind, "limit", priority
    )
    SELECT %s, %s, 1, 1, 0, 0, 0, false, true, '', '', '', '', '', '', '', '', '', '', given.*
      FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::uuid[], %s::text[], %s::float8[],
                  %s::int[]) AS given
"""


@transaction.atomic
def settings_write(actor: Actor, given: Sequence[SettingRow]) -> None:
    """Set alarms up, change what describes them, ask for a change of what decides them.

    The rows were checked by the sheet; all or none.
    """
    points = {
        point.pk: point
        for point in Point.objects.for_actor(actor).filter(pk__in={one.point_id for one in given})
    }
    stored = AlarmRule.objects.for_actor(actor).select_related("point").order_by("pk")
    stored = stored.filter(pk__in=[one.rule_id for one in given if one.rule_id])
    known = {rule.pk: rule for rule in stored.select_for_update(of=("self",))}
    fresh, described, entries, asked = [], [], [], []
    for one in given:
        values = dict(_stored(name, value) for name, value in one.values.items())
        rule = known.get(one.rule_id) if one.rule_id else None
        if rule is None:
            fresh.append(settings.Given(points[one.point_id], one.kind, values))
            continue
        control = {name: value for name, value in values.items() if name in _CONTROLLED}
        if control:
            asked.append((rule, control, one.reason))
        words = {name: value for name, value in values.items() if name not in _CONTROLLED}
        if words:
            before = {name: rows.shown(getattr(rule, name)) for name in words}
            for name, value in words.items():
                setattr(rule, name, value)
            rule.version += 1
            described.append(rule)
            entries.append(Entry(events.RULE_CHANGED, rule, before, words))
    settings.settings_create(actor, fresh)
    # ON CONFLICT writes many rows at the speed of an insert; a CASE a column takes ten times that.
    AlarmRule.objects.bulk_create(
        described,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[*settings.DESCRIBED, "version", "updated_at"],
    )
    record_many(actor, entries)
    changes.changes_request(actor, asked)
    if described:
        directory.changed()


_CONTROLLED = frozenset({*CONTROLLED, "alarm_class_id"})


def _stored(name: str, value: Any) -> tuple[str, Any]:
    """Return a cell as the column holds it, with the column's own name."""
    field: Any = AlarmRule._meta.get_field(name)
    empty = value is None and not field.null
    return field.attname, field.get_default() if empty else field.to_python(value)


def waiting(actor: Actor, keys: Collection[tuple[UUID, str]]) -> Waiting:
    """Return the new values of open changes by enterprise, tag and kind."""
    if not keys:
        return {}
    found = LimitChange.objects.for_actor(actor).filter(
        state__in=sorted(OPEN_CHANGES), enterprise__in={owner for owner, _tag in keys}
    )
    return {
        (owner, tag, kind): new
        for owner, tag, kind, new in found.values_list(
            "enterprise_id", "rule__point__tag", "rule__kind", "new"
        )
    }


def waiting_rules(actor: Actor, rule_ids: Collection[UUID]) -> set[UUID]:
    """Return which of these settings have an open change."""
    found = LimitChange.objects.for_actor(actor).filter(state__in=sorted(OPEN_CHANGES))
    return set(found.filter(rule__in=list(rule_ids)).values_list("rule_id", flat=True))


def points_with_limits(
    actor: Actor, point_ids: Collection[UUID]
) -> dict[UUID, tuple[Point, dict[str, float | None]]]:
    """Return points with the limits of their alarms in use."""
    found = {
        point.pk: (point, dict[str, float | None]())
        for point in Point.objects.for_actor(actor).filter(pk__in=list(point_ids))
    }
    in_use = AlarmRule.objects.for_actor(actor).filter(point__in=list(point_ids), in_use=True)
    for point_id, kind, limit in in_use.values_list("point_id", "kind", "limit"):
        found[point_id][1][kind] = limit
    return found


def find_classes(actor: Actor, asked: Collection[tuple[Any, str]]) -> Mapping[Any, Ref]:
    """Find alarm classes of the row's enterprise by their code or name."""
    pairs = [(owner, text) for owner, text in asked if owner is not None]
    known: dict[tuple[UUID, str], Ref] = {}
    for row in AlarmClass.objects.for_actor(actor).filter(
        enterprise__in={owner.id for owner, _text in pairs}
    ):
        ref = Ref(row.pk, row.name)
        known |= {(row.enterprise_id, row.name): ref, (row.enterprise_id, row.code): ref}
    return {pair: known[pair[0].id, pair[1]] for pair in pairs if (pair[0].id, pair[1]) in known}
