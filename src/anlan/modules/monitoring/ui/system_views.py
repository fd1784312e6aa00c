"""Pages of the four systems and their devices."""

from collections import defaultdict
from dataclasses import replace
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actors import policy as rights
from anlan.base.audit.queries import history_of
from anlan.base.clock import now, today
from anlan.base.errors import NotYours, Refused
from anlan.modules.monitoring import policy
from anlan.modules.monitoring.choices import FIRST_TEST, DeviceKind, DeviceTestKind, System
from anlan.modules.monitoring.models import SafetyDevice, SystemStatement
from anlan.modules.monitoring.queries import systems as queries
from anlan.modules.monitoring.queries import video, voting
from anlan.modules.monitoring.services import systems
from anlan.modules.monitoring.ui import camera_words, voting_words
from anlan.modules.monitoring.ui.record_pages import SAID, actor_of, form_page
from anlan.modules.monitoring.ui.system_lists import DEVICE, device_url
from anlan.modules.monitoring.ui.trend_views import duration
from anlan.modules.registry import queries as registry
from anlan.modules.registry.ui.addresses import enterprise_address
from anlan.modules.registry.ui.forms import RecordForm, kind_form
from anlan.modules.registry.ui.kinds import Group
from anlan.modules.registry.ui.record import facts_of

ICONS = {"gas": "flame", "shut_off": "player-stop", "video": "video", "lightning": "bolt"}
MOST = 200


def _enterprises(actor: Any, wanted: str) -> Any:
    rows = registry.enterprises(actor)
    if wanted:
        return rows.filter(pk=registry.enterprises(actor).one(wanted).pk)
    if actor.own_enterprise_id:
        return rows.filter(pk=actor.own_enterprise_id)
    # Those above look at who has something of these systems, not at every shop.
    stated = queries.devices(actor).order_by().values("enterprise")
    said = SystemStatement.objects.for_actor(actor).order_by().values("enterprise")
    return rows.filter(pk__in=stated.union(said).values_list("enterprise", flat=True))


