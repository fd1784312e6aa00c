"""Sheets of monitoring: points with their four limits, and alarm settings with the whole record."""

from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import models
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from anlan.base.actors.actor import Actor
from anlan.base.errors import Problems
from anlan.base.imports.sheet import RowChange, Sheet, SheetColumn, SheetRow, register_sheet
from anlan.modules.monitoring import policy, rules
from anlan.modules.monitoring.models import AlarmRule, Point
from anlan.modules.monitoring.queries import points as queries
from anlan.modules.monitoring.services import bulk
from anlan.modules.monitoring.services.points import FIELDS, POINT
from anlan.modules.monitoring.services.settings import DESCRIBED, check_setting
from anlan.modules.registry import queries as registry
from anlan.modules.registry.services import plan_rows
from anlan.modules.registry.sheets import Ref, enterprise_column, given_of, reference, tell

LIMITS = {"limit_hh": "HH", "limit_h": "H", "limit_l": "L", "limit_ll": "LL"}
"""Columns of the four limits, with the kind of alarm each sets up."""
_HEADS = {
    "limit_hh": gettext_lazy("high-high limit"),
    "limit_h": gettext_lazy("high limit"),
    "limit_l": gettext_lazy("low limit"),
    "limit_ll": gettext_lazy("low-low limit"),
}


def exact(value: Any) -> Any:
    """Return a stored float as the decimal people typed, so that the same file changes nothing."""
    return Decimal(repr(value)) if isinstance(value, float) else value


def _attribute(name: str) -> Callable[[Any], Any]:
    return lambda row: exact(getattr(row, name))


def _limit(kind: str) -> Callable[[Any], Any]:
    return lambda row: exact((row.limits or {}).get(kind))


def _column(model: type[models.Model], name: str, **more: Any) -> SheetColumn:
    if isinstance(model._meta.get_field(name), models.FloatField):
        more.setdefault("value", _attribute(name))
    return SheetColumn.of(model, name, **more)


def _reason_column() -> SheetColumn:
    return SheetColumn(
        "change_reason",
        gettext_lazy("reason for changed limits"),
        max_length=1000,
        value=lambda row: "",
        help=gettext_lazy(
            "Needed where a limit of an alarm that exists differs: it becomes a request for"
            " change, and another person approves it."
        ),
    )


_REFERENCES = {
    "installation": reference("installation", gettext_lazy("unit code"), registry.units),
    "equipment": reference("equipment", gettext_lazy("equipment tag"), registry.equipment),
    "source": reference("source", gettext_lazy("data source"), queries.sources, "name"),
}
_COLUMNS = [
    enterprise_column(),
    *(_REFERENCES.get(name) or _column(Point, name) for name in FIELDS),
    *(
        SheetColumn(
            name,
            _HEADS[name],
            kind="number",
            value=_limit(kind),
            help=gettext_lazy("Sets the alarm up; left empty, an alarm that exists stays."),
        )
        for name, kind in LIMITS.items()
    ),
    _reason_column(),
]
_BY_NAME = {column.name: column for column in _COLUMNS}


def _existing(
    actor: Actor, keys: Collection[Any], *, lock: bool = False
) -> Mapping[Any, Mapping[str, Any]]:
    found = queries.listed(actor).filter(
        enterprise__in={one[0].id for one in keys}, tag__in={one[1] for one in keys}
    )
    if lock:
        found = found.select_for_update(of=("self",)).order_by("pk")
    stored = {}
    for row in found:
        values = {column.name: column.from_row(row) for column in _COLUMNS}
        stored[values["enterprise"], row.tag] = values
    return stored


def _check(actor: Actor, rows: Sequence[SheetRow]) -> None:
    skipped = (*LIMITS, "change_reason")
    given = [
        {name: value for name, value in given_of(row.values).items() if name not in skipped}
        for row in rows
    ]
    tell(rows, plan_rows(actor, POINT, given), "tag")
    waiting = bulk.waiting(actor, [(row.values["enterprise"].id, row.values["tag"])
                                   for row in rows if row.old is not None])  # fmt: skip
    for row in rows:
        _check_limits(row, waiting)


