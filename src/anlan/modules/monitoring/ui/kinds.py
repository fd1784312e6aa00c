"""What the forms and records of points and sources show."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.modules.monitoring.models import Point, Source
from anlan.modules.monitoring.queries import points as queries
from anlan.modules.monitoring.services import points
from anlan.modules.registry.ui.forms import choose_from
from anlan.modules.registry.ui.kinds import Group, Kind

POINT = Kind(
    "points",
    pgettext_lazy("monitoring", "point"),
    _("Enter a point"),
    "gauge",
    queries.points,
    points.POINT,
    points.point_create,
    points.point_update,
    points.point_remove,
    (
        Group(
            pgettext_lazy("monitoring", "Point"),
            ("tag", "name", "kind", "unit", "range_low", "range_high", "decimals", "gas",
             "in_service"),
        ),
        Group(
            pgettext_lazy("monitoring", "Where it measures"),
            ("installation", "equipment", "plan_x", "plan_y"),
        ),
        Group(
            _("Where its values come from"),
            ("source", "address", "sampling_seconds", "expression"),
        ),
        Group(_("Remarks"), ("note",)),
    ),
    help={
        "tag": _("As on the flow sheet, such as LI-101."),
        "unit": _("Such as m, ℃, MPa, %LEL, ppm, mg/m³, %VOL."),
        "gas": _("Name, English name or formula; its exposure limit judges the set points."),
        "decimals": _("How many are shown; nothing stored is rounded."),
        "plan_x": _("A share of the plan's width, from 0 (left) to 1 (right)."),
        "plan_y": _("A share of the plan's height, from 0 (top) to 1 (bottom)."),
        "address": _("Topic, node id or register; what the source calls it."),
        "expression": _("For a calculated point: tags in curly brackets, such as {LI-101} * 1.2."),
        "in_service": _("A point out of service raises no alarm and counts in no rate."),
    },
)  # fmt: skip

ICONS = {
    "level": "droplet", "temperature": "temperature", "pressure": "gauge", "flow": "wave-sine",
    "gas_flammable": "flame", "gas_toxic": "wind", "oxygen": "wind", "valve_state": "toggle-left",
    "running_state": "engine", "composition": "flask", "other": "activity",
}  # fmt: skip

choose_from(Point, lambda actor: queries.points(actor).order_by("tag"))
choose_from(Source, lambda actor: queries.sources(actor).order_by("name"))
