"""Pages of the desk: plumbing only."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from anlan.base.actors import policy
from anlan.base.actors.middleware import ActorRequest
from anlan.base.errors import AnlanError
from anlan.base.files.services import uploaded
from anlan.base.pocket import queries
from anlan.base.pocket.policy import IMPORT, REVIEW, REVOKE_DEVICE, SEE_DEVICES
from anlan.base.pocket.services import deciding, devices, importing

SHOWN = 50


@require_GET
@login_required
def device(request: ActorRequest, pk: UUID) -> HttpResponse:
    """One phone: what came, what is missing, what waits for somebody."""
    row = queries.device_for(request.actor, pk)
    policy.require(request.actor, SEE_DEVICES, row)
    mine = queries.submissions_of(request.actor).filter(device=row)
    may = {
        name: request.actor.may(permission, row.scope_path, row.enterprise_id)
        for name, permission in (("revoke", REVOKE_DEVICE), ("review", REVIEW), ("bring", IMPORT))
    }
    return render(
        request,
        "pocket/device.html",
        {
            "device": row,
            "unsent": max(0, row.sealed_seq - row.last_seq),
            "gaps": queries.gaps_of(request.actor, row),
            "open": list(mine.filter(queries.open_matters())[:SHOWN]),
            "latest": list(mine[:SHOWN]),
            "may": may,
        },
    )


@require_POST
@login_required
def revoke(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Shut a lost phone out."""
    try:
        devices.revoke(request.actor, pk, request.POST.get("reason", ""))
    except AnlanError as error:
        if error.status != 422:
            raise
        messages.error(request, error.message())
    return redirect("pocket:device", pk=pk)


@require_POST
@login_required
def settle(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Decide a conflict, try again, or note that it was looked at."""
    row = queries.submission_for(request.actor, pk)
    what = request.POST.get("do", "")
    try:
        if what == "again":
            deciding.try_again(request.actor, pk)
        elif what == "seen":
            deciding.mark_reviewed(request.actor, pk, request.POST.get("reason", ""))
        else:
            deciding.settle_at_desk(request.actor, pk, what)
    except AnlanError as error:
        if error.status not in (409, 422):
            raise
        messages.error(request, error.message())
    return redirect("pocket:device", pk=row.device_id)


@require_POST
@login_required
def bring(request: ActorRequest) -> HttpResponse:
    """Take in an export that was carried here by hand."""
    upload = request.FILES.get("file")
    try:
        done = importing.import_export(request.actor, uploaded(upload))
    except AnlanError as error:
        if error.status not in (409, 422):
            raise
        messages.error(request, error.message())
        return redirect("pocket:devices")
    count = sum(done.verdicts.values())
    text = ngettext("%(n)s submission read.", "%(n)s submissions read.", count) % {"n": count}
    new = count - done.verdicts.get("duplicate", 0)
    messages.success(request, f"{text} {_('New: %(n)s.') % {'n': new}}")
    return redirect("pocket:device", pk=done.device.pk)
