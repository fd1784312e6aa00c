"""Pages of rewards and penalties."""

import datetime as dt
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actors import policy as actors_policy
from anlan.base.actors.middleware import ActorRequest
from anlan.base.clock import today
from anlan.base.errors import AnlanError, NotYours
from anlan.base.lists import Column, Filter, ListPage, View
from anlan.modules.indicators import policy, queries
from anlan.modules.indicators.choices import IncentiveKind
from anlan.modules.indicators.models import Incentive, IncentiveRule
from anlan.modules.indicators.services import incentives
from anlan.modules.indicators.ui.forms import IncentiveForm, RevokeForm, RuleForm
from anlan.modules.registry.ui.columns import enterprise_column, enterprise_filter

LEDGER = ListPage(
    key="indicators.incentives",
    title=gettext_lazy("Rewards and penalties"),
    query=queries.incentives,
    columns=[
        Column.of(Incentive, "happened_on", label=gettext_lazy("Date"), fixed=True,
                  sort=("happened_on", "pk")),
        Column("kind", gettext_lazy("type"), kind="badge", choices=IncentiveKind.choices,
               tone={"reward": "done", "penalty": "outline"},
               icon={"reward": "award", "penalty": "circle-minus"}),
        Column.of(Incentive, "person_name", sort=None),
        Column.of(Incentive, "reason", sort=None, wide=True),
        Column("rule", gettext_lazy("rule"), value="rule.title"),
        Column.of(Incentive, "amount", sort=None),
        enterprise_column(),
        Column("revoked", gettext_lazy("why revoked"), value="revoke_reason"),
    ],
    filters=[
        Filter.of(Incentive, "kind"),
        Filter.of(Incentive, "happened_on", label=gettext_lazy("Date")),
        enterprise_filter(),
    ],
    search=("person_name", "reason"),
    order=("-happened_on", "pk"),
    views=[
        View("all", gettext_lazy("All"), {}),
        View("reward", gettext_lazy("Rewards"), {"kind": ["reward"]}),
        View("penalty", gettext_lazy("Penalties"), {"kind": ["penalty"]}),
    ],
    row_url=lambda row: reverse("indicators:incentive_revoke", args=[row.pk]),
    create_url=lambda actor: reverse("indicators:incentive_new") if actor.own_enterprise_id else "",
    create_label=gettext_lazy("Enter a reward or penalty"),
    create_permission=policy.INCENTIVE,
    first_step=gettext_lazy("Set the rules first: standard, frequency and method."),
    nav="indicators.incentives",
)  # fmt: skip


@login_required
@require_GET
def months(request: ActorRequest) -> HttpResponse:
    """Sum rewards and penalties by month over two years, each leading to its entries."""
    since = (today().replace(day=1) - dt.timedelta(days=731)).replace(day=1)
    rows = queries.incentive_months(request.actor, since)
    ledger = reverse("indicators:incentives")
    for row in rows:
        last = (row["month"] + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
        row["url"] = f"{ledger}?happened_on_from={row['month']}&happened_on_to={last}"
    return render(request, "indicators/months.html", {"rows": rows})


@login_required
@require_http_methods(["GET", "POST"])
def rule_stop(request: ActorRequest, pk: UUID) -> HttpResponse:
    """End a rule with a reason."""
    own = _own(request, policy.INCENTIVE_RULE)
    rows = queries.incentive_rules(request.actor).filter(enterprise=own)
    row: IncentiveRule = rows.one(pk)  # type: ignore[attr-defined]
    form = RevokeForm(request.POST or None)
    form.fields["reason"].label = _("Reason")
    if request.method == "POST" and form.is_valid():
        try:
            incentives.rule_stop(request.actor, pk, form.cleaned_data["reason"])
        except AnlanError as error:
            form.take(error)
        else:
            messages.success(request, _("Ended."))
            return HttpResponseRedirect(reverse("indicators:rules"))
    title = _("End the rule %(rule)s") % {"rule": row}
    return _form(request, form, title, reverse("indicators:rules"))


@login_required
@require_GET
def rules(request: ActorRequest) -> HttpResponse:
    """Show the rules in force."""
    actor = request.actor
    context = {
        "rows": list(queries.incentive_rules(actor)[:500]),
        "may_edit": bool(actor.own_enterprise_id) and actor.may(policy.INCENTIVE_RULE),
    }
    return render(request, "indicators/rules.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def rule_new(request: ActorRequest) -> HttpResponse:
    """Set a rule; one of the same code is replaced."""
    own = _own(request, policy.INCENTIVE_RULE)
    form = RuleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            incentives.rule_save(request.actor, own, **form.cleaned_data)
        except AnlanError as error:
            form.take(error)
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("indicators:rules"))
    return _form(request, form, _("Set a rule"), reverse("indicators:rules"))


@login_required
@require_POST
def rules_adopt(request: ActorRequest) -> HttpResponse:
    """Take over the suggested rules."""
    n = incentives.rules_adopt(request.actor, _own(request, policy.INCENTIVE_RULE))
    text = ngettext("%(n)s rule taken over.", "%(n)s rules taken over.", n) % {"n": n}
    messages.success(request, text)
    return HttpResponseRedirect(reverse("indicators:rules"))


@login_required
@require_http_methods(["GET", "POST"])
def incentive_new(request: ActorRequest) -> HttpResponse:
    """Enter a reward or penalty."""
    own = _own(request, policy.INCENTIVE)
    form = IncentiveForm(
        queries.incentive_rules(request.actor).filter(enterprise=own), request.POST or None
    )
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            incentives.incentive_enter(request.actor, values.pop("rule"), **values)
        except AnlanError as error:
            form.take(error)
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(reverse("indicators:incentives"))
    title = _("Enter a reward or penalty")
    return _form(request, form, title, reverse("indicators:incentives"))


@login_required
@require_http_methods(["GET", "POST"])
def incentive_revoke(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Revoke an entry with a reason."""
    rows = queries.incentives(request.actor)
    row: Incentive = rows.one(pk)  # type: ignore[attr-defined]
    form = None
    if row.revoked_at is None and request.actor.may(
        policy.INCENTIVE, row.scope_path, row.enterprise_id
    ):
        form = RevokeForm(request.POST or None)
    if request.method == "POST":
        actors_policy.require(request.actor, policy.INCENTIVE, row)
        if form is not None and form.is_valid():
            try:
                incentives.incentive_revoke(request.actor, pk, form.cleaned_data["reason"])
            except AnlanError as error:
                form.take(error)
            else:
                messages.success(request, _("Revoked."))
                return HttpResponseRedirect(reverse("indicators:incentives"))
    context = {"row": row, "form": form, "back": reverse("indicators:incentives")}
    return render(request, "indicators/incentive.html", context)


def _own(request: ActorRequest, permission: str) -> UUID:
    own = request.actor.own_enterprise_id
    actors_policy.require(request.actor, permission)
    if own is None:
        raise NotYours()
    return own


def _form(request: ActorRequest, form: object, title: str, back: str) -> HttpResponse:
    context = {"form": form, "title": title, "back": back}
    status = 422 if getattr(form, "errors", None) else 200
    return render(request, "indicators/form.html", context, status=status)
