"""The operator's console: the live list, an alarm at hand, and what is done about it."""

import datetime as dt
import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.clock import now
from anlan.base.errors import BadInput, Forbidden, NotYours, Refused
from anlan.modules.findings.policy import FINDING_REPORT
from anlan.modules.monitoring.choices import GAS_KINDS, Priority, Shown
from anlan.modules.monitoring.policy import ALARM_ACKNOWLEDGE, ALARM_SHELVE
from anlan.modules.monitoring.queries import alarms as queries
from anlan.modules.monitoring.queries import courses, overview, voting
from anlan.modules.monitoring.services import alarms_acts, alarms_findings
from anlan.modules.monitoring.ui import alarms_forms, alarms_showing, voting_words
from anlan.modules.monitoring.ui import course as course_drawing
from anlan.telemetry import client

SAID = (BadInput, Refused, Forbidden)
MOST = 200
RETURNED = 12
MOST_UNITS = 40
STANDS_STILL = dt.timedelta(minutes=2)
COURSES = (
    (1800, gettext_lazy("30 min")),
    (7200, gettext_lazy("2 hours")),
    (86_400, gettext_lazy("24 hours")),
)
TEXTS = (
    ("alarm-sound-on", gettext_lazy("Sound is on")),
    ("alarm-sound-off", gettext_lazy("Sound is off")),
    ("alarm-chosen", gettext_lazy("{n} chosen")),
    ("age-s", gettext_lazy("{n} s")),
    ("age-ms", gettext_lazy("{n} min {s} s")),
    ("age-m", gettext_lazy("{n} min")),
    ("age-hm", gettext_lazy("{n} h {m} min")),
    ("age-d", gettext_lazy("{n} d")),
)


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


def _wanted(request: HttpRequest) -> queries.Wanted:
    given = request.GET
    level = given.get("priority", "")
    shown, order = given.get("shown", ""), given.get("order", "")
    return queries.Wanted(
        shown=shown if shown in queries.SETS else "standing",
        priority=int(level) if level in {"1", "2", "3", "4"} else None,
        unit=alarms_showing.unit_of(given.get("unit", "")),
        order=order if order in queries.ORDERS else "priority",
    )


def _address(wanted: queries.Wanted, **changes: Any) -> str:
    values = {
        "shown": "" if wanted.shown == "standing" else wanted.shown,
        "priority": wanted.priority or "",
        "unit": wanted.unit or "",
        "order": "" if wanted.order == "priority" else wanted.order,
    } | changes
    query = "&".join(f"{name}={value}" for name, value in values.items() if value)
    return f"?{query}" if query else "?"


def _list(request: HttpRequest) -> dict[str, Any]:
    actor, wanted = _actor(request), _wanted(request)
    found = list(queries.listed(actor, wanted)[: MOST + 1])
    moment = now()
    n_returned, returned = queries.returned_today(actor, moment, wanted.unit)
    judged_at = queries.judged_at()
    counts = queries.counts(actor, wanted.unit)
    sets = (
        ("standing", pgettext("alarms", "Active"), ""),
        ("unacknowledged", pgettext("alarm", "Unacknowledged"), "unacknowledged"),
        ("masked", _("Suppressed"), "masked"),
    )
    return {
        "wanted": wanted,
        "rows": alarms_showing.rows(actor, found[:MOST], moment),
        "has_more": len(found) > MOST,
        "most": MOST,
        "counts": counts,
        "sets": [
            (label, counts[key], _address(wanted, shown=value), wanted.shown == key)
            for key, label, value in sets
        ],
        "levels": [
            (
                level,
                level.label,
                counts[f"priority_{level}"],
                _address(wanted, priority="" if wanted.priority == level else int(level)),
                wanted.priority == level,
            )
            for level in Priority
        ],
        "n_returned": n_returned,
        "returned": alarms_showing.returned(returned, RETURNED),
        "stood_still": judged_at if judged_at and moment - judged_at > STANDS_STILL else None,
        "rows_url": reverse("monitoring:alarms_rows") + _address(wanted),
        "orders": [
            (_("By priority"), _address(wanted, order=""), wanted.order == "priority"),
            (_("Newest first"), _address(wanted, order="age"), wanted.order == "age"),
            (_("Oldest first"), _address(wanted, order="oldest"), wanted.order == "oldest"),
        ],
        "may_acknowledge": actor.may(ALARM_ACKNOWLEDGE),
        "may_shelve": actor.may(ALARM_SHELVE),
        "now": moment,
        "is_everywhere": actor.only_enterprise_id is None,
        "own": actor.own_enterprise_id,
    }


