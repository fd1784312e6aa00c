"""Lists of points, alarm settings, their changes and data sources."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from anlan.base.actors.actor import Actor
from anlan.base.clock import now
from anlan.base.lists import (
    BulkAction,
    BulkResult,
    Chooser,
    Column,
    Filter,
    ListPage,
    View,
    register_chooser,
    search_condition,
)
from anlan.modules.monitoring import policy, sheets
from anlan.modules.monitoring.choices import GAS_KINDS, Priority
from anlan.modules.monitoring.models import AlarmRule, LimitChange, Point, Source
from anlan.modules.monitoring.queries import points as queries
from anlan.modules.monitoring.rules import source_health
from anlan.modules.monitoring.services import changes as changing
from anlan.modules.monitoring.services import points as writing
from anlan.modules.monitoring.states import ChangeState
from anlan.modules.monitoring.ui.addresses import change_url, point_url, setting_url, source_url
from anlan.modules.registry.queries import listed as lean
from anlan.modules.registry.ui.addresses import url_of
from anlan.modules.registry.ui.columns import (
    enterprise_column,
    enterprise_filter,
    place_filters,
    yes_filter,
)

PRIORITIES = [(one.value, one.label) for one in Priority]
CHANGE_TONES = {"requested": "work", "approved": "work", "applied": "done", "refused": "idle",
                "withdrawn": "outline"}  # fmt: skip
CHANGE_ICONS = {"requested": "hourglass", "approved": "check", "applied": "circle-check",
                "refused": "ban", "withdrawn": "circle-minus"}  # fmt: skip

register_chooser(
    Chooser(
        "monitoring.sources",
        lambda actor: queries.sources(actor).order_by("name", "pk"),
        label=lambda row: row.name,
        note=lambda row: row.enterprise.name,
    )
)


def search_points(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Find points: a tag by its beginning through the index, else any word of the key."""
    if text.isascii() and len(text) >= 2 and " " not in text.strip():
        tag = text.strip().upper()
        found = rows.filter(tag__gte=tag, tag__lt=tag + "\U0010ffff")
        if found[:1]:
            return found
    return rows.filter(search_condition(text, ("search_key",)))


def _service(on: bool) -> Any:
    def run(actor: Actor, ids: list[UUID], request: HttpRequest) -> BulkResult:
        done = writing.points_set(actor, ids, {"in_service": on})
        text = ngettext("%(n)s point changed", "%(n)s points changed", done) % {"n": done}
        return BulkResult(done, text, len(ids) - done)

    return run


def _create(name: str, actor: Actor) -> str:
    return reverse(name) if actor.own_enterprise_id else ""


def _limit_column(kind: str, label: Any) -> Column:
    def value(row: Any) -> float | None:
        found: float | None = (row.limits or {}).get(kind)
        return found

    return Column(f"limit_{kind.lower()}", label, kind="number", value=value, sort=None)


POINTS = ListPage(
    key="monitoring.points",
    title=_("Monitoring points"),
    query=lean(queries.listed),
    columns=[
        Column.of(Point, "tag", fixed=True, sort=("tag", "pk")),
        Column.of(Point, "name", wide=True, sort=None),
        Column.of(Point, "kind", sort=None),
        enterprise_column(),
        Column(
            "installation", _("MHI unit"), value="installation.name", sort=None,
            link=lambda row: url_of(row.installation),
        ),
        Column.of(Point, "unit", label=_("unit of measure"), sort=None),
        _limit_column("LL", "LL"),
        _limit_column("L", "L"),
        _limit_column("H", "H"),
        _limit_column("HH", "HH"),
        Column("source", _("data source"), value="source.name", sort=None),
        Column(
            "in_service", _("in service"), kind="badge", value="in_service",
            choices=[(True, _("In service")), (False, pgettext_lazy("point", "Out of service"))],
            tone={True: "done", False: "idle"},
            icon={True: "circle-check", False: "player-stop"},
        ),
        Column.of(Point, "gas", shown=False, sort=None),
        Column.of(Point, "range_low", shown=False, sort=None),
        Column.of(Point, "range_high", shown=False, sort=None),
        Column("equipment", _("equipment"), value="equipment.code", sort=None, shown=False),
        Column.of(Point, "address", shown=False, sort=None),
        Column.of(Point, "sampling_seconds", shown=False, sort=None),
        Column.of(Point, "number", shown=False, sort=None),
    ],
    filters=[
        Filter.of(Point, "kind"),
        Filter(
            "installation", _("MHI unit"), "relation", field="installation", chooser="units",
            nullable=True,
        ),
        Filter(
            "source", _("data source"), "relation", field="source", chooser="monitoring.sources",
            nullable=True,
        ),
        Filter.of(Point, "in_service", label=_("in service")),
        enterprise_filter(),
        *place_filters(),
        yes_filter(
            "without", _("alarms"), _("Without an alarm"),
            lambda: ~Q(pk__in=AlarmRule.objects.unscoped("joined to points the actor sees")
                       .filter(in_use=True).values("point")),
        ),
    ],
    search=search_points,
    search_hint=_("Tag, name or pinyin"),
    sorts_when_large=("tag",),
    order=("tag", "pk"),
    views=[
        View("all", _("All"), {}),
        View("gas", _("Gas detection"), {"kind": sorted(GAS_KINDS)}),
        View("level", pgettext_lazy("point", "Level"), {"kind": ["level"]}),
        View("without", _("Without an alarm"), {"without": "yes"}),
        View("out", pgettext_lazy("point", "Out of service"), {"in_service": "no"}),
    ],
    bulk=[
        BulkAction("in", _("Put into service"), "circle-check", _service(True),
                   permission=policy.POINT_EDIT),
        BulkAction(
            "out", pgettext_lazy("point", "Take out of service"), "player-stop", _service(False),
            permission=policy.POINT_EDIT,
            confirm=_("Points out of service raise no alarm. Go on?"),
        ),
    ],
    row_url=point_url,
    create_url=partial(_create, "monitoring:points_new"),
    create_label=_("Enter a point"),
    create_permission=policy.POINT_EDIT,
    sheet=sheets.POINTS,
    first_step=_("Import the tag list of the control system; its limits come along."),
    nav="monitoring.points",
)  # fmt: skip


