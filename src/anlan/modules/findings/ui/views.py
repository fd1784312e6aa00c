"""Pages of findings: plumbing between forms, queries and services."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.audit.queries import history_of
from anlan.base.clock import now
from anlan.base.errors import AnlanError, BadInput, Forbidden, NotYours, Refused
from anlan.modules.findings import criteria, flagged, queries
from anlan.modules.findings.choices import Channel, Level, PhotoRole, Source, Treatment
from anlan.modules.findings.models import Finding
from anlan.modules.findings.policy import (
    FINDING_CONFIRM,
    FINDING_EXTEND,
    FINDING_REPORT,
    FLAG_DISMISS,
)
from anlan.modules.findings.services import (
    evidence,
    extending,
    flagging,
    repeating,
    reporting,
    treating,
)
from anlan.modules.findings.states import FindingState
from anlan.modules.findings.ui import forms, judging, origins, showing
from anlan.modules.findings.ui.acts import ACTS, may_decide
from anlan.modules.findings.ui.addresses import list_url, url_of
from anlan.modules.findings.ui.columns import ICONS, TONES
from anlan.modules.registry.ui.identification.showing import MARKS

SAID = (BadInput, Refused, Forbidden)


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


def _is_panel(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False))


def _done(request: HttpRequest, url: str) -> HttpResponse:
    """Go on to a page, from the side panel as well."""
    if _is_panel(request):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


@login_required
@require_GET
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a finding: stages, next step, the five, photos, where it comes from, its story."""
    actor = _actor(request)
    row = queries.finding_one(actor, pk)
    pictures, others = showing.photos(queries.photos_of(actor, row))
    extensions = queries.extensions_of(actor, row)
    is_major = row.level == Level.MAJOR
    offered = showing.next_of(actor, row)
    criterion = criteria.find(row.criteria_edition, row.criterion) if row.criterion else None
    context = {
        "row": row,
        "now": now(),
        "is_major": is_major,
        "steps": showing.steps_of(row),
        "offered": offered,
        "blocks": [one for one in offered if one.locked and not one.is_role],
        "is_mine": any(not one.locked for one in offered),
        "more": showing.more_of(actor, row),
        "five": showing.five_of(row),
        "pictures": pictures,
        "others": others,
        "compared": showing.compared(pictures),
        "facts": showing.source_of(row, origins.of(actor, row)),
        "extensions": [(one, may_decide(actor, one)) for one in extensions],
        "entry": showing.entry_of(row),
        "criterion": criterion,
        "mark": MARKS[criterion.provenance] if criterion else "",
        "suggestions": judging.suggestions(row) if not is_major else [],
        "immunity": showing.immunity_of(row) if is_major else None,
        "flags": queries.open_flags_of(actor, row),
        "repeats": queries.repeats_of(actor, row),
        "alike": repeating.alike(actor, row) if row.repeat_of_id is None else [],
        "may_photo": ACTS["photo"].is_open(actor, row),
        "may_link": actor.may(FINDING_CONFIRM, row.scope_path, row.enterprise_id),
        "may_dismiss": actor.may(FLAG_DISMISS, row.scope_path, row.enterprise_id),
        "story": showing.story_of(history_of(actor, row)),
        "crumbs": [(_("Findings"), list_url()), (row.number, "")],
    }
    return render(request, "findings/show.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, pk: UUID, key: str) -> HttpResponse:
    """Do something to a finding: its form in the side panel or on a page of its own."""
    actor = _actor(request)
    found = ACTS.get(key)
    if found is None:
        raise NotYours()
    row = queries.finding_one(actor, pk)
    policy.require(actor, found.permission, None if found.anywhere else row)
    data = request.POST if request.method == "POST" else None
    form: Any = found.make(actor, row, data, request.FILES if data is not None else None)
    if data is not None and form.is_valid():
        try:
            with transaction.atomic():
                found.run(actor, row, form, request.FILES)
        except SAID as error:
            form.take(error)
        else:
            messages.success(request, _("Done."))
            return _done(request, url_of(row))
    return _form(request, form, str(found.label), url_of(row), row, upload=found.upload)


def _form(
    request: HttpRequest, form: Any, title: str, back: str, row: Any = None, **more: Any
) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "back": back,
        "row": row,
        "suggestions": judging.suggestions(row) if isinstance(form, forms.JudgeForm) else [],
        "crumbs": [(_("Findings"), list_url()), (row.number if row else title, back)],
        **more,
    }
    panel = _is_panel(request)
    status = 200 if panel or not form.is_bound else 422
    template = "findings/panel.html" if panel else "findings/form.html"
    return render(request, template, context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Report a finding; `?unit=` and `?equipment=` say where, `?outside=` of which inspection."""
    actor = _actor(request)
    policy.require(actor, FINDING_REPORT)
    if actor.at_own_node_only:
        # Places and inspections of the plant are not theirs to choose from.
        return redirect("findings:employee")
    outside = request.GET.get("outside")
    inspection = queries.outside_one(actor, outside) if outside else None
    enterprise = inspection.enterprise_id if inspection else _enterprise(request)
    start: dict[str, Any] = {
        "unit": request.GET.get("unit"),
        "source": Source.DAILY,
        "channel": Channel.SELF,
        "discipline": 8,
        "treatment": Treatment.DEADLINE,
    }
    if inspection is not None:
        start |= {
            "channel": inspection.channel,
            "inspected_on": inspection.ended_on,
            "inspection_ref": inspection.document,
        }
    data = request.POST if request.method == "POST" else None
    form = forms.ReportForm(actor, enterprise, data, request.FILES if data else None, **start)
    if data is not None and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            row = _entered(actor, enterprise, given)
        except SAID as error:
            form.take(error)
        else:
            messages.success(request, _("Reported as %(number)s.") % {"number": row.number})
            return _done(request, url_of(row))
    return _form(request, form, _("Report a finding"), list_url(), upload=True)


def _entered(actor: Actor, enterprise: UUID, given: dict[str, Any]) -> Finding:
    """Report with the photos of a form."""
    shown = [
        (given.pop("photo", None), PhotoRole.BEFORE),
        (given.pop("after_photo", None), PhotoRole.AFTER),
    ]
    unit = given.pop("unit", None)
    if given.get("channel") == Channel.EMPLOYEE:
        given.setdefault("source", Source.OTHER)
    what = reporting.Report(unit_id=unit.pk if unit else None, **given)
    photos = [(upload, role) for upload, role in shown if upload]
    return evidence.report(actor, enterprise, what, photos)


@login_required
@require_http_methods(["GET", "POST"])
def employee_report(request: HttpRequest) -> HttpResponse:
    """The short report of an employee, anonymous if wished."""
    actor = _actor(request)
    policy.require(actor, FINDING_REPORT)
    enterprise = _enterprise(request)
    data = request.POST if request.method == "POST" else None
    form = forms.EmployeeReportForm(data, request.FILES if data else None)
    if data is not None and form.is_valid():
        given = {**form.cleaned_data, "channel": Channel.EMPLOYEE, "source": Source.OTHER}
        given["discipline"] = judging.trade_of(given["title"]) or 8
        try:
            row = _entered(actor, enterprise, given)
        except SAID as error:
            form.take(error)
        else:
            text = _("Thank you. It was taken in as %(number)s.") % {"number": row.number}
            # Without a name the number is all that is left to ask by: it stays until closed.
            messages.success(request, text, extra_tags="stays")
            return _done(request, reverse("findings:employee"))
    told = queries.own_reports(actor) if actor.at_own_node_only else []
    states = [(one, FindingState(one.state)) for one in told]
    own = [(one, at.label, ICONS.get(at, ""), TONES.get(at, "idle")) for one, at in states]
    return _form(
        request, form, _("Report a hazard"), list_url(), submit=_("Send in"), upload=True, own=own
    )


def _enterprise(request: HttpRequest) -> UUID:
    """Return the enterprise a report is for. Raises NotYours."""
    from anlan.base.actors.queries import organisation_one

    actor = _actor(request)
    if actor.at_own_node_only and actor.own_enterprise_id:
        return actor.own_enterprise_id
    wanted = request.GET.get("enterprise") or actor.own_enterprise_id
    if not wanted:
        raise NotYours()
    found: UUID = organisation_one(actor, wanted).pk
    return found


@login_required
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, pk: UUID, verdict: str) -> HttpResponse:
    """Grant or refuse more time."""
    actor = _actor(request)
    asked = queries.extension_one(actor, pk)
    if verdict not in ("grant", "refuse"):
        raise NotYours()
    policy.require(actor, FINDING_EXTEND, asked)
    granting = verdict == "grant"
    data = request.POST if request.method == "POST" else None
    form = forms.ActForm(data) if granting else forms.ReasonForm(data)
    if data is not None and form.is_valid():
        try:
            if granting:
                extending.grant(actor, asked.pk)
            else:
                extending.refuse(actor, asked.pk, form.cleaned_data["reason"])
        except SAID as error:
            form.take(error)
        else:
            messages.success(request, _("Done."))
            return _done(request, url_of(asked.finding))
    title = _("Grant more time") if granting else _("Refuse more time")
    return _form(request, form, title, url_of(asked.finding), asked.finding, asked=asked)


@login_required
@require_POST
def link(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Link a finding with the earlier one it repeats."""
    actor = _actor(request)
    row = queries.finding_one(actor, pk)
    repeating.link(actor, row.pk, request.POST.get("earlier", ""))  # type: ignore[arg-type]
    messages.success(request, _("Linked as a repetition."))
    return _done(request, url_of(row))


@login_required
@require_POST
def confirm_many(request: HttpRequest) -> HttpResponse:
    """Confirm several reports with one plan; each one that cannot be is named."""
    actor = _actor(request)
    policy.require(actor, FINDING_CONFIRM)
    ids = [part for part in request.POST.get("ids", "").split(",") if part][:200]
    rows = queries.by_ids(actor, _uuids(ids))
    if not rows:
        raise NotYours()
    form = forms.BulkConfirmForm(rows[0], request.POST)
    if not form.is_valid():
        return _many(request, rows, form)
    plan, failed, done = form.plan(), [], 0
    for row in rows:
        try:
            treating.confirm(actor, row.pk, plan)
            done += 1
        except AnlanError as error:
            failed.append(f"{row.number}: {error.message()}")
    if done:
        text = ngettext("%(n)s finding confirmed.", "%(n)s findings confirmed.", done)
        messages.success(request, text % {"n": done})
    for text in failed[:10]:
        messages.error(request, text)
    return HttpResponseRedirect(list_url())


def _many(request: HttpRequest, rows: Any, form: Any) -> HttpResponse:
    context = {
        "rows": rows,
        "ids": ",".join(str(row.pk) for row in rows),
        "one_enterprise": True,
        "form": form,
        "back": list_url(),
    }
    return render(request, "findings/bulk_confirm.html", context, status=422)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _uuids(texts: list[str]) -> list[UUID]:
    try:
        return [UUID(text) for text in texts]
    except ValueError as error:
        raise NotYours() from error


MOST_OTHERS = 20


@login_required
@require_http_methods(["GET", "POST"])
def flag(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a flag with what is behind it; dismiss it with a reason."""
    actor = _actor(request)
    row = queries.flag_one(actor, pk)
    policy.require(actor, FLAG_DISMISS, row)
    data = request.POST if request.method == "POST" else None
    form = forms.ReasonForm(data)
    if data is not None and form.is_valid():
        try:
            flagging.dismiss(actor, row.pk, form.cleaned_data["reason"])
        except SAID as error:
            form.take(error)
        else:
            messages.success(request, _("Done."))
            return _done(request, reverse("findings:flags"))
    given = row.evidence.get("rows", [])[:MOST_OTHERS]
    others = [other for text in given if (other := _uuid(text))]
    known = flagged.subjects(actor, [row.subject_id, *others])
    kind = flagged.KINDS.get(row.code, row.code)
    context = {
        "flag": row,
        "form": form,
        "kind": kind,
        "subject": known.get(row.subject_id),
        "others": [known[pk] for pk in others if pk in known],
        "n_more": len(row.evidence.get("rows", [])) - MOST_OTHERS,
        "criterion": row.evidence.get("criterion", ""),
        "crumbs": [(_("Doubtful entries"), reverse("findings:flags")), (kind, "")],
    }
    return render(request, "findings/flag.html", context, status=422 if form.errors else 200)