@login_required
@require_GET
def console(request: HttpRequest) -> HttpResponse:
    """Show what stands, the most urgent first; `shown`, `priority`, `unit`, `order` narrow it."""
    wanted = _wanted(request)
    units = list(queries.units_with_points(_actor(request))[: MOST_UNITS + 1])
    if len(units) > MOST_UNITS:
        units = []  # a city's units are no row of tabs, and some of them would mislead
    context = _list(request)
    if context["rows"]:
        # On a wide screen the most urgent one lies open at once; a narrow one leaves it out.
        context |= _one(request, context["rows"][0].rule.pk)
    context |= {
        "units": [(one, _address(wanted, unit=one.pk), wanted.unit == one.pk) for one in units],
        "all_units": _address(wanted, unit=""),
        "texts": TEXTS,
    }
    return render(request, "monitoring/alarms.html", context)


@login_required
@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """The list alone, for a page that heard of a change."""
    return render(request, "monitoring/_alarm_rows.html", _list(request) | {"is_part": True})


@login_required
@require_GET
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one alarm: what it means, what to do, what was done."""
    context = _one(request, pk)
    context["crumbs"] = [(_("Alarms"), reverse("monitoring:alarms")), (str(context["rule"]), "")]
    is_part = getattr(request, "htmx", False)
    template = "monitoring/_alarm.html" if is_part else "monitoring/alarm.html"
    return render(request, template, context)


def _one(request: HttpRequest, pk: UUID) -> dict[str, Any]:
    actor = _actor(request)
    rule = queries.rule_one(actor, pk)
    state = queries.state_of(actor, rule)
    moment = now()
    group, is_told = None, True
    if rule.point.kind in GAS_KINDS:
        group, is_told = voting.of_point(actor, rule.point_id)
    return {
        "rule": rule,
        "state": state,
        "vote": voting_words.shown(group, rule.point_id) if group else None,
        "is_told": is_told,
        "shown": f"alarms.{state.shown if state else Shown.NORMAL}",
        "value": alarms_showing.value_words(rule, state.value if state else None),
        "limit": alarms_showing.limit_words(rule),
        "old_s": overview.old_after(rule.point),
        "facts": alarms_showing.facts(rule),
        "story": alarms_showing.story(rule, queries.story(actor, rule)),
        "acts": alarms_showing.acts(
            actor, rule, state, alarms_acts.is_asked(actor, rule.pk, moment)
        ),
        "n_day": queries.raised_since(actor, rule, moment - dt.timedelta(days=1)),
        "n_month": queries.raised_since(actor, rule, moment - dt.timedelta(days=30)),
        "findings": queries.findings_of(actor, rule),
        "may_report": actor.may(FINDING_REPORT),
    }


@login_required
@require_GET
def course(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Draw the value behind an alarm over the last `span` seconds, and where it is heading."""
    actor = _actor(request)
    rule = queries.rule_one(actor, pk)
    given, moment = request.GET.get("span", ""), now()
    span = int(given) if given in {str(seconds) for seconds, _word in COURSES} else COURSES[1][0]
    start = moment - dt.timedelta(seconds=span)
    context: dict[str, Any] = {"rule": rule, "span": span, "spans": COURSES}
    try:
        told = courses.course(actor, rule, start, moment)
    except client.NoHistorian:
        context["is_away"] = True
    else:
        state = queries.state_of(actor, rule)
        context["picture"] = course_drawing.picture(rule, state, told, start, moment)
        context["words"] = course_drawing.words(rule, told, moment)
    return render(request, "monitoring/_course.html", context)


