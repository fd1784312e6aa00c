"""Alarm settings: set up, described, and written in bulk.

What decides when an alarm comes (`rules.CONTROLLED`) is set here once, when the alarm is set up;
afterwards it changes by `services.changes` alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anlan.base.actors import policy as rights
from anlan.base.actors.actor import Actor
from anlan.base.audit.services import Entry, record, record_many
from anlan.base.errors import Problems
from anlan.modules.monitoring import events, policy, rules
from anlan.modules.monitoring.choices import GAS_KINDS, RuleKind
from anlan.modules.monitoring.models import AlarmClass, AlarmRule, Point
from anlan.modules.monitoring.services import directory
from anlan.modules.registry.services import rows

DESCRIBED = (
    "cause", "consequence", "harm_people", "harm_environment", "harm_money", "action",
    "response_seconds", "operator_seconds", "basis", "group", "parent", "message_zh",
    "message_en", "study_reference", "owner", "tested_on",
)  # fmt: skip
FIELDS = ("kind", *rules.CONTROLLED, *DESCRIBED)
_REFERENCES = {"compared_with": Point, "parent": AlarmRule, "alarm_class": AlarmClass}


@transaction.atomic
def setting_create(actor: Actor, point_id: UUID | str, values: Mapping[str, Any]) -> AlarmRule:
    """Set an alarm up. Raises NotYours, Forbidden, BadInput (with every problem)."""
    point = Point.objects.for_actor(actor).filter(removed_at__isnull=True).lock(point_id)
    rights.require(actor, policy.POINT_EDIT, point)
    problems = Problems()
    cleaned = cleaned_values(actor, point, values, problems)
    rule = AlarmRule(enterprise_id=point.enterprise_id, scope_path=point.scope_path, point=point)
    for name, value in cleaned.items():
        setattr(rule, name, value)
    others = {one.kind: one.limit for one in _others(actor, point) if one.in_use}
    if rule.kind in {one.kind for one in _others(actor, point)}:
        problems.add("kind", _("This point has such an alarm already."))
    check_setting(point, rule.kind, cleaned, others, problems)
    problems.raise_if_any()
    rule.save(force_insert=True)
    after = {name: rows.shown(value) for name, value in cleaned.items() if value not in (None, "")}
    record(actor, events.RULE_CREATED, rule, after=after)
    directory.changed()
    return rule


@transaction.atomic
def setting_describe(
    actor: Actor,
    rule_id: UUID | str,
    values: Mapping[str, Any],
    expected_version: int | None = None,
) -> AlarmRule:
    """Change what describes an alarm. Raises NotYours, Forbidden, BadInput, ChangedMeanwhile."""
    rule = AlarmRule.objects.for_actor(actor).select_related("point").lock(rule_id)
    rights.require(actor, policy.POINT_EDIT, rule)
    rows.demand_version(rule, expected_version)
    problems = Problems()
    given = {name: value for name, value in values.items() if name in DESCRIBED}
    cleaned = cleaned_values(actor, rule.point, given, problems)
    problems.raise_if_any()
    changed = {name: new for name, new in cleaned.items() if getattr(rule, name) != new}
    if not changed:
        return rule
    before = {name: rows.shown(getattr(rule, name)) for name in changed}
    for name, value in changed.items():
        setattr(rule, name, value)
    rule.version += 1
    rule.save()
    after = {name: rows.shown(value) for name, value in changed.items()}
    record(actor, events.RULE_CHANGED, rule, before=before, after=after)
    return rule


def cleaned_values(
    actor: Actor, point: Point, values: Mapping[str, Any], problems: Problems
) -> dict[str, Any]:
    """Return values as Python holds them, references as rows of the point's enterprise."""
    plain = {name: value for name, value in values.items() if name not in _REFERENCES}
    cleaned: dict[str, Any] = rows.clean_values(AlarmRule, plain, problems)
    for name, model in _REFERENCES.items():
        if name not in values:
            continue
        wanted = values[name]
        if wanted in (None, ""):
            cleaned[name] = None
            continue
        pk = getattr(wanted, "pk", wanted)
        found: Any = model.objects.for_actor(actor).filter(enterprise=point.enterprise_id)
        found = found.filter(pk=pk).first()
        if found is None:
            problems.add(name, _("is not in this enterprise's register"))
        else:
            cleaned[name] = found
    return cleaned


