"""Outside inspections: the list with how much is entered, and the page of one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.queries import organisations
from anlan.base.actors.roles import OrganisationKind
from anlan.base.audit.queries import history_of
from anlan.base.clock import now
from anlan.base.errors import BadInput, Forbidden, NotYours, Refused
from anlan.base.lists import Column, Filter, ListPage, View
from anlan.modules.findings import queries, rules
from anlan.modules.findings.models import OutsideInspection
from anlan.modules.findings.policy import FINDING_IMPORT, FINDING_OUTSIDE, FINDING_REPORT
from anlan.modules.findings.services import outside
from anlan.modules.findings.ui import forms, showing
from anlan.modules.findings.ui.addresses import list_url
from anlan.modules.registry.ui.columns import enterprise_column, enterprise_filter

SAID = (BadInput, Refused, Forbidden)


def limit_of(row: Any) -> Any:
    """Return the last day for entering what an inspection found; none once all is entered."""
    return None if row.completed_at else rules.entry_limit(row.ended_on)


def entered_of(row: Any) -> str:
    """Return how many of how many are entered: `3 / 12`, or `3` while nobody said of how many."""
    return str(row.entered) if row.n_findings is None else f"{row.entered} / {row.n_findings}"


def _state(row: Any) -> str:
    return "done" if row.completed_at else "waiting"


def _standing(values: tuple[str, ...]) -> Q:
    found = Q(pk__in=[])
    if "waiting" in values:
        found |= Q(completed_at__isnull=True)
    if "done" in values:
        found |= Q(completed_at__isnull=False)
    return found


STATES = (
    ("waiting", gettext_lazy("Being entered")),
    ("done", gettext_lazy("All entered")),
)
INSPECTIONS = ListPage(
    key="findings.outside",
    title=gettext_lazy("Outside inspections"),
    query=queries.outside_inspections,
    columns=[
        Column.of(OutsideInspection, "document", fixed=True, wide=True, sort=("document", "pk")),
        enterprise_column(),
        Column.of(OutsideInspection, "channel", sort=None),
        Column.of(OutsideInspection, "authority", sort=None),
        Column.of(OutsideInspection, "ended_on", sort=("ended_on", "pk")),
        Column("limit", gettext_lazy("enter until"), kind="due", value=limit_of, sort=None),
        Column("entered", gettext_lazy("entered"), value=entered_of, sort=None),
        Column(
            "state", pgettext_lazy("outside inspection", "state"), kind="badge", value=_state,
            choices=STATES, icon={"waiting": "hourglass", "done": "circle-check"},
            tone={"waiting": "work", "done": "done"}, sort=None,
        ),
    ],
    filters=[
        Filter(
            "state", pgettext_lazy("outside inspection", "state"), choices=STATES,
            condition=_standing,
        ),
        Filter.of(OutsideInspection, "channel"),
        enterprise_filter(),
        Filter.of(OutsideInspection, "ended_on", pinned=False),
    ],
    search=("document", "authority"),
    search_hint=gettext_lazy("Document, authority"),
    order=("-ended_on", "pk"),
    views=[
        View("all", gettext_lazy("All"), {}),
        View("waiting", gettext_lazy("Being entered"), {"state": ["waiting"]}),
    ],
    row_url=lambda row: reverse("findings:outside_show", args=[row.pk]),
    create_url=lambda actor: reverse("findings:outside_new"),
    create_label=gettext_lazy("Register an inspection"),
    create_permission=FINDING_OUTSIDE,
    first_step=gettext_lazy(
        "Register what authorities, experts or the group inspected; the month for entering their"
        " findings is then watched."
    ),
    nav="findings",
)  # fmt: skip


def _actor(request: HttpRequest) -> Actor:
    found: Actor = request.actor  # type: ignore[attr-defined]
    return found


@login_required
@require_GET
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show an inspection: what is entered, until when the rest must be, its story."""
    actor = _actor(request)
    row = queries.outside_one(actor, pk)
    context = {
        "row": row,
        "now": now(),
        "limit": rules.entry_limit(row.ended_on),
        "entered": entered_of(row),
        "rows": queries.found_by(actor, row)[:200],
        "may_change": actor.may(FINDING_OUTSIDE, row.scope_path, row.enterprise_id),
        "may_import": actor.may(FINDING_IMPORT),
        "may_report": actor.may(FINDING_REPORT),
        "story": showing.story_of(history_of(actor, row)),
        "crumbs": [
            (_("Findings"), list_url()),
            (_("Outside inspections"), reverse("findings:outside")),
            (row.document, ""),
        ],
    }
    return render(request, "findings/outside.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Register an inspection, at one's own enterprise or at one of the scope."""
    actor = _actor(request)
    policy.require(actor, FINDING_OUTSIDE)
    own = actor.own_enterprise_id
    choice = None if own else organisations(actor).filter(kind=OrganisationKind.ENTERPRISE)
    data = request.POST if request.method == "POST" else None
    form = forms.OutsideForm(data, enterprises=choice, enterprise=request.GET.get("enterprise"))
    if data is not None and form.is_valid():
        home = own or form.cleaned_data["enterprise"].pk
        try:
            row = outside.register(actor, home, form.given())
        except SAID as error:
            form.take(error)
        else:
            messages.success(request, _("Registered; its month is watched."))
            return HttpResponseRedirect(reverse("findings:outside_show", args=[row.pk]))
    return _form(request, form, _("Register an inspection"), reverse("findings:outside"))


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change what is known of an inspection."""
    actor = _actor(request)
    row = queries.outside_one(actor, pk)
    policy.require(actor, FINDING_OUTSIDE, row)
    data = request.POST if request.method == "POST" else None
    form = forms.OutsideForm(data, **{name: getattr(row, name) for name in outside.FIELDS})
    back = reverse("findings:outside_show", args=[row.pk])
    if data is not None and form.is_valid():
        try:
            outside.change(actor, row.pk, form.given())
        except SAID as error:
            form.take(error)
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(back)
    return _form(request, form, _("Change the inspection"), back)


@login_required
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, pk: UUID, move: str) -> HttpResponse:
    """Say that all is entered, or that something is missing after all."""
    actor = _actor(request)
    row = queries.outside_one(actor, pk)
    if move not in ("complete", "reopen"):
        raise NotYours()
    policy.require(actor, FINDING_OUTSIDE, row)
    data = request.POST if request.method == "POST" else None
    closing = move == "complete"
    form = forms.ActForm(data) if closing else forms.ReasonForm(data)
    back = reverse("findings:outside_show", args=[row.pk])
    if data is not None and form.is_valid():
        try:
            if closing:
                outside.complete(actor, row.pk)
            else:
                outside.reopen(actor, row.pk, form.cleaned_data["reason"])
        except SAID as error:
            form.take(error)
        else:
            messages.success(request, _("Done."))
            return HttpResponseRedirect(back)
    title = _("All entered") if closing else _("Something is missing")
    return _form(request, form, title, back)


def _form(request: HttpRequest, form: Any, title: str, back: str) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "back": back,
        "crumbs": [(_("Outside inspections"), reverse("findings:outside")), (title, "")],
    }
    return render(request, "findings/form.html", context, status=422 if form.errors else 200)
