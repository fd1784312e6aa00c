"""The map: enterprises and units by level, and the same rows as a table."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anlan.modules.registry import queries

TABLE_ROWS = 100
LAYERS = ("enterprises", "units")


def _chosen(request: HttpRequest) -> tuple[str, set[int]]:
    layer = request.GET.get("layer", "")
    levels = {int(text) for text in request.GET.getlist("level") if text in "1234" and text}
    return (layer if layer in LAYERS else "enterprises"), levels


def _rows(request: HttpRequest) -> Any:
    layer, levels = _chosen(request)
    plants, units = queries.marked_on_map(request.actor)  # type: ignore[attr-defined]
    rows = plants if layer == "enterprises" else units
    return layer, levels, rows.filter(level__in=levels) if levels else rows


@login_required
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Show the map with the first rows as a table, the worst level first."""
    layer, levels, rows = _rows(request)
    found = list(rows.order_by("level", "name", "pk")[: TABLE_ROWS + 1])
    pattern = _address_pattern(layer)
    for row in found:
        row["url"] = pattern.format(row["pk"])
    context = {
        "layer": layer,
        "levels": levels,
        "title": _("Enterprises") if layer == "enterprises" else _("Units"),
        # Within one plant its name beside every unit tells nothing.
        "one_plant": request.actor.only_enterprise_id is not None,  # type: ignore[attr-defined]
        "rows": found[:TABLE_ROWS],
        "more": len(found) > TABLE_ROWS,
        "keys": [
            {"level": n, "url": f"?layer={layer}&level={n}", "on": n in levels} for n in range(1, 5)
        ],
        "source": reverse("registry:map_points") + "?" + request.GET.urlencode(),
        "layers": [
            {
                "label": label,
                "url": f"?layer={key}",
                "current": key == layer,
                "n": "",
            }
            for key, label in (("enterprises", _("Enterprises")), ("units", _("Units")))
        ],
    }
    return render(request, "registry/map.html", context)


@login_required
@require_GET
def points(request: HttpRequest) -> HttpResponse:
    """Answer the outlines around and the same rows as GeoJSON (CGCS2000 degrees, longitude
    first). `around` marks an outline that the actor lies in: the map does not zoom out to it."""
    layer, _levels, rows = _rows(request)
    pattern = _address_pattern(layer)
    features: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "geometry": place.boundary,
            "properties": {
                "title": place.name,
                "kind": place.kind,
                "around": place.is_around,  # type: ignore[attr-defined]  # annotated
            },
        }
        for place in queries.outlines_on_map(request.actor)  # type: ignore[attr-defined]
    ]
    features += [
        {
            "type": "Feature",
            "geometry": {
                "type": "Point",
                "coordinates": [float(row["longitude"]), float(row["latitude"])],
            },
            "properties": {
                "title": row["name"],
                "subtitle": row.get("enterprise__name", ""),
                "risk": row["level"] or 0,
                "url": pattern.format(row["pk"]),
            },
        }
        for row in rows.iterator(2000)
    ]
    return JsonResponse(
        {"type": "FeatureCollection", "features": features}, content_type="application/geo+json"
    )


def _address_pattern(layer: str) -> str:
    # One reverse for all rows: ten thousand of them would take a second.
    zero = "00000000-0000-0000-0000-000000000000"
    return reverse(f"registry:{layer}_show", args=[zero]).replace(zero, "{}")
