"""The tree of organisations, one level at a time."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actors import policy, queries, services
from anlan.base.actors.middleware import ActorRequest
from anlan.base.actors.models import Organisation
from anlan.base.actors.permissions import MANAGE_KIND, MEMBER_VIEW
from anlan.base.actors.roles import OrganisationKind as Kind
from anlan.base.actors.services.organisations import PARENTS
from anlan.base.actors.ui.errors import attempt
from anlan.base.actors.ui.forms import MoveForm, OrganisationForm, ReasonForm, RenameForm
from anlan.base.actors.ui.members import form_page


@login_required
@require_GET
def tops(request: ActorRequest) -> HttpResponse:
    """The tops of what I see, or what a search finds."""
    policy.require(request.actor, MEMBER_VIEW)
    text = request.GET.get("q", "")
    rows = (
        queries.organisation_choices(request.actor, text)
        if text.strip()
        else queries.organisation_children(request.actor, None)
    )
    return render(request, "people/organisations.html", {"rows": rows, "text": text})


@login_required
@require_GET
def detail(request: ActorRequest, pk: UUID) -> HttpResponse:
    """One node: where it hangs, what hangs under it, what may be done."""
    policy.require(request.actor, MEMBER_VIEW)
    node = queries.organisation_one(request.actor, pk)
    kind = Kind(node.kind)
    may_manage = request.actor.may(MANAGE_KIND[kind], node.path, node.enterprise_id)
    context = {
        "node": node,
        "above": queries.organisation_ancestors(request.actor, node),
        "rows": queries.organisation_children(request.actor, node),
        "may_manage": may_manage and kind != Kind.ENTERPRISE,
        "may_create": bool(_kinds_below(request, node)),
        "is_enterprise": kind == Kind.ENTERPRISE,
        "n_people": queries.people_at(request.actor, node).count(),
    }
    return render(request, "people/organisation.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def create(request: ActorRequest, pk: UUID) -> HttpResponse:
    """A new node under this one."""
    parent = queries.organisation_one(request.actor, pk)
    form = OrganisationForm(request.POST or None, kinds=_kinds_below(request, parent))
    if request.method == "POST" and form.is_valid():
        values = {**form.cleaned_data, "kind": Kind(form.cleaned_data["kind"])}
        node = attempt(
            form,
            lambda: services.organisation_create(request.actor, parent_id=pk, **values),
        )
        if node:
            messages.success(request, _("Created."))
            return redirect("people:organisation", node.pk)
    return _form(request, form, pk, title=_("New under %(name)s") % {"name": parent})


@login_required
@require_http_methods(["GET", "POST"])
def rename(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Other names for a node."""
    node = queries.organisation_one(request.actor, pk)
    first = {"name": node.name, "short_name": node.short_name}
    form = RenameForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        saved = attempt(
            form, lambda: services.organisation_rename(request.actor, pk, **form.cleaned_data)
        )
        if saved:
            messages.success(request, _("Saved."))
            return redirect("people:organisation", pk)
    return _form(request, form, pk, title=_("Rename %(name)s") % {"name": node})


@login_required
@require_http_methods(["GET", "POST"])
def move(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Hang a node under another one, found by search."""
    node = queries.organisation_one(request.actor, pk)
    form = MoveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        parent = form.cleaned_data["parent"]
        if attempt(form, lambda: services.organisation_move(request.actor, pk, parent_id=parent)):
            messages.success(request, _("Moved; everything below and all rows went along."))
            return redirect("people:organisation", pk)
    text = request.GET.get("q", "")
    kinds = PARENTS[Kind(node.kind)]
    context = {
        "node": node,
        "form": form,
        "text": text,
        "found": queries.organisation_choices(request.actor, text, kinds=kinds),
    }
    status = 422 if form.errors else 200
    return render(request, "people/organisation_move.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def close(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Deactivate a node with all below it."""
    node = queries.organisation_one(request.actor, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if attempt(
            form, lambda: services.organisation_deactivate(request.actor, pk, reason=reason)
        ):
            messages.success(request, _("Deactivated."))
            return redirect("people:organisation", pk)
    return _form(
        request,
        form,
        pk,
        title=_("Deactivate %(name)s?") % {"name": node},
        lead=_("Everything below closes too; roles held there end to work. Nothing is deleted."),
        submit=_("Deactivate"),
        danger=True,
    )


@login_required
@require_POST
def reopen(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Activate a node again."""
    services.organisation_reactivate(request.actor, pk)
    messages.success(request, _("Active again."))
    return redirect("people:organisation", pk)


def _kinds_below(request: ActorRequest, node: Organisation) -> list[Kind]:
    return [
        kind
        for kind, parents in PARENTS.items()
        if Kind(node.kind) in parents
        and kind != Kind.ENTERPRISE
        and request.actor.may(MANAGE_KIND[kind], node.path, node.enterprise_id)
    ]


def _form(request: ActorRequest, form: object, pk: UUID, **context: object) -> HttpResponse:
    back = reverse("people:organisation", args=[pk])
    return form_page(request, form, back=back, **{"submit": _("Save"), **context})
