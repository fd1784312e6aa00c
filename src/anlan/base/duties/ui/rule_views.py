"""Places out of service, and the rungs of the ladder."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anlan.base.actors import policy as rights
from anlan.base.actors.middleware import ActorRequest
from anlan.base.audit.queries import history_of
from anlan.base.clock import SHANGHAI, now
from anlan.base.duties import ladder, policy, queries
from anlan.base.duties.services import exemptions
from anlan.base.duties.services import ladder as ladder_service
from anlan.base.duties.ui import words
from anlan.base.duties.ui.forms import ExemptionEndForm, ExemptionForm, RungForm
from anlan.base.duties.ui.plan_views import form_page, own_enterprise, saved
from anlan.base.errors import NotYours
from anlan.base.lists.columns import with_unit

TYPED = "%Y-%m-%dT%H:%M"


@login_required
@require_http_methods(["GET", "POST"])
def exemption_new(request: ActorRequest) -> HttpResponse:
    """Take a place out of service: its duties do not count meanwhile."""
    own = own_enterprise(request)
    rights.require(request.actor, policy.EXEMPT)
    start = {"starts_at": now().astimezone(SHANGHAI).strftime(TYPED)}
    form = ExemptionForm(request.actor, own, request.POST or None, initial=start)
    made = saved(
        request,
        form,
        lambda: exemptions.add(request.actor, **form.values()),
        _("Saved. Duties that fall into this time do not count."),
    )
    if made is not None:
        return redirect("duties:exemption", made.pk)
    lead = _(
        "Only places that have duties are offered. A window falls out when its place is out of"
        " service at its end and for at least half of it."
    )
    title = _("Take a place out of service")
    return form_page(request, form, title, reverse("duties:exemptions"), lead=lead)


@login_required
@require_http_methods(["GET", "POST"])
def exemption(request: ActorRequest, pk: UUID) -> HttpResponse:
    """One exemption; POST ends it."""
    row = queries.exemption_one(request.actor, pk)
    moment = now()
    may_end = (
        row.source_id is None
        and (row.ends_at is None or row.ends_at > moment)
        and request.actor.may(policy.EXEMPT, row.scope_path, row.enterprise_id)
    )
    start = {"ends_at": max(moment, row.starts_at).astimezone(SHANGHAI).strftime(TYPED)}
    form = ExemptionEndForm(request.POST or None, initial=start)
    if request.method == "POST":
        rights.require(request.actor, policy.EXEMPT, row)
        if row.source_id is not None:
            raise NotYours()
    ended = saved(
        request,
        form,
        lambda: exemptions.end(request.actor, pk, **form.cleaned_data),
        _("Saved. What is still to come counts again."),
    )
    if ended is not None:
        return redirect("duties:exemption", pk)
    context = {
        "row": row,
        "form": form if may_end else None,
        "is_over": row.ends_at is not None and row.ends_at <= moment,
        "history": history_of(request.actor, row),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "duties/exemption.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def rung(request: ActorRequest, trigger: str, condition: str, colour: int) -> HttpResponse:
    """Change one rung of the ladder for the actor's enterprise: limit, way, who is told."""
    own = own_enterprise(request)
    rights.require(request.actor, policy.LADDER)
    found = _found(own, trigger, condition, colour)
    start = {
        "threshold": found.threshold.normalize(),
        "told": found.told,
        "recipients": list(found.recipients),
    }
    form = RungForm(request.POST or None, initial=start)
    limit = form.fields["threshold"]
    limit.label = with_unit(limit.label or "", words.unit_of(found))
    made = saved(
        request,
        form,
        lambda: ladder_service.save_rung(
            request.actor, own, trigger, condition, colour, **form.cleaned_data
        ),
        _("Saved."),
    )
    if made is not None:
        return redirect("duties:ladder")
    row = queries.own_rung(request.actor, own, trigger, condition, colour)
    below = ladder.recipients_up_to(queries.ladder_of(own), trigger, colour - 1)
    context: dict[str, Any] = {
        "form": form,
        "rung": found,
        "level": 5 - colour,
        "condition": words.condition(found),
        "below": words.recipients(below),
        "row": row,
        "history": history_of(request.actor, row) if row is not None else [],
    }
    return render(request, "duties/rung.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def rung_restore(request: ActorRequest, trigger: str, condition: str, colour: int) -> HttpResponse:
    """Let the product's rung hold again."""
    own = own_enterprise(request)
    ladder_service.restore_rung(request.actor, own, trigger, condition, colour)
    messages.success(request, _("The product default holds again."))
    return redirect("duties:ladder")


def _found(own: UUID, trigger: str, condition: str, colour: int) -> ladder.Rung:
    try:
        return ladder.rung_of(queries.ladder_of(own), trigger, condition, colour)
    except LookupError as error:
        raise NotYours() from error