def _settings(actor: Actor) -> QuerySet[Any]:
    from anlan.modules.registry.queries import coded

    return coded(queries.rules(actor))


# What the rationalisation of an alarm must say before anybody can judge it.
UNJUDGED = (
    Q(consequence="") | Q(action="") | Q(response_seconds__isnull=True) | Q(basis="") | Q(cause="")
)

SETTINGS = ListPage(
    key="monitoring.settings",
    title=_("Alarm settings"),
    query=_settings,
    columns=[
        Column("tag", pgettext_lazy("point", "tag"), value="point.tag", sort=("point__tag", "kind"),
               fixed=True),
        Column("name", _("name"), value="point.name", wide=True, sort=None),
        Column.of(AlarmRule, "kind"),
        Column("limit", pgettext_lazy("alarm", "limit"), kind="number", value="limit", sort=None),
        Column("unit", _("unit of measure"), value="point.unit", sort=None),
        Column("priority", _("priority"), kind="level", scale="alarm", sort="priority"),
        enterprise_column(),
        Column("alarm_class", _("alarm class"), value="alarm_class.name", sort=None),
        Column.of(AlarmRule, "deadband", sort=None),
        Column.of(AlarmRule, "on_delay_s", sort=None, shown=False),
        Column.of(AlarmRule, "off_delay_s", sort=None, shown=False),
        Column(
            "approved", _("approval"), kind="badge", value=lambda row: row.approved_at is not None,
            choices=[(True, pgettext_lazy("alarm", "Approved")), (False, _("Never approved"))],
            tone={True: "done", False: "idle"},
            icon={True: "circle-check", False: "circle-dashed"},
        ),
        Column.of(AlarmRule, "edition", sort=None, shown=False),
        Column("in_use", pgettext_lazy("alarm", "in use"), kind="boolean", shown=False, sort=None),
    ],
    filters=[
        Filter.of(AlarmRule, "kind"),
        Filter("priority", _("priority"), choices=PRIORITIES),
        Filter.of(AlarmRule, "safety_related"),
        Filter.of(AlarmRule, "in_use"),
        yes_filter(
            "unjudged", pgettext_lazy("alarm", "record"), _("Record incomplete"), lambda: UNJUDGED
        ),
        yes_filter("unapproved", _("approval"), _("Never approved"),
                   lambda: Q(approved_at__isnull=True)),
        enterprise_filter(),
    ],
    search=("point__search_key",),
    search_hint=_("Tag, name or pinyin"),
    order=("point__tag", "kind", "pk"),
    views=[
        View("all", _("All"), {}),
        View("urgent", _("Critical and high"), {"priority": ["1", "2"]}),
        View("unjudged", _("Record incomplete"), {"unjudged": "yes"}),
        View("unapproved", _("Never approved"), {"unapproved": "yes"}),
    ],
    row_url=setting_url,
    sheet=sheets.SETTINGS,
    first_step=_("Alarms are set up on the page of a point, or with the limits of an import."),
    nav="monitoring.points",
)  # fmt: skip


