"""The four-colour map over the site plan: looking, going deeper, drawing, tying to the ground."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.errors import BadInput, Forbidden, NotYours, Problem, Refused
from anlan.modules.risk import georeference, queries
from anlan.modules.risk.choices import RiskLevel
from anlan.modules.risk.models import RiskObject, RiskUnit, SitePlan
from anlan.modules.risk.policy import RISK_EDIT
from anlan.modules.risk.services import site_plans
from anlan.modules.risk.ui.actions import enterprise_of, say
from anlan.modules.risk.ui.tree import address

MARGIN = 0.25
"""How much is shown round a zone that one goes into, of its larger edge."""


@dataclass(frozen=True, slots=True)
class Zone:
    """An object or a unit: how it looks on the plan and beside it.

    `label` is the name without what the object's says already. `points` is empty while it is not
    drawn and has one pair for a mark. `mark` is the colour 1 to
    4, or 0. `n` counts what is below; `url` goes deeper; `may_draw` tells whether one may draw it.
    """

    noun: str
    id: str
    name: str
    label: str
    mark: int
    points: tuple[tuple[float, float], ...]
    n: int
    url: str
    may_draw: bool
    is_chosen: bool = False

    @property
    def corners(self) -> str:
        """Return the corners as SVG takes them."""
        return " ".join(f"{x:g},{y:g}" for x, y in self.points)

    @property
    def centre(self) -> tuple[str, str]:
        """Return where the name stands, in pixels of the picture."""
        x, y = georeference.centre(self.points)
        return f"{x:.1f}", f"{y:.1f}"

    @property
    def is_mark(self) -> bool:
        """Tell whether it is one point alone."""
        return len(self.points) == 1


def _zone(noun: str, row: Any, plan: SitePlan | None, n: int, may: bool, chosen: Any) -> Zone:
    shape = row.shape if isinstance(row.shape, dict) else {}
    here = plan is not None and shape.get("plan") == str(plan.pk)
    points = tuple((float(x), float(y)) for x, y in shape.get("points", ())) if here else ()
    mark = 0 if row.level is None else row.level + 1
    key = noun.removesuffix("s")
    url = f"{reverse('risk:map')}?enterprise={row.enterprise_id}&{key}={row.pk}"
    above = row.object.name if noun == "units" else ""
    label = row.name.removeprefix(above).strip() or row.name
    return Zone(noun, str(row.pk), row.name, label, mark, points, n, url, may, row.pk == chosen)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@login_required
@require_http_methods(["GET", "POST"])
def colour_map(request: HttpRequest) -> HttpResponse:
    """Show the four-colour map over the site plan; take what was uploaded, drawn or tied."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    enterprise = enterprise_of(request)
    if request.method == "POST":
        try:
            _change(request, enterprise.pk)
        except (BadInput, Refused, Forbidden) as error:
            say(request, error)
        else:
            messages.success(request, _("Saved."))
        return HttpResponseRedirect(request.get_full_path())
    plan = queries.site_plan(actor, enterprise.pk)
    things = list(queries.objects(actor).filter(enterprise=enterprise.pk))
    units = list(queries.units(actor).filter(enterprise=enterprise.pk))
    thing, unit = _chosen(request, things, units)
    may = {row.pk: actor.may(RISK_EDIT, row.scope_path, row.enterprise_id) for row in things}
    may_units = {row.pk: actor.may(RISK_EDIT, row.scope_path, row.enterprise_id) for row in units}
    n_units: dict[UUID, int] = {}
    for one in units:
        n_units[one.object_id] = n_units.get(one.object_id, 0) + 1
    n_events = dict(
        queries.events(actor)
        .filter(enterprise=enterprise.pk)
        .select_related(None)
        .order_by()
        .values_list("unit")
        .annotate(n=Count("pk"))
    )
    chosen = unit.pk if unit else (thing.pk if thing else None)
    object_zones = [
        _zone("objects", row, plan, n_units.get(row.pk, 0), may[row.pk], chosen) for row in things
    ]
    unit_zones = [
        _zone("units", row, plan, n_events.get(row.pk, 0), may_units[row.pk], chosen)
        for row in units
    ]
    inside = {str(row.pk) for row in units if thing and row.object_id == thing.pk}
    below = [one for one in unit_zones if one.id in inside]
    zones = [one for one in [*object_zones, *unit_zones] if one.points]
    ground = georeference.ground_of(plan.reference) if plan and plan.reference else None
    context = {
        "enterprise": enterprise,
        "plan": plan,
        "zones": zones,
        "object_zones": object_zones,
        "below": below,
        "thing": thing,
        "thing_zone": next(
            (one for one in object_zones if thing and one.id == str(thing.pk)), None
        ),
        "unit": unit,
        "unit_events": list(queries.events(actor).filter(unit=unit.pk)) if unit else [],
        "view": _view(plan, thing, unit, object_zones, below),
        "legend": [
            (level.value + 1, level.label, sum(one.mark == level.value + 1 for one in unit_zones))
            for level in RiskLevel
        ],
        "n_unvalued": sum(one.mark == 0 for one in unit_zones),
        "n_drawn": sum(bool(one.points) for one in unit_zones),
        "n_units": len(unit_zones),
        "ground": [ground.a, ground.b, ground.c, ground.d, ground.e, ground.f] if ground else None,
        "metres": round(ground.metres_a_pixel * plan.width) if ground and plan else None,
        "ties": _ties(plan),
        "may_edit": actor.may(RISK_EDIT, enterprise.scope_path, enterprise.pk),
    }
    return render(request, "risk/map.html", context)


