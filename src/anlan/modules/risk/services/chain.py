"""The four registers of the chain: object → unit → event → control measure.

They are written as all registers are (`registry.services.register`): one row or a whole chain,
each with its history. Levels above follow the residual levels of the events below.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.actor import Actor
from anlan.base.errors import Problems
from anlan.modules.registry.services import rows
from anlan.modules.registry.services.checks import check_position
from anlan.modules.risk import events, rules
from anlan.modules.risk.choices import MeasureClass, Method, Verification
from anlan.modules.risk.methods import methods_of
from anlan.modules.risk.models import ControlMeasure, RiskEvent, RiskObject, RiskUnit
from anlan.modules.risk.policy import RISK_EDIT


def _check_object(values: rows.Values, problems: Problems) -> None:
    check_position(values, problems)


def _check_event(values: rows.Values, problems: Problems) -> None:
    for name in ("inherent", "residual"):
        factors = values.get(name) or {}
        if not isinstance(factors, dict):
            problems.add(name, _("must name its factors"))


def _check_measure(values: rows.Values, problems: Problems) -> None:
    class1, class2 = values.get("class1"), values.get("class2") or ""
    if class1 and class2 and not class2.startswith(f"{class1}-"):
        problems.add(
            "class2",
            _("does not belong to the class “%(name)s”") % {"name": MeasureClass(class1).label},
            _("Choose one whose number begins with the class."),
        )
    verification = values.get("verification")
    if verification == Verification.INSPECTION and not values.get("inspection_content"):
        problems.add(
            "inspection_content",
            pgettext_lazy("risk", "Say what is to be inspected."),
            code="required",
        )
    if verification == Verification.MONITORING and not values.get("tag"):
        problems.add("tag", _("Name the monitoring point that verifies it."), code="required")
    if bool(values.get("cycle_n")) != bool(values.get("cycle_unit")):
        problems.add("cycle_n", _("A cycle needs both its number and its unit."))
    low, high = values.get("low"), values.get("high")
    if low is not None and high is not None and low > high:
        problems.add("high", _("must not be below the lower limit"))
    if (low is not None or high is not None) and not values.get("reading_unit"):
        problems.add("reading_unit", _("A limit needs its unit of measurement."), code="required")


def _complete_measure(values: rows.Values, given: frozenset[str]) -> None:
    if not values.get("class1") and values.get("class2"):
        values["class1"] = int(str(values["class2"])[0])
    if values.get("verification") == Verification.INSPECTION and not values.get(
        "inspection_content"
    ):
        values["inspection_content"] = values.get("text") or ""
    # Left empty in a form it comes as None.
    values["inspection_content"] = values.get("inspection_content") or ""


def _after_events(actor: Actor, plans: Sequence[rows.Plan]) -> None:
    """Value the events written and let units and objects above follow."""
    changed = [plan.instance for plan in plans]
    _value(actor, changed)
    _raise_levels({row.unit_id for row in changed} | _moved_from(plans, "unit"))
    _follow(_moved(plans), PLACES_OF_MEASURES)


def _value(actor: Actor, changed: Sequence[RiskEvent]) -> None:
    methods = methods_of(actor, {row.enterprise_id for row in changed})
    for row in changed:
        method = methods.get((row.enterprise_id, row.method)) or methods.get(
            (row.enterprise_id, Method.LS)
        )
        assert method is not None
        row.inherent_level = _level(method, row.inherent)
        row.level = _level(method, row.residual)
        if row.level is None:
            row.level = row.inherent_level
        if not row.control_level and row.level is not None:
            row.control_level = rules.CONTROL_LEVELS[row.level]
    RiskEvent.objects.for_actor(actor).bulk_update(
        changed, ["inherent_level", "level", "control_level"], batch_size=500
    )


@transaction.atomic
def revalue(actor: Actor, enterprise_id: UUID, code: str) -> int:
    """Value all events of an enterprise that follow a method anew; return how many.

    For the service that changes the method, whose own event history keeps the reason.
    """
    changed = list(
        RiskEvent.objects.for_actor(actor)
        .filter(enterprise=enterprise_id, method=code, removed_at__isnull=True)
        .select_for_update(of=("self",))
        .order_by("pk")
    )
    _value(actor, changed)
    _raise_levels({row.unit_id for row in changed})
    return len(changed)


def _level(method: rules.Method, factors: object) -> int | None:
    try:
        found = rules.value(method, factors if isinstance(factors, dict) else {})
    except rules.WrongFactor:
        return None
    return found.level if found else None


def _moved_from(plans: Sequence[rows.Plan], name: str) -> set[UUID]:
    return {pk for plan in plans if (pk := plan.moved_from.get(name))}


LEVELS_OF_UNITS = """
    UPDATE risk_riskunit u SET level = (
        SELECT min(e.level) FROM risk_riskevent e WHERE e.unit_id = u.id AND e.removed_at IS NULL
    ) WHERE u.id = ANY(%s) RETURNING object_id
"""
LEVELS_OF_OBJECTS = """
    UPDATE risk_riskobject o SET level = (
        SELECT min(u.level) FROM risk_riskunit u WHERE u.object_id = o.id AND u.removed_at IS NULL
    ) WHERE o.id = ANY(%s)