def _check_limits(row: SheetRow, waiting: bulk.Waiting) -> None:
    """Look at the four limits of a row; what changes nothing leaves it."""
    differs = False
    limits: dict[str, float | None] = {}
    for name, kind in LIMITS.items():
        old = row.old.get(name) if row.old else None
        new = row.values.get(name)
        limits[kind] = _float(old if new is None else new)
        if name not in row.values or new is None or old is None or new == old:
            if new is None:
                row.values.pop(name, None)
            continue
        asked = waiting.get((row.values["enterprise"].id, row.values["tag"], kind))
        if asked is not None and asked.get("limit") == float(new):
            row.values.pop(name)  # asked for already, by this file or another
        elif asked is not None:
            row.problem(
                name,
                _("A change of this alarm is being decided already."),
                _("Wait until it is decided, or withdraw it."),
                "change_waits",
            )
        else:
            differs = True
    _order(row, limits)
    if differs and not row.values.get("change_reason"):
        row.problem(
            "change_reason",
            _("A limit of an alarm that exists differs: say why."),
            _("Each becomes a request for change that another person approves."),
            "required",
        )
    if not differs:
        row.values.pop("change_reason", None)


def _order(row: SheetRow, limits: Mapping[str, float | None]) -> None:
    if wrong := rules.limits_in_order(limits):
        low, high = wrong
        row.problem(
            f"limit_{high.lower()}",
            _("%(low)s must lie below %(high)s.") % {"low": low, "high": high},
        )
    low_end, high_end = row.get("range_low"), row.get("range_high")
    ends = [None if end is None else float(end) for end in (low_end, high_end)]
    for name, kind in LIMITS.items():
        if name in row.values and rules.outside_range(limits[kind], *ends):
            row.problem(
                name,
                _("lies outside the range of the instrument, so it can never be reached"),
                _("Correct the limit, or the range of the point."),
            )


def _write(actor: Actor, changes: Sequence[RowChange]) -> None:
    bulk.points_write(
        actor,
        [
            bulk.PointRow(
                {
                    name: value
                    for name, value in given_of(change.values).items()
                    if name not in LIMITS and name != "change_reason"
                },
                {
                    kind: float(change.values[name])
                    for name, kind in LIMITS.items()
                    if change.values.get(name) is not None
                },
                str(change.values.get("change_reason") or ""),
            )
            for change in changes
        ],
    )


POINTS = register_sheet(
    Sheet(
        name="monitoring_points",
        title=gettext_lazy("Monitoring points"),
        key=("enterprise", "tag"),
        columns=_COLUMNS,
        existing=_existing,
        write=_write,
        permission=policy.POINT_EDIT,
        row_checks=[_check],
        intro=gettext_lazy(
            "One row a tag. Limits set alarms up; a different limit of an alarm that exists becomes"
            " a request for change. Deadbands, delays and the whole record have their own sheet."
        ),
        icon="gauge",
        done_url=reverse_lazy("monitoring:points"),
    )
)

# ---- alarm settings ---------------------------------------------------------------------------

_SETTING_NAMES = (
    "limit", "deadband", "on_delay_s", "off_delay_s", "priority", "safety_related", "in_use",
    "suppressed_when", *(name for name in DESCRIBED if name != "parent"),
)  # fmt: skip


def _class_ref(found: Any) -> Ref | None:
    return Ref(found.pk, found.name) if found is not None else None


_SETTING_COLUMNS = [
    enterprise_column(),
    reference(
        "point", pgettext_lazy("monitoring", "tag of the point"), queries.points, "tag",
        required=True,
    ),
    SheetColumn.of(AlarmRule, "kind"),
    *(_column(AlarmRule, name) for name in _SETTING_NAMES),
    SheetColumn(
        "alarm_class",
        gettext_lazy("alarm class"),
        kind="reference",
        find=bulk.find_classes,
        find_with=("enterprise",),
        show=lambda ref: ref.text,
        value=lambda row: _class_ref(row.alarm_class),
    ),
    _reason_column(),
]  # fmt: skip


