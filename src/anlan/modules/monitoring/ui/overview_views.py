"""The live overview of a plant, the plants of an area, and the wall."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.actors.middleware import ActorRequest
from anlan.base.clock import now
from anlan.base.errors import NotYours
from anlan.modules.monitoring.policy import ALARM_ACKNOWLEDGE
from anlan.modules.monitoring.problems_alarms import AlarmRefused
from anlan.modules.monitoring.queries import overview
from anlan.modules.monitoring.services import alarms_acts
from anlan.modules.monitoring.ui import alarms_showing, drawing, wall_facts

SHOWN_ALARMS = 100
SHOWN_RETURNED = 30
MOST_RETURNED = 300
WALL_TANKS = 12
WALL_ALARMS = 9
SHOWN_VALUES = 300
"""Values of a kind on one page; a larger plant is looked at by its installations."""
TEXTS = (
    ("plant-lost", gettext_lazy("Data as of {time}. What is shown is the last that was known.")),
)
QUALITIES = {
    "uncertain": gettext_lazy("Uncertain value"),
    "bad": gettext_lazy("Bad value"),
    "old": gettext_lazy("No new value for too long"),
    "none": gettext_lazy("No value yet"),
}


@require_GET
@login_required
def index(request: ActorRequest) -> HttpResponse:
    """Lead people of a plant to its overview; show officers how all plants stand."""
    own = request.actor.own_enterprise_id
    wanted = request.GET.get("enterprise", "") or own
    if wanted:
        return HttpResponseRedirect(reverse("monitoring:plant", args=[_uuid(wanted)]))
    rows = overview.standings(request.actor)
    columns = overview.standing_columns()
    n_points = sum(row.n_points for row in rows)
    known = [row for row in rows if row.n_online is not None]
    n_online = sum(row.n_online or 0 for row in known)
    context = {
        "rows": [
            {
                "row": row,
                "online": None if row.online is None else round(row.online * 100, 1),
                "is_silent": row.n_online == 0,
                "more": [
                    (label, *row.more[key], f"{url}{row.enterprise_id}")
                    for key, label, url in columns
                ],
            }
            for row in rows
        ],
        "columns": columns,
        "n_points": n_points,
        "n_online": n_online,
        "online": round(100 * n_online / n_points, 1) if n_points and known else None,
        "n_silent": sum(row.n_online == 0 for row in known),
        "n_alarms": sum(row.n_alarms for row in rows),
        "n_new": sum(row.n_unacknowledged for row in rows),
        "is_away": bool(rows) and not known,
    }
    return render(request, "monitoring/plants.html", context)


def _uuid(text: Any) -> UUID:
    try:
        return UUID(str(text))
    except ValueError as error:
        raise NotYours() from error


@require_GET
@login_required
def plant(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show a plant, or one of its installations (`?unit=`), live."""
    actor = request.actor
    enterprise = overview.enterprise_one(actor, pk)
    wanted = request.GET.get("unit", "")
    scene = overview.scene(actor, pk, _uuid(wanted) if wanted else None)
    units = [zone.row for zone in scene.zones if zone.row is not None]
    chosen = next((row for row in units if str(row.pk) == wanted), None)
    if wanted and chosen is None:
        raise NotYours()
    context = {
        "enterprise": enterprise,
        "scene": scene,
        "tanks": [drawing.tank_of(thing) for thing in scene.tanks],
        "picture": drawing.picture(actor, pk, scene),
        "units": sorted(units, key=lambda row: row.code)[:12],
        "chosen": chosen,
        "last_at": overview.last_heard(actor, pk) if scene.n_online == 0 else None,
        "gases": scene.gases[:SHOWN_VALUES],
        "machines": scene.machines[:SHOWN_VALUES],
        "others": scene.others[:SHOWN_VALUES],
        "is_cut": scene.is_cut
        or max(map(len, (scene.gases, scene.machines, scene.others))) > SHOWN_VALUES,
        "may_switch": actor.own_enterprise_id is None,
        "qualities": [(f"data-word{key}", word) for key, word in QUALITIES.items()],
        "texts": TEXTS,
        **_alarms(request, pk),
    }
    return render(request, "monitoring/plant.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def alarms_part(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Answer the alarms beside the overview anew, after acknowledging one if that is asked."""
    overview.enterprise_one(request.actor, pk)
    if request.method == "POST":
        # Somebody was quicker: the list shows what is so now.
        with suppress(AlarmRefused):
            alarms_acts.acknowledge(request.actor, [request.POST.get("rule", "")])
    return render(request, "monitoring/_plant_alarms.html", _alarms(request, pk))


def _alarms(request: ActorRequest, pk: UUID) -> dict[str, Any]:
    actor, moment = request.actor, now()
    rows = list(overview.open_alarms(actor).filter(enterprise=pk)[:SHOWN_ALARMS])
    came_back = overview.returned_today(actor, pk)
    return {
        "pk": pk,
        "alarms": [
            {
                "row": row,
                "limit": alarms_showing.limit_words(row.rule),
                "value": alarms_showing.value_words(row.rule, row.value),
                "old_s": overview.old_after(row.rule.point),
                "for": alarms_showing.duration((moment - row.raised_at).total_seconds())
                if row.raised_at
                else "",
                "is_new": row.unacknowledged,
                "is_urgent": row.unacknowledged and row.priority <= 2,
            }
            for row in rows
        ],
        "n_new": sum(row.unacknowledged for row in rows),
        "may_acknowledge": actor.may(ALARM_ACKNOWLEDGE),
        "n_returned": came_back.count(),
        "returned": alarms_showing.returned(came_back[:MOST_RETURNED], SHOWN_RETURNED),
    }


@require_GET
@login_required
def wall(request: ActorRequest, pk: UUID | None = None) -> HttpResponse:
    """The wall of a control room: full screen, dark, no interaction."""
    own = pk or request.actor.own_enterprise_id
    if own is None:
        raise NotYours()
    return render(request, "monitoring/wall.html", _wall(request, own))


@require_GET
@login_required
def wall_part(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Answer the wall's content anew."""
    return render(request, "monitoring/_wall.html", _wall(request, pk))


def _tanks_of_the_wall(scene: overview.Scene) -> list[overview.Thing]:
    """Return the tanks a row of the wall has room for, those with an alarm before the others."""
    measured = [thing for thing in scene.tanks if thing.level]
    first = sorted(measured, key=lambda thing: thing.worst or 9)[:WALL_TANKS]
    return sorted(first, key=lambda thing: str(thing.row.code))


def _wall(request: ActorRequest, pk: UUID) -> dict[str, Any]:
    actor = request.actor
    enterprise = overview.enterprise_one(actor, pk)
    scene = overview.scene(actor, pk)
    alarms = _alarms(request, pk)
    top = alarms["alarms"][0] if alarms["alarms"] else None
    share = None
    if scene.n_online is not None and scene.n_points:
        share = round(100 * scene.n_online / scene.n_points, 1)
    tanks = [drawing.tank_of(thing) for thing in _tanks_of_the_wall(scene)]
    units = {tank.thing.level.row.unit for tank in tanks if tank.thing.level}
    return {
        "enterprise": enterprise,
        "scene": scene,
        "picture": drawing.picture(actor, pk, scene),
        "tanks": tanks,
        "tank_unit": units.pop() if len(units) == 1 else "",
        "more_alarms": max(len(alarms["alarms"]) - WALL_ALARMS, 0),
        "top": top,
        "n_raised": overview.n_raised_today(actor, pk),
        "online": share,
        "gases": wall_facts.gases(scene),
        "facts": wall_facts.gathered(actor, pk),
        "demo": _("Demonstration, not for use") if getattr(enterprise, "is_demo", False) else "",
        **alarms,
    }