"""


def _raise_levels(units: Iterable[UUID]) -> None:
    """Set the levels of units and of their objects to the worst below."""
    ids = sorted(units)
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(LEVELS_OF_UNITS, [ids])
        objects = sorted({row[0] for row in cursor.fetchall()})
        cursor.execute(LEVELS_OF_OBJECTS, [objects])


# Whoever may see a unit sees what is below it: places follow when a branch is moved.
PLACES_OF_UNITS = """
    UPDATE risk_riskunit u SET scope_path = o.scope_path FROM risk_riskobject o
    WHERE u.object_id = o.id AND o.id = ANY(%s) AND u.scope_path <> o.scope_path RETURNING u.id
"""
PLACES_OF_EVENTS = """
    UPDATE risk_riskevent e SET scope_path = u.scope_path FROM risk_riskunit u
    WHERE e.unit_id = u.id AND u.id = ANY(%s) AND e.scope_path <> u.scope_path RETURNING e.id
"""
PLACES_OF_MEASURES = """
    UPDATE risk_controlmeasure m SET scope_path = e.scope_path FROM risk_riskevent e
    WHERE m.event_id = e.id AND e.id = ANY(%s) AND m.scope_path <> e.scope_path RETURNING m.id
"""


def _follow(ids: Iterable[UUID], *steps: str) -> None:
    found = sorted(ids)
    with connection.cursor() as cursor:
        for step in steps:
            if not found:
                return
            cursor.execute(step, [found])
            found = [row[0] for row in cursor.fetchall()]


def _moved(plans: Sequence[rows.Plan]) -> set[UUID]:
    return {plan.instance.pk for plan in plans if "scope_path" in plan.after}


def _after_objects(actor: Actor, plans: Sequence[rows.Plan]) -> None:
    _follow(_moved(plans), PLACES_OF_UNITS, PLACES_OF_EVENTS, PLACES_OF_MEASURES)


def _after_units(actor: Actor, plans: Sequence[rows.Plan]) -> None:
    _follow(_moved(plans), PLACES_OF_EVENTS, PLACES_OF_MEASURES)
    objects = {plan.instance.object_id for plan in plans} | _moved_from(plans, "object")
    with connection.cursor() as cursor:
        cursor.execute(LEVELS_OF_OBJECTS, [sorted(objects)])


OBJECT = rows.Register(
    model=RiskObject,
    permission=RISK_EDIT,
    created=events.OBJECT_CREATED,
    changed=events.OBJECT_CHANGED,
    removed=events.OBJECT_REMOVED,
    fields=(
        "code",
        "name",
        "kind",
        "mhi_unit",
        "facility",
        "head",
        "hazards",
        "longitude",
        "latitude",
        "shape",
        "note",
    ),
    key=("code",),
    searched=("name", "code"),
    check=_check_object,
    placed=True,
    used_by=((RiskUnit, "object"),),
    after_write=_after_objects,
)
UNIT = rows.Register(
    model=RiskUnit,
    permission=RISK_EDIT,
    created=events.UNIT_CREATED,
    changed=events.UNIT_CHANGED,
    removed=events.UNIT_REMOVED,
    fields=(
        "object",
        "code",
        "name",
        "unit_type",
        "head",
        "nfc_id",
        "route",
        "longitude",
        "latitude",
        "shape",
        "note",
    ),
    key=("code",),
    searched=("name", "code"),
    check=_check_object,
    inherits=("object",),
    placed=True,
    used_by=((RiskEvent, "unit"),),
    after_write=_after_units,
)
EVENT = rows.Register(
    model=RiskEvent,
    permission=RISK_EDIT,
    created=events.EVENT_CREATED,
    changed=events.EVENT_CHANGED,
    removed=events.EVENT_REMOVED,
    fields=(
        "unit",
        "code",
        "name",
        "causes",
        "consequences",
        "method",
        "inherent",
        "residual",
        "control_level",
        "note",
    ),
    key=("code",),
    searched=("name", "code"),
    check=_check_event,
    inherits=("unit",),
    used_by=((ControlMeasure, "event"),),
    after_write=_after_events,
)
MEASURE = rows.Register(
    model=ControlMeasure,
    permission=RISK_EDIT,
    created=events.MEASURE_CREATED,
    changed=events.MEASURE_CHANGED,
    removed=events.MEASURE_REMOVED,
    fields=(
        "event",
        "code",
        "text",
        "verification",
        "class1",
        "class2",
        "class3",
        "inspection_content",
        "responsible_department",
        "post",
        "tag",
        "quantity",
        "reading_unit",
        "low",
        "high",
        "cycle_n",
        "cycle_unit",
        "photo",
        "note",
    ),
    key=("code",),
    searched=("text", "code", "tag"),
    check=_check_measure,
    complete=_complete_measure,
    derived=("class1", "inspection_content"),
    inherits=("event",),
)
REGISTERS = {"object": OBJECT, "unit": UNIT, "event": EVENT, "measure": MEASURE}
"""The chain from the top: parents first, which is also the order of import and upload."""