def _settings_existing(
    actor: Actor, keys: Collection[Any], *, lock: bool = False
) -> Mapping[Any, Mapping[str, Any]]:
    found = registry.coded(queries.rules(actor)).filter(point__in={one[1].id for one in keys})
    if lock:
        found = found.select_for_update(of=("self",)).order_by("pk")
    stored = {}
    for row in found:
        values = {column.name: column.from_row(row) for column in _SETTING_COLUMNS}
        stored[values["enterprise"], values["point"], row.kind] = {**values, "id": row.pk}
    return stored


def _settings_check(actor: Actor, rows: Sequence[SheetRow]) -> None:
    points = bulk.points_with_limits(actor, {row.values["point"].id for row in rows})
    waiting = bulk.waiting_rules(actor, [row.old["id"] for row in rows if row.old])
    given: dict[Any, dict[str, float | None]] = {}
    for row in rows:
        limits = given.setdefault(row.values["point"].id, {})
        limits[row.values["kind"]] = _float(row.get("limit"))
    for row in rows:
        point, others = points[row.values["point"].id]
        if not actor.may(policy.POINT_EDIT, point.scope_path, point.enterprise_id):
            row.problem("point", _("Your role may not do this."), code="forbidden")
            continue
        problems = Problems()
        whole = {
            name: _float(row.get(name)) if name not in ("in_use",) else row.get(name)
            for name in ("limit", "deadband", "on_delay_s", "off_delay_s", "in_use")
        }
        # Deviation needs a second point, which is chosen on the alarm's page.
        if row.values["kind"] == "DEV" and row.old is None:
            row.problem("kind", _("Set a deviation alarm up on the page of its point."))
        merged = {**others, **given[point.pk]}
        whole["compared_with"] = True
        check_setting(point, row.values["kind"], whole, merged, problems)
        for problem in problems.found:
            row.problem(problem.field, problem.text, problem.remedy, problem.code)
        _check_control(row, waiting)


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _check_control(row: SheetRow, waiting: Collection[Any]) -> None:
    """Ask for a reason where what decides the alarm differs; an open change forbids another."""
    if row.old is None:
        return
    differs = [
        column.name
        for column in _SETTING_COLUMNS
        if column.name in rules.CONTROLLED
        and column.name in row.values
        and not column.same(row.old.get(column.name), row.values[column.name])
    ]
    if not differs:
        row.values.pop("change_reason", None)
    elif row.old["id"] in waiting:
        row.problem(
            differs[0],
            _("A change of this alarm is being decided already."),
            _("Wait until it is decided, or withdraw it."),
            "change_waits",
        )
    elif not row.values.get("change_reason"):
        row.problem(
            "change_reason",
            _("A limit of an alarm that exists differs: say why."),
            _("Each becomes a request for change that another person approves."),
            "required",
        )


def _settings_write(actor: Actor, changes: Sequence[RowChange]) -> None:
    bulk.settings_write(
        actor,
        [
            bulk.SettingRow(
                change.old["id"] if change.old else None,
                change.values["point"].id,
                change.values["kind"],
                {
                    name: given_of({name: new})[name]
                    for name, (_old, new) in change.changed.items()
                    if name not in ("enterprise", "point", "kind", "change_reason")
                },
                str(change.values.get("change_reason") or ""),
            )
            for change in changes
        ],
    )


SETTINGS = register_sheet(
    Sheet(
        name="alarm_settings",
        title=gettext_lazy("Alarm settings"),
        key=("enterprise", "point", "kind"),
        columns=_SETTING_COLUMNS,
        existing=_settings_existing,
        write=_settings_write,
        permission=policy.POINT_EDIT,
        row_checks=[_settings_check],
        intro=gettext_lazy(
            "One row an alarm, with its whole record. What decides when it comes changes only by a"
            " request that another person approves."
        ),
        icon="adjustments",
        done_url=reverse_lazy("monitoring:settings"),
    )
)