def _back(request: HttpRequest, words: str) -> HttpResponse:
    """Say what was done; the list hears of it by itself, a page without scripts is led back."""
    if getattr(request, "htmx", False):
        response = HttpResponse(status=204)
        response["HX-Trigger"] = json.dumps(
            {"an:say": {"text": words, "tone": "done"}, "an:close": {}, "an:alarms": {}}
        )
        return response
    messages.success(request, words)
    return HttpResponseRedirect(reverse("monitoring:alarms"))


def _refused(request: HttpRequest, error: Exception) -> HttpResponse:
    text = f"{error.message()} {error.remedy_text()}".strip()  # type: ignore[attr-defined]
    if getattr(request, "htmx", False):
        response = HttpResponse(status=204)
        response["HX-Trigger"] = json.dumps({"an:say": {"text": text, "tone": "error"}})
        return response
    messages.error(request, text)
    return HttpResponseRedirect(reverse("monitoring:alarms"))


@login_required
@require_POST
def acknowledge(request: HttpRequest) -> HttpResponse:
    """Acknowledge the chosen alarms with one comment for all, or `one` alone: what is chosen and
    typed besides belongs to the others."""
    one = request.POST.get("one", "")
    chosen = [one] if one else request.POST.getlist("rule")
    comment = "" if one else request.POST.get("comment", "")
    try:
        done = alarms_acts.acknowledge(_actor(request), chosen, comment)
    except SAID as error:
        return _refused(request, error)
    words = ngettext("%(n)s alarm acknowledged.", "%(n)s alarms acknowledged.", done.moved)
    return _back(request, words % {"n": done.moved})


@login_required
@require_http_methods(["GET", "POST"])
def act(request: HttpRequest, pk: UUID, key: str) -> HttpResponse:
    """Do something to an alarm: its form in the dialog or on a page of its own."""
    actor = _actor(request)
    found = alarms_forms.ACTS.get(key)
    if found is None:
        raise NotYours()
    rule = queries.rule_one(actor, pk)
    form = found.form(rule, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            found.run(actor, rule, form.cleaned_data)
        except SAID as error:
            if not form.fields:
                return _refused(request, error)
            form.add_error(None, f"{error.message()} {error.remedy_text()}".strip())
        else:
            return _back(request, str(found.done))
    is_part = getattr(request, "htmx", False)
    context = {
        "form": form,
        "title": found.label,
        "rule": rule,
        "action": reverse("monitoring:alarm_act", args=[rule.pk, key]),
        "note": found.note(rule),
        "back": reverse("monitoring:alarm", args=[rule.pk]),
        "crumbs": [(_("Alarms"), reverse("monitoring:alarms")), (str(rule), "")],
    }
    template = "monitoring/_alarm_form.html" if is_part else "monitoring/alarm_form.html"
    # The dialog shows what a 200 brings; a page of its own says that it was not taken.
    return render(request, template, context, status=422 if form.errors and not is_part else 200)


@login_required
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make a finding of an alarm."""
    actor = _actor(request)
    rule = queries.rule_one(actor, pk)
    start = alarms_showing.finding_start(rule, queries.state_of(actor, rule))
    form = alarms_forms.FindingForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            finding = alarms_findings.report_alarm(actor, rule, **form.cleaned_data)
        except SAID as error:
            form.add_error(None, f"{error.message()} {error.remedy_text()}".strip())
        else:
            url = reverse("findings:show", args=[finding.pk])
            if getattr(request, "htmx", False):
                return HttpResponse(status=204, headers={"HX-Redirect": url})
            return HttpResponseRedirect(url)
    is_part = getattr(request, "htmx", False)
    context = {
        "form": form,
        "title": _("Make a finding of this alarm"),
        "rule": rule,
        "action": reverse("monitoring:alarm_finding", args=[rule.pk]),
        "note": "",
        "back": reverse("monitoring:alarm", args=[rule.pk]),
        "crumbs": [(_("Alarms"), reverse("monitoring:alarms")), (str(rule), "")],
    }
    template = "monitoring/_alarm_form.html" if is_part else "monitoring/alarm_form.html"
    return render(request, template, context, status=422 if form.errors and not is_part else 200)
