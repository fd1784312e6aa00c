"""Places people check: what a scanned label opens, and the labels themselves."""

from pathlib import Path
from typing import Any
from uuid import UUID

import segno
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anlan.base.clock import today
from anlan.base.duties import queries as duties
from anlan.base.duties.services.places import enterprise_of
from anlan.base.errors import NotYours
from anlan.base.files.panel import panel_for
from anlan.base.papers.rendering import render_pdf
from anlan.modules.inspections import queries
from anlan.modules.inspections.policy import RECORD_MAKE, TASK_EDIT
from anlan.modules.inspections.ui import words

TEMPLATE = Path(__file__).resolve().parent.parent / "papers" / "labels.typ"
MOST = 600
RECENT = 20


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


@login_required
@require_GET
def place(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a place: what is to do here now, what was seen last, its label."""
    actor = _actor(request)
    unit = queries.place_one(actor, pk)
    tasks = list(queries.tasks(actor).filter(unit=unit, is_active=True))
    last = queries.last_values(tasks, depth=1)
    mine = {row.plan_id: row for row in duties.mine(actor, today()).filter(plan__place_id=unit.pk)}
    context = {
        "unit": unit,
        "tasks": [
            (task, words.cycle(task.plan), mine.get(task.plan_id), last.get(task.pk, [None])[0])
            for task in tasks
        ],
        "records": list(
            queries.records(actor).filter(enterprise=unit.enterprise_id, unit=unit)[:RECENT]
        ),
        "panel": panel_for(actor, unit),
        "may_record": actor.may(RECORD_MAKE),
        "may_plan": unit.removed_at is None
        and actor.may(TASK_EDIT, unit.scope_path, unit.enterprise_id),
        "crumbs": [
            (_("Today's inspections"), reverse("inspections:board")),
            (unit.object.name, ""),
            (unit.name, ""),
        ],
    }
    return render(request, "inspections/place.html", context)


@login_required
@require_GET
def labels(request: HttpRequest) -> HttpResponse:
    """Return the QR labels of the enterprise's places as PDF, three by seven on A4; `?place=`
    one place only."""
    actor = _actor(request)
    wanted = request.GET.get("enterprise") or actor.own_enterprise_id
    if only := request.GET.get("place"):
        units = [queries.place_one(actor, only)]
    elif wanted:
        try:
            owner = enterprise_of(actor, UUID(str(wanted)))
        except ValueError as error:
            raise NotYours() from error
        units = list(queries.places(actor, owner.pk)[:MOST])
    else:
        raise NotYours()
    base = settings.PUBLIC_URL or request.build_absolute_uri("/").rstrip("/")
    files, rows = {}, []
    for number, unit in enumerate(units):
        code = segno.make(f"{base}/p/at/{unit.pk}/", error="m")
        name = f"q{number}.svg"
        files[name] = code.svg_inline(scale=4, border=2, omitsize=True).encode()
        rows.append({"file": name, "code": unit.code, "name": unit.name, "path": unit.object.name})
    pdf = render_pdf(TEMPLATE, {"labels": rows, "hint": _("Scan with Pocket")}, files=files)
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="labels.pdf"'
    return answer
