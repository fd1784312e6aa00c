"""The notice board of major findings and the list of numbers to clear."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.actors import policy
from anlan.base.clock import now, today
from anlan.base.errors import AnlanError
from anlan.modules.findings import criteria, queries
from anlan.modules.findings.policy import FINDING_CLEAR
from anlan.modules.findings.services import major
from anlan.modules.findings.states import OPEN
from anlan.modules.findings.ui.addresses import list_url

PAGE = 30


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


@login_required
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """Show the public notice board (公示): to be printed or shown at the gate.

    It names the five of each major finding; of people only who answers for it, no sign-in names.
    """
    page = Paginator(queries.board(_actor(request)), PAGE).get_page(request.GET.get("page"))
    rows = [
        {
            "row": row,
            "criterion": criteria.find(row.criteria_edition, row.criterion),
            "is_open": row.state in OPEN,
        }
        for row in page
    ]
    context = {"rows": rows, "page": page, "now": now(), "day": today()}
    return render(request, "findings/board.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def clearing(request: HttpRequest) -> HttpResponse:
    """Clear the numbers of accepted major findings against the list (对账销号)."""
    actor = _actor(request)
    policy.require(actor, FINDING_CLEAR)
    if request.method == "POST":
        done, opinion = 0, request.POST.get("opinion", "")
        for pk in request.POST.getlist("pk")[:200]:
            try:
                major.clear(actor, pk, opinion)  # type: ignore[arg-type]
                done += 1
            except AnlanError as error:
                messages.error(request, error.message())
        if done:
            text = ngettext("%(n)s number cleared.", "%(n)s numbers cleared.", done)
            messages.success(request, text % {"n": done})
        return HttpResponseRedirect(reverse("findings:clearing"))
    page = Paginator(queries.to_clear(actor), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "crumbs": [(_("Findings"), list_url()), (_("Numbers to clear"), "")],
    }
    return render(request, "findings/clearing.html", context)
