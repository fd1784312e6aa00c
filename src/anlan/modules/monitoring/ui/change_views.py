"""Pages of changes of alarm settings: asking, looking at the effect, deciding."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actors import policy as rights
from anlan.base.audit.queries import history_of
from anlan.base.errors import AnlanError, BadInput, Forbidden, Refused
from anlan.base.states.services import offers
from anlan.modules.monitoring import policy
from anlan.modules.monitoring.models import AlarmRule
from anlan.modules.monitoring.queries import points as queries
from anlan.modules.monitoring.services import changes
from anlan.modules.monitoring.states import ChangeState
from anlan.modules.monitoring.ui import words
from anlan.modules.monitoring.ui.addresses import change_url, list_url, point_url, setting_url
from anlan.modules.monitoring.ui.forms import setting_form, unit_of
from anlan.modules.monitoring.ui.lists import CHANGE_ICONS, CHANGE_TONES
from anlan.modules.monitoring.ui.point_views import crumbs_of
from anlan.modules.monitoring.ui.record_pages import actor_of, form_page, saved

PROPOSED = ("limit", "deadband", "on_delay_s", "off_delay_s")
"""What another page may fill the form of a change with, beside the reason."""
VERBS = {"approve": "check", "refuse": "ban", "apply": "player-play", "withdraw": "arrow-back-up"}


@login_required
@require_http_methods(["GET", "POST"])
def request_change(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for a change of a setting."""
    actor = actor_of(request)
    rule = queries.rules(actor).one(pk)
    rights.require(actor, policy.LIMIT_REQUEST, rule)
    form = setting_form(actor, rule.point, request.POST or None, rule, part="change")
    # What another page proposes stands in the form; who asks reads it and sends it himself.
    for name in (*PROPOSED, "reason"):
        if name in request.GET:
            form.initial[name] = request.GET[name][:1000]

    def ask() -> Any:
        values = form.values()
        return changes.change_request(actor, pk, values, values.pop("reason"))

    asked = _("Asked for. The effect on the last week is shown below.")
    if change := saved(request, form, ask, asked):
        return HttpResponseRedirect(change_url(change))
    title = _("Change %(name)s") % {"name": rule}
    crumbs = crumbs_of(rule, (str(rule), setting_url(rule)))
    lead = _("Another person approves it after looking at the effect on the last week.")
    return form_page(
        request, form, title, crumbs, setting_url(rule), lead=lead, submit=_("Ask for the change")
    )


@login_required
@require_GET
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a change: old and new side by side, its effect, what can be done."""
    actor = actor_of(request)
    row = queries.changes(actor).one(pk)
    point = row.rule.point
    context = {
        "row": row,
        "rule": row.rule,
        "point": point,
        "word": ChangeState(row.state).label,
        "icon": CHANGE_ICONS[row.state],
        "tone": CHANGE_TONES[row.state],
        "pairs": pairs_of(actor, row),
        "effect": words.effect_words(row.effect or {}),
        "offers": [_offer(one) for one in offers(actor, row)],
        "may_replay": row.state == ChangeState.REQUESTED
        and (
            actor.may(policy.LIMIT_REQUEST, row.scope_path, row.enterprise_id)
            or actor.may(policy.LIMIT_APPROVE, row.scope_path, row.enterprise_id)
        ),
        "history": history_of(actor, row),
        "crumbs": [
            (_("Setting changes"), list_url("changes")),
            (str(point), point_url(point)),
            (str(row.rule), setting_url(row.rule)),
        ],
    }
    return render(request, "monitoring/change.html", context)


def _offer(one: Any) -> dict[str, Any]:
    refusal = one.refusal
    return {
        "name": one.transition.name,
        "label": one.transition.label,
        "icon": VERBS[one.transition.name],
        "needs_reason": one.transition.needs_reason,
        "why": refusal.message() if refusal else "",
        "remedy": refusal.remedy_text() if refusal else "",
        "is_role": isinstance(refusal, Forbidden),
        "clause": one.transition.clause,
    }


def pairs_of(actor: Any, row: Any) -> list[tuple[str, str, str]]:
    """Return label, old and new text of each field that changes."""
    found = []
    for name, new in row.new.items():
        field: Any = AlarmRule._meta.get_field(name)
        texts = [_text(actor, field, value) for value in (row.old.get(name), new)]
        unit = unit_of(row.rule, name)
        label = f"{field.verbose_name} ({unit})" if unit else str(field.verbose_name)
        found.append((label, *texts))
    return found  # type: ignore[return-value]


def _text(actor: Any, field: Any, value: Any) -> str:
    if value is None or value == "":
        return "–"
    if field.is_relation:
        target = field.related_model.objects.for_actor(actor).filter(pk=value).first()
        return str(target) if target else "–"
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return f"{value:g}" if isinstance(value, float) else str(value)


@login_required
@require_POST
def move(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Approve, refuse, withdraw a change or put it into effect."""
    actor = actor_of(request)
    row = queries.changes(actor).one(pk)
    words_ = request.POST.get("comment", "")[:500]
    try:
        if verb in ("approve", "refuse"):
            at_once = "later" not in request.POST
            changes.change_decide(actor, pk, verb, words_, at_once=at_once)
        elif verb == "withdraw":
            changes.change_withdraw(actor, pk, words_)
        elif verb == "apply":
            changes.change_apply(actor, pk)
        else:
            changes.change_replay(actor, pk)
    except (BadInput, Refused) as error:
        _say(request, error)
    else:
        messages.success(request, _("Done."))
    return HttpResponseRedirect(change_url(row))


def _say(request: HttpRequest, error: AnlanError) -> None:
    messages.error(request, f"{error.message()} {error.remedy_text()}".strip())