def _chosen(
    request: HttpRequest, things: Sequence[RiskObject], units: Sequence[RiskUnit]
) -> tuple[RiskObject | None, RiskUnit | None]:
    """Return the object and the unit that one went into."""
    wanted = _uuid(request.GET.get("unit", ""))
    unit = next((row for row in units if row.pk == wanted), None)
    above = unit.object_id if unit else _uuid(request.GET.get("object", ""))
    return next((row for row in things if row.pk == above), None), unit


def _view(
    plan: SitePlan | None,
    thing: RiskObject | None,
    unit: RiskUnit | None,
    object_zones: Sequence[Zone],
    below: Sequence[Zone],
) -> str:
    """Return the part of the picture to show: all of it, or round what was chosen."""
    if plan is None:
        return ""
    if unit is not None:
        points = [point for one in below if one.id == str(unit.pk) for point in one.points]
    elif thing is not None:
        shown = [*below, *(one for one in object_zones if one.id == str(thing.pk))]
        points = [point for one in shown for point in one.points]
    else:
        points = []
    if not points:
        return f"0 0 {plan.width} {plan.height}"
    left, right = min(x for x, _y in points), max(x for x, _y in points)
    top, bottom = min(y for _x, y in points), max(y for _x, y in points)
    pad = MARGIN * max(right - left, bottom - top, plan.width / 8)
    width, height = right - left + 2 * pad, bottom - top + 2 * pad
    # The same proportions as the picture, so that the frame does not jump.
    width = max(width, height * plan.width / plan.height)
    height = width * plan.height / plan.width
    x, y = (left + right - width) / 2, (top + bottom - height) / 2
    return f"{x:.0f} {y:.0f} {width:.0f} {height:.0f}"


def _ties(plan: SitePlan | None) -> list[list[str]]:
    """Return three rows for the form that ties the plan, empty ones to be filled."""
    given = list(plan.reference) if plan else []
    # As plain text: a figure of a template would be rounded or parted in thousands.
    return [[f"{x:.10g}" for x in given[n]] if n < len(given) else [""] * 4 for n in range(3)]


def _change(request: HttpRequest, enterprise_id: UUID) -> None:
    actor: Any = request.actor  # type: ignore[attr-defined]
    if "points" in request.POST:
        noun = request.POST.get("noun", "units")
        if noun not in ("objects", "units"):
            raise NotYours()
        site_plans.draw(actor, noun, request.POST.get("row", ""), _corners(request))
    elif "tie" in request.POST:
        site_plans.tie(actor, enterprise_id, _ties_given(request))
    else:
        upload = request.FILES.get("file")
        name = upload.name or "plan" if upload else ""
        site_plans.upload(actor, enterprise_id, upload, name)


def _corners(request: HttpRequest) -> list[tuple[float, float]]:
    try:
        points = json.loads(request.POST["points"] or "[]")
        return [(float(x), float(y)) for x, y in points]
    except (ValueError, TypeError) as error:
        raise BadInput(
            Problem("points", _("Click one point for a mark, or at least three corners."))
        ) from error


def _ties_given(request: HttpRequest) -> list[list[float]]:
    found = []
    for n in range(3):
        cells = [
            request.POST.get(f"{name}_{n}", "").strip()
            for name in ("x", "y", "longitude", "latitude")
        ]
        if not any(cells):
            continue
        try:
            found.append([float(cell) for cell in cells])
        except ValueError as error:
            raise BadInput(
                Problem(
                    "reference",
                    _("Point %(n)s needs a place on the plan, a longitude and a latitude.")
                    % {"n": n + 1},
                )
            ) from error
    return found


@login_required
@require_GET
def map_points(request: HttpRequest) -> HttpResponse:
    """Answer units with a position as GeoJSON (CGCS2000 degrees, longitude first).

    Where the plan is tied to the ground, units drawn as an area come with their outline too.
    """
    actor: Any = request.actor  # type: ignore[attr-defined]
    enterprise = enterprise_of(request)
    plan = queries.site_plan(actor, enterprise.pk)
    ground = georeference.ground_of(plan.reference) if plan and plan.reference else None
    features = []
    for unit in queries.units(actor).filter(enterprise=enterprise.pk):
        told = {
            "title": unit.name,
            "subtitle": unit.object.name,
            "risk": 0 if unit.level is None else unit.level + 1,
            "url": address("unit", unit.pk),
        }
        points = _zone("units", unit, plan, 0, False, None).points
        if ground and len(points) > 2:
            ring = [list(ground.at(x, y)) for x, y in [*points, points[0]]]
            features.append(_feature({"type": "Polygon", "coordinates": [ring]}, told))
        if unit.longitude is not None and unit.latitude is not None:
            place = [float(unit.longitude), float(unit.latitude)]
            features.append(_feature({"type": "Point", "coordinates": place}, told))
    return JsonResponse(
        {"type": "FeatureCollection", "features": features}, content_type="application/geo+json"
    )


def _feature(geometry: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": told}
