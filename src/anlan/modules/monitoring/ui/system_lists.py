"""The list of safety devices."""

from functools import partial
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.actor import Actor
from anlan.base.clock import today
from anlan.base.lists import Column, Filter, ListPage, View
from anlan.modules.monitoring import policy
from anlan.modules.monitoring.models import SafetyDevice
from anlan.modules.monitoring.queries import systems as queries
from anlan.modules.monitoring.services import systems
from anlan.modules.monitoring.ui import camera_words
from anlan.modules.registry.queries import listed
from anlan.modules.registry.ui.columns import enterprise_column, enterprise_filter, yes_filter
from anlan.modules.registry.ui.kinds import Group, Kind

DEVICE = Kind(
    "devices",
    _("safety device"),
    _("Enter a safety device"),
    "shield-half",
    queries.devices,
    systems.DEVICE,
    systems.device_create,
    systems.device_update,
    systems.device_remove,
    (
        Group(_("Safety device"), ("kind", "tag", "name", "place", "model", "in_service")),
        Group(
            pgettext_lazy("monitoring", "Where it belongs"), ("installation", "equipment", "point")
        ),
        Group(
            _("Logic and tests"),
            ("voting", "stroke_limit_s", "address", "test_days", "tested_on"),
        ),
        Group(_("Remarks"), ("note",)),
    ),
    help={
        "place": _("Gas detectors of the same place, gas and logic vote with each other."),
        "voting": _("For detectors: 1oo1, 1oo2, 2oo3 and the like."),
        "stroke_limit_s": _("For valves: a slower stroke has not passed."),
        "address": _(
            "For cameras: rtsp://10.1.2.9/stream1, or by ONVIF"
            " http://10.1.2.9/onvif/device_service; without a password. Asked every five"
            " minutes whether it is on line."
        ),
        "test_days": _("Left empty: 180 for detectors and valves, 365 for lightning warning."),
    },
)


def device_url(row: Any) -> str:
    """Return the address of a device's page."""
    return reverse("monitoring:devices_show", args=[row.pk])


def _create(name: str, actor: Actor) -> str:
    return reverse(name) if actor.own_enterprise_id else ""


DEVICES = ListPage(
    key="monitoring.devices",
    title=_("Safety devices"),
    query=listed(queries.devices),
    columns=[
        Column.of(SafetyDevice, "tag", fixed=True),
        Column.of(SafetyDevice, "name", wide=True),
        Column.of(SafetyDevice, "kind"),
        enterprise_column(),
        Column.of(SafetyDevice, "place", sort=None),
        Column.of(SafetyDevice, "voting", sort=None),
        Column.of(SafetyDevice, "tested_on"),
        Column(
            "test_passed", pgettext_lazy("device", "result"), kind="badge", value="test_passed",
            choices=[(True, pgettext_lazy("device", "Passed")),
                     (False, pgettext_lazy("device", "Not passed"))],
            tone={True: "done", False: "work"},
            icon={True: "circle-check", False: "alert-triangle"}, sort=None,
        ),
        Column.of(SafetyDevice, "test_due_on", kind="due"),
        Column(
            "in_service", _("in service"), kind="badge", value="in_service",
            choices=[(True, _("In service")), (False, pgettext_lazy("point", "Out of service"))],
            tone={True: "done", False: "idle"},
            icon={True: "circle-check", False: "player-stop"}, sort=None,
        ),
        Column(
            "line", _("line"), kind="badge", value=camera_words.line_of,
            choices=camera_words.STATES, tone=camera_words.TONES, icon=camera_words.ICONS,
            sort=None,
        ),
        Column.of(SafetyDevice, "offline_since", sort=None, shown=False),
        Column.of(SafetyDevice, "seen_at", sort=None, shown=False),
        Column.of(SafetyDevice, "model", shown=False, sort=None),
    ],
    filters=[
        Filter.of(SafetyDevice, "kind"),
        Filter.of(SafetyDevice, "in_service"),
        Filter.of(SafetyDevice, "test_due_on"),
        enterprise_filter(),
        yes_filter("overdue", _("test"), _("Test overdue"), lambda: Q(test_due_on__lt=today())),
        yes_filter("failed", pgettext_lazy("device", "result"),
                   pgettext_lazy("device", "Not passed"), lambda: Q(test_passed=False)),
        yes_filter("offline", _("line"), pgettext_lazy("camera", "Off line"),
                   lambda: queries.TOLD & Q(is_online=False)),
    ],
    order=("kind", "tag", "pk"),
    views=[
        View("all", _("All"), {}),
        View("detector", _("Gas detectors"), {"kind": ["detector"]}),
        View("valve", _("Emergency shut-off valves"), {"kind": ["valve"]}),
        View("camera", _("Cameras"), {"kind": ["camera"]}),
        View("offline", _("Cameras off line"), {"kind": ["camera"], "offline": "yes"}),
        View("overdue", _("Test overdue"), {"overdue": "yes"}),
    ],
    row_url=device_url,
    create_url=partial(_create, "monitoring:devices_new"),
    create_label=_("Enter a safety device"),
    create_permission=policy.SYSTEM_EDIT,
    first_step=_("Enter gas detectors, shut-off valves, cameras and the lightning warning device."),
    nav="monitoring.systems",
)  # fmt: skip