def _decide(verdict: str) -> Callable[..., BulkResult]:
    def run(actor: Actor, ids: list[UUID], request: HttpRequest) -> BulkResult:
        from anlan.base.errors import Forbidden, Refused

        done, why = 0, ""
        for pk in ids:
            try:
                changing.change_decide(actor, pk, verdict)
                done += 1
            except (Refused, Forbidden) as error:
                why = error.message()
        text = ngettext("%(n)s change approved", "%(n)s changes approved", done) % {"n": done}
        return BulkResult(done, f"{text} {why}".strip(), len(ids) - done)

    return run


CHANGES = ListPage(
    key="monitoring.changes",
    title=pgettext_lazy("alarm", "Setting changes"),
    query=queries.changes,
    columns=[
        Column("rule", _("alarm"), value=lambda row: str(row.rule), fixed=True, sort=None),
        Column("what", _("what changes"), value=changing.in_words, wide=True, sort=None),
        Column("effect", _("alarms in a week"), value=lambda row: effect_words(row), sort=None),
        enterprise_column(),
        Column("by", _("asked by"), value="requested_by.display_name", sort=None),
        Column("created_at", _("asked at"), kind="datetime", sort="created_at"),
        Column(
            "state", _("state"), kind="badge", value="state", choices=ChangeState.choices,
            tone=CHANGE_TONES, icon=CHANGE_ICONS, sort="state",
        ),
        Column("decided_by", _("decided by"), value="decided_by.display_name", sort=None,
               shown=False),
        Column("reason", _("reason"), value="reason", sort=None, shown=False),
    ],
    filters=[Filter.of(LimitChange, "state"), Filter.of(LimitChange, "created_at",
             label=_("asked at")), enterprise_filter()],
    search=("rule__point__search_key",),
    search_hint=_("Tag, name or pinyin"),
    order=("-created_at", "-pk"),
    views=[
        View("open", _("Waiting"), {"state": ["requested", "approved"]}),
        View("all", _("All"), {"state": [one.value for one in ChangeState]}),
    ],
    bulk=[
        BulkAction(
            "approve", _("Approve and put into effect"), "check", _decide("approve"),
            permission=policy.LIMIT_APPROVE,
            confirm=_("Have you looked at the effect of each?"),
        )
    ],
    row_url=change_url,
    first_step=_("A change is asked for on the page of an alarm setting."),
    nav="monitoring.changes",
)  # fmt: skip


def effect_words(row: LimitChange) -> str:
    """Return how often the alarm came in a week, before and after a change; empty if unknown."""
    found = row.effect or {}
    return f"{found['before']} → {found['after']}" if "before" in found else ""


HEALTH = [
    ("online", pgettext_lazy("source", "Sending")),
    ("silent", pgettext_lazy("source", "Silent")),
    ("never", _("Never heard")),
    ("off", pgettext_lazy("source", "Switched off")),
]
HEALTH_TONES = {"online": "done", "silent": "work", "never": "idle", "off": "outline"}
HEALTH_ICONS = {
    "online": "circle-check", "silent": "alert-triangle", "never": "circle-dashed",
    "off": "player-stop",
}  # fmt: skip

SOURCES = ListPage(
    key="monitoring.sources",
    title=_("Data sources"),
    query=queries.sources,
    columns=[
        Column.of(Source, "name", wide=True, fixed=True),
        Column.of(Source, "kind"),
        enterprise_column(),
        Column("n_points", pgettext_lazy("monitoring", "points"), kind="number", sort=None,
               link=lambda row: f"{reverse('monitoring:points')}?source={row.pk}"),
        Column(
            "health", _("state"), kind="badge", value=lambda row: source_health(row, now()),
            choices=HEALTH, tone=HEALTH_TONES, icon=HEALTH_ICONS, sort=None,
        ),
        Column.of(Source, "last_seen_at", sort="last_seen_at"),
        Column.of(Source, "last_error", sort=None),
        Column.of(Source, "number", shown=False),
    ],
    filters=[Filter.of(Source, "kind"), Filter.of(Source, "enabled"), enterprise_filter()],
    order=("name", "pk"),
    views=[View("all", _("All"), {})],
    row_url=source_url,
    create_url=partial(_create, "monitoring:sources_new"),
    create_label=_("Add a source"),
    create_permission=policy.SOURCE_EDIT,
    first_step=_("Add the control system, gateway or collector that sends values."),
    nav="monitoring.sources",
)  # fmt: skip
