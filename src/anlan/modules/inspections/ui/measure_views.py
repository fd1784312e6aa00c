"""What was checked of a control measure, also after it was taken out of the register."""

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from anlan.modules.inspections import queries
from anlan.modules.inspections.policy import TASK_EDIT
from anlan.modules.inspections.ui import words

RECENT = 50


@login_required
@require_GET
def measure(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a measure with its tasks, stopped ones too, and its last records."""
    actor: Any = request.actor  # type: ignore[attr-defined]
    row = queries.measure_one(actor, pk)
    tasks = list(queries.tasks(actor).filter(measure=row).order_by("-is_active", "code"))
    records = list(queries.records_of_measure(actor, row)[: RECENT + 1])
    context = {
        "row": row,
        "tasks": [(task, words.cycle(task.plan), words.whose(task.plan)) for task in tasks],
        "records": records[:RECENT],
        "more": f"{reverse('inspections:records')}?measure={row.pk}"
        if len(records) > RECENT
        else "",
        "may_plan": row.removed_at is None
        and actor.may(TASK_EDIT, row.scope_path, row.enterprise_id),
        "crumbs": [
            (_("Inspection tasks"), reverse("inspections:tasks")),
            (_("Control measure"), ""),
        ],
    }
    return render(request, "inspections/measure.html", context)
