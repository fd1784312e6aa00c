"""A finding made of an early warning."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anlan.base.actors.middleware import ActorRequest
from anlan.base.errors import BadInput, Forbidden, Refused
from anlan.modules.monitoring.ui.alarms_forms import FindingForm
from anlan.modules.warnings import queries
from anlan.modules.warnings.services.findings import report_warning
from anlan.modules.warnings.ui import showing


@login_required
@require_http_methods(["GET", "POST"])
def report(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Make a finding of an early warning; the form begins with what rose, the largest first."""
    row = queries.warning_one(request.actor, pk)
    form = FindingForm(request.POST or None, initial=showing.finding_start(row))
    if request.method == "POST" and form.is_valid():
        try:
            finding = report_warning(request.actor, pk, **form.cleaned_data)
        except (BadInput, Refused, Forbidden) as error:
            form.add_error(None, f"{error.message()} {error.remedy_text()}".strip())
        else:
            return redirect("findings:show", pk=finding.pk)
    back = reverse("warnings:show", args=[pk])
    context = {
        "form": form,
        "title": _("Make a finding of this warning"),
        "action": reverse("warnings:finding", args=[pk]),
        "note": "",
        "back": back,
        "crumbs": [(_("Early warning"), reverse("warnings:list")), (row.unit.name, back)],
    }
    status = 422 if form.errors else 200
    return render(request, "monitoring/alarm_form.html", context, status=status)
