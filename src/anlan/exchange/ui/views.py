"""Pages of uploads."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actors import policy
from anlan.base.audit.queries import history_of
from anlan.base.errors import BadInput, NotYours
from anlan.base.jobs.services import enqueue
from anlan.exchange import photos, queries
from anlan.exchange.adapters import DIALECTS
from anlan.exchange.choices import State
from anlan.exchange.fields import fields_of
from anlan.exchange.jobs import UPLOAD_JOB
from anlan.exchange.models import Endpoint
from anlan.exchange.policy import ENDPOINT_EDIT, SEND
from anlan.exchange.services.endpoints import endpoint_save
from anlan.exchange.services.sending import send_again
from anlan.exchange.ui.forms import EndpointForm
from anlan.exchange.ui.lists import shown_state
from anlan.exchange.ui.words import field_meaning, record_url, remedy, said, table_label


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


@login_required
@require_GET
def endpoints(request: HttpRequest) -> HttpResponse:
    """Endpoints, with how much stands where."""
    actor = _actor(request)
    context = {
        "rows": queries.endpoints(actor)[:500],
        "may_add": bool(actor.own_enterprise_id) and actor.may(ENDPOINT_EDIT),
    }
    return render(request, "exchange/endpoints.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def endpoint_new(request: HttpRequest) -> HttpResponse:
    """Set up an endpoint for my enterprise."""
    actor = _actor(request)
    policy.require(actor, ENDPOINT_EDIT)
    if actor.own_enterprise_id is None:
        raise NotYours()
    return _form(request, None, actor.own_enterprise_id)


@login_required
@require_http_methods(["GET", "POST"])
def endpoint_edit(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    """Change an endpoint, see how it does."""
    actor = _actor(request)
    row = queries.endpoint_one(actor, endpoint_id)
    if request.method == "POST" or actor.may(ENDPOINT_EDIT, row.scope_path, row.enterprise_id):
        policy.require(actor, ENDPOINT_EDIT, row)
        return _form(request, row, None)
    return render(request, "exchange/endpoint.html", _about(actor, row))


def _about(actor: Any, row: Endpoint) -> dict[str, Any]:
    counts = [
        {"label": state.label, "n": getattr(row, f"n_{state.value}"), "state": state.value}
        for state in State
    ]
    may_send = actor.may(SEND, row.scope_path, row.enterprise_id)
    return {
        "row": row, "counts": counts, "may_send": may_send, "history": history_of(actor, row),
    }  # fmt: skip


def _form(request: HttpRequest, row: Endpoint | None, enterprise_id: UUID | None) -> HttpResponse:
    actor = _actor(request)
    form = EndpointForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        try:
            saved = endpoint_save(
                actor,
                row.pk if row else None,
                enterprise_id=enterprise_id,
                values=form.cleaned_data,
                keys=form.keys(),
            )
        except BadInput as problem:
            for name, texts in problem.by_field().items():
                form.add_error(name if name in form.fields else None, texts)
        else:
            messages.success(request, _("Saved. All records are compared anew at the next run."))
            return redirect("exchange:endpoint", saved.pk)
    context = {"form": form} | (_about(actor, row) if row else {})
    return render(request, "exchange/endpoint.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def endpoint_run(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    """Upload now, in the background."""
    actor = _actor(request)
    row = queries.endpoint_one(actor, endpoint_id)
    policy.require(actor, SEND, row)
    job = enqueue(
        actor, UPLOAD_JOB, title=row.name, lock=f"exchange:{row.pk}",
        enterprise_id=row.enterprise_id, endpoint=str(row.pk),
    )  # fmt: skip
    return redirect("jobs:show", job.pk)


@login_required
@require_http_methods(["GET", "POST"])
def delivery(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """One record's upload: what was sent, what was said, where to put it right."""
    actor = _actor(request)
    row = queries.delivery_one(actor, delivery_id)
    if request.method == "POST":
        if send_again(actor, [row.pk]):
            messages.success(request, _("Queued again."))
        return redirect("exchange:delivery", row.pk)
    prefix = row.endpoint.prefix
    bad = row.field
    order = {field.name: n for n, field in enumerate(fields_of(row.table))}
    dialect = DIALECTS[row.endpoint.adapter]

    def own(name: str) -> str:
        return dialect.plain_name(name, prefix)

    facts = [
        {
            "name": name,
            "label": field_meaning(row.table, own(name)),
            "value": value["name"] if photos.is_reference(value) else value,
            "file": value["attachment"] if photos.is_reference(value) else "",
            "size": value["size"] if photos.is_reference(value) else 0,
            "is_bad": bool(bad) and own(name) == bad,
        }
        for name, value in sorted(row.payload.items(), key=lambda item: order.get(own(item[0]), 99))
    ]
    context = {
        "row": row,
        "state": shown_state(row),
        "said": said(row),
        "remedy": remedy(row),
        "table": table_label(row.table),
        "facts": facts,
        "fix_url": record_url(row),
        "may_send": row.state == State.REJECTED
        and actor.may(SEND, row.endpoint.scope_path, row.enterprise_id),
    }
    return render(request, "exchange/delivery.html", context)