def _others(actor: Actor, point: Point) -> Sequence[AlarmRule]:
    return list(AlarmRule.objects.for_actor(actor).filter(point=point.pk))


def check_setting(
    point: Point,
    kind: str,
    values: Mapping[str, Any],
    others: Mapping[str, float | None],
    problems: Problems,
) -> None:
    """Note what a setting may not be, seen with the point's other limits by kind."""
    limit = values.get("limit")
    for name in ("limit", "deadband", "on_delay_s", "off_delay_s"):
        if not rules.is_number(values.get(name)):
            problems.add(name, _("is not a number"))
        elif name != "limit" and (values.get(name) or 0) < 0:
            problems.add(name, _("cannot be negative"))
    if kind != RuleKind.BAD and limit is None and values.get("in_use", True):
        problems.add("limit", _("An alarm in use needs a limit."), code="required")
    if kind == RuleKind.DEVIATION and not values.get("compared_with"):
        problems.add("compared_with", _("Say with which point it is compared."), code="required")
    if kind in ("HH", "H", "L", "LL"):
        if rules.outside_range(limit, point.range_low, point.range_high):
            problems.add(
                "limit",
                _("lies outside the range of the instrument, so it can never be reached"),
                _("Correct the limit, or the range of the point."),
            )
        wrong = rules.limits_in_order({**others, kind: limit})
        if wrong and kind in wrong:
            problems.add(
                "limit",
                _("%(low)s must lie below %(high)s.") % {"low": wrong[0], "high": wrong[1]},
            )
    if point.kind in GAS_KINDS and (values.get("on_delay_s") or 0) > rules.GAS_ON_DELAY_S:
        problems.add(
            "on_delay_s",
            _("A gas alarm gets at most %(n)s s of delay.") % {"n": rules.GAS_ON_DELAY_S},
            _("A spike of the sensor is its own debounce's business."),
        )


@dataclass(frozen=True, slots=True)
class Given:
    """A limit that a sheet gives a point, and what goes with it."""

    point: Point
    kind: str
    values: Mapping[str, Any]


def settings_create(actor: Actor, given: Sequence[Given]) -> list[AlarmRule]:
    """Set many alarms up that were checked before, with a few statements. Call in a transaction.

    Points are the actor's to edit: the caller has shown that.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("settings are written with their points, in one transaction")
    made = [
        AlarmRule(
            enterprise_id=one.point.enterprise_id,
            scope_path=one.point.scope_path,
            point=one.point,
            kind=one.kind,
            **one.values,
        )
        for one in given
    ]
    AlarmRule.objects.bulk_create(made, batch_size=2000)
    # One event a point: an import of fifty thousand tags would else write five times as many.
    told: dict[UUID, dict[str, Any]] = {}
    points: dict[UUID, Point] = {}
    for one in given:
        points[one.point.pk] = one.point
        told.setdefault(one.point.pk, {})[one.kind] = one.values.get("limit")
    record_many(actor, (Entry(events.RULE_CREATED, points[pk], None, told[pk]) for pk in told))
    if made:
        directory.changed()
    return made


PRODUCT_CLASSES: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("standard", "一般报警", {}),
    ("gas", "气体报警", {"latching": True, "highly_managed": True, "longest_shelf": 3600}),
    ("safety", "安全相关报警", {"highly_managed": True, "announce_again_after": 1800}),
    ("environmental", "环境报警", {"announce_again_after": 3600}),
)
"""The classes an enterprise begins with: code, name, what differs from the defaults."""


@transaction.atomic
def classes_ensure(actor: Actor, enterprise_id: UUID, scope_path: str) -> list[AlarmClass]:
    """Return the classes of an enterprise, the product's own made on first use."""
    found = list(AlarmClass.objects.for_actor(actor).filter(enterprise=enterprise_id))
    if found:
        return found
    made = [
        AlarmClass(enterprise_id=enterprise_id, scope_path=scope_path, code=code, name=name, **more)
        for code, name, more in PRODUCT_CLASSES
    ]
    return AlarmClass.objects.bulk_create(made, ignore_conflicts=True)