@login_required
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Show the four systems: cards for one enterprise, a table for several."""
    actor = actor_of(request)
    found = _enterprises(actor, request.GET.get("enterprise", ""))
    named = list(found.order_by("name").values_list("pk", "name")[:MOST])
    places = queries.standings(actor, named)
    one = places[0] if len(places) == 1 and (actor.own_enterprise_id or request.GET) else None
    votes = voting.voted(actor, Q(enterprise__in=[pk for pk, _name in named]))
    groups: dict[UUID, list[voting.Group]] = defaultdict(list)
    for group in votes.groups:
        groups[group.enterprise_id].append(group)
    context = {
        "places": places,
        "one": one,
        "votes": [
            voting_words.shown(group)
            for group in voting_words.ordered(groups[one.pk] if one else [])
        ],
        "is_told": votes.is_told,
        "vote_counts": {pk: voting_words.counted(mine) for pk, mine in groups.items()},
        "icons": ICONS,
        "systems": [(system.value, system.label) for system in System],
        "may_edit": one is not None and _may(actor, one.pk),
        "kind_of": {"gas": "detector", "shut_off": "valve", "video": "camera",
                    "lightning": "lightning"},
        "now": now(),
    }  # fmt: skip
    return render(request, "monitoring/systems.html", context)


def _may(actor: Any, enterprise_id: UUID) -> bool:
    row = registry.enterprises(actor).one(enterprise_id)
    return bool(actor.may(policy.SYSTEM_EDIT, row.scope_path, row.pk))


class StatementForm(RecordForm):
    """Present, working, in service; if not, why and until when."""

    groups = (
        Group(
            gettext_lazy("What is the case"),
            ("present", "working", "in_service", "why_not", "put_right_by"),
        ),
    )
    present = forms.BooleanField(label=pgettext_lazy("system", "Present"), required=False)
    working = forms.BooleanField(label=pgettext_lazy("system", "Working"), required=False)
    in_service = forms.BooleanField(label=gettext_lazy("In service"), required=False)
    why_not = forms.CharField(
        label=gettext_lazy("Why not"), required=False, max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Needed while the system is not in service."),
    )  # fmt: skip
    put_right_by = forms.DateField(
        label=gettext_lazy("Put right by"), required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def state(request: HttpRequest, enterprise_id: UUID, system: str) -> HttpResponse:
    """State how a system of an enterprise stands."""
    actor = actor_of(request)
    enterprise = registry.enterprises(actor).one(enterprise_id)
    rights.require(actor, policy.SYSTEM_EDIT, enterprise)
    if system not in System.values:
        raise NotYours()
    stored = SystemStatement.objects.for_actor(actor).filter(
        enterprise=enterprise.pk, system=system
    )
    found = stored.first()
    names = ("present", "working", "in_service", "why_not", "put_right_by")
    start = {name: getattr(found, name) for name in names} if found else {}
    form = StatementForm(request.POST or None, initial=start)
    back = f"{reverse('monitoring:systems')}?enterprise={enterprise.pk}"
    if request.method == "POST" and form.is_valid():
        try:
            systems.system_state(actor, enterprise.pk, system, **form.values())
        except SAID as error:
            form.take(error)
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(back)
    crumbs = [(enterprise.name, enterprise_address(enterprise.pk)), (_("Safety systems"), back)]
    return form_page(
        request, form, System(system).label, [*crumbs, (System(system).label, "")], back
    )


# ---- devices ---------------------------------------------------------------------------------


class TestForm(forms.Form):
    """A test of a device."""

    kind = forms.ChoiceField(label=pgettext_lazy("device", "Test"), choices=DeviceTestKind.choices)
    done_on = forms.DateField(
        label=gettext_lazy("Done on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    passed = forms.BooleanField(
        label=pgettext_lazy("device", "Passed"), required=False, initial=True
    )
    measured = forms.FloatField(
        label=pgettext_lazy("device", "Measured"), required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip
    note = forms.CharField(
        label=gettext_lazy("Remarks"), required=False, max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, data: Any, row: SafetyDevice) -> None:
        start = {"kind": FIRST_TEST[DeviceKind(row.kind)], "done_on": today(), "passed": True}
        super().__init__(data, initial=start)
        if row.kind == DeviceKind.VALVE:
            self.fields["measured"].label = gettext_lazy("Stroke, s")
            if row.stroke_limit_s:
                limit = {"limit": f"{row.stroke_limit_s:g}"}
                self.fields["measured"].help_text = _("At most %(limit)s s.") % limit
        elif row.kind == DeviceKind.DETECTOR:
            self.fields["measured"].help_text = gettext_lazy("Reading of the test gas.")
        else:
            del self.fields["measured"]


_ONLY_OF = {
    "voting": DeviceKind.DETECTOR,
    "stroke_limit_s": DeviceKind.VALVE,
    "address": DeviceKind.CAMERA,
}


def _groups_of(row: SafetyDevice) -> tuple[Group, ...]:
    """Return what a device of this kind can have: a detector has no longest stroke."""
    return tuple(
        replace(one, fields=tuple(f for f in one.fields if _ONLY_OF.get(f, row.kind) == row.kind))
        for one in DEVICE.groups
    )


def _crumbs(row: Any, *more: tuple[str, str]) -> list[tuple[Any, str]]:
    listed = f"{reverse('monitoring:devices')}?enterprise={row.enterprise_id}"
    return [
        (row.enterprise.name, enterprise_address(row.enterprise_id)),
        (_("Safety devices"), listed),
        *more,
    ]


@login_required
@require_http_methods(["GET", "POST"])
def device_show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a device with its tests; a test is written down here."""
    actor = actor_of(request)
    row = queries.devices(actor).one(pk)
    may_test = actor.may(policy.SYSTEM_TEST, row.scope_path, row.enterprise_id)
    form = TestForm(request.POST or None, row)
    if request.method == "POST":
        rights.require(actor, policy.SYSTEM_TEST, row)
    if request.method == "POST" and form.is_valid():
        try:
            systems.device_test(actor, pk, **form.cleaned_data)
        except SAID as error:
            RecordForm.take(form, error)  # type: ignore[arg-type]
        else:
            messages.success(request, _("Written down."))
            return HttpResponseRedirect(device_url(row))
    line = camera_words.shown(row)
    group, is_told = voting.of_device(actor, row)
    context = {
        "row": row,
        "vote": voting_words.shown(group, row.pk) if group else None,
        "is_told": is_told,
        "now": now(),
        "line": line,
        "gone": duration(line.offline_for) if line and line.offline_for else "",
        "video_events": video.events_of(actor, row) if line else [],
        "duty": queries.duty_of(actor, row),
        "form": form if may_test else None,
        "tests": queries.tests_of(actor, row),
        "groups": facts_of(row, _groups_of(row)),
        "history": history_of(actor, row),
        "may_edit": actor.may(policy.SYSTEM_EDIT, row.scope_path, row.enterprise_id),
        "crumbs": _crumbs(row, (str(row), "")),
    }
    status = 422 if form.errors else 200
    return render(request, "monitoring/device.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def device_new(request: HttpRequest) -> HttpResponse:
    """Enter a device; `?enterprise=` says whose."""
    actor = actor_of(request)
    wanted = request.GET.get("enterprise") or actor.own_enterprise_id
    if not wanted:
        raise NotYours()
    enterprise = registry.enterprises(actor).one(wanted)
    rights.require(actor, policy.SYSTEM_EDIT, enterprise)
    form = kind_form(DEVICE, actor, enterprise.pk, request.POST or None)
    form.initial.update({"in_service": True, "kind": request.GET.get("kind", "")})
    if request.method == "POST" and form.is_valid():
        try:
            row = systems.device_create(actor, {**form.values(), "enterprise": enterprise.pk})
        except SAID as error:
            form.take(error)
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(device_url(row))
    crumbs = [
        (enterprise.name, enterprise_address(enterprise.pk)),
        (_("Safety devices"), reverse("monitoring:devices")),
        (DEVICE.new_title, ""),
    ]
    return form_page(request, form, DEVICE.new_title, crumbs, reverse("monitoring:devices"))


@login_required
@require_http_methods(["GET", "POST"])
def device_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a device."""
    actor = actor_of(request)
    row = queries.devices(actor).one(pk)
    rights.require(actor, policy.SYSTEM_EDIT, row)
    form = kind_form(DEVICE, actor, row.enterprise_id, request.POST or None, row)
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data["version"]
            systems.device_update(actor, pk, form.values(), expected_version=version)
        except SAID as error:
            form.take(error)
        else:
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(device_url(row))
    title = _("Edit %(name)s") % {"name": row}
    return form_page(
        request, form, title, _crumbs(row, (str(row), device_url(row))), device_url(row)
    )


@login_required
@require_POST
def device_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a device out of the lists."""
    actor = actor_of(request)
    row = queries.devices(actor).one(pk)
    try:
        systems.device_remove(actor, pk, reason=request.POST.get("reason", "")[:500])
    except Refused as error:
        messages.error(request, f"{error.message()} {error.remedy_text()}")
        return HttpResponseRedirect(device_url(row))
    messages.success(request, _("“%(name)s” was removed; its history stays.") % {"name": row})
    return HttpResponseRedirect(reverse("monitoring:devices"))
