"""Pages of data sources: what they send, what was odd with it, their keys."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actors import policy as rights
from anlan.base.audit.queries import history_of
from anlan.base.clock import now
from anlan.base.errors import BadInput
from anlan.modules.monitoring import policy
from anlan.modules.monitoring.choices import SourceKind
from anlan.modules.monitoring.events import KEY_WORDS
from anlan.modules.monitoring.models import SourceToken
from anlan.modules.monitoring.queries import points as queries
from anlan.modules.monitoring.rules import source_health
from anlan.modules.monitoring.services import sources
from anlan.modules.monitoring.source_settings import SETTINGS, Setting, defaults
from anlan.modules.monitoring.ui import history
from anlan.modules.monitoring.ui.addresses import list_url, source_url
from anlan.modules.monitoring.ui.lists import HEALTH, HEALTH_ICONS, HEALTH_TONES
from anlan.modules.monitoring.ui.record_pages import (
    actor_of,
    form_page,
    owner_of,
    removed,
    saved,
)
from anlan.modules.registry.ui.addresses import enterprise_address
from anlan.modules.registry.ui.forms import RecordForm
from anlan.modules.registry.ui.kinds import Group

ODDITIES = (
    ("late", gettext_lazy("late"), gettext_lazy("older than what was judged already")),
    ("repeated", gettext_lazy("sent twice"), gettext_lazy("same tag and time; counted once")),
    ("not_a_number", gettext_lazy("not a number"), gettext_lazy("kept with bad quality")),
    ("bad_quality", gettext_lazy("bad quality"), gettext_lazy("as the source itself says")),
    ("unknown", gettext_lazy("unknown tags"), gettext_lazy("no point has this address")),
    ("over_range", gettext_lazy("outside the range"), gettext_lazy("of the instrument")),
    ("clock_wrong", gettext_lazy("wrong clock"), gettext_lazy("far ahead of or behind ours")),
)
"""Keys of the counters that the telemetry processes write, with their words."""


@login_required
@require_GET
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a source: rate, lag, gaps, oddities, last error, keys, settings."""
    actor, moment = actor_of(request), now()
    row = queries.sources(actor).one(pk)
    health = source_health(row, moment)
    counters = row.counters or {}
    tokens = SourceToken.objects.for_actor(actor).filter(source=row.pk).order_by("-created_at")
    context = {
        "row": row,
        "now": moment,
        "health": {"word": dict(HEALTH)[health], "icon": HEALTH_ICONS[health],
                   "tone": HEALTH_TONES[health]},
        "rate": counters.get("rate_per_s"),
        "lag": counters.get("lag_s"),
        "samples": counters.get("samples"),
        "oddities": [(word, note, counters.get(key, 0)) for key, word, note in ODDITIES],
        "line": history.line_of(actor, row, moment),
        "tokens": [
            (one, _token_state(one, moment),
             pgettext("list", "; ").join(str(KEY_WORDS.get(name, name)) for name in one.scopes))
            for one in tokens[:20]
        ],
        "settings": [(one.label, _shown(one, row.settings.get(one.key)))
                     for one in SETTINGS.get(row.kind, ())],
        "send_to": _door(request) if row.kind in (SourceKind.HTTP, SourceKind.SIMULATOR) else "",
        "video_to": request.build_absolute_uri(reverse("api:video_event_take"))
                    if row.kind == SourceKind.VIDEO else "",
        "history": history_of(actor, row),
        "may_edit": actor.may(policy.SOURCE_EDIT, row.scope_path, row.enterprise_id),
        "may_token": actor.may(policy.SOURCE_TOKEN, row.scope_path, row.enterprise_id),
        "crumbs": [
            (row.enterprise.name, enterprise_address(row.enterprise_id)),
            (_("Data sources"), list_url("sources", enterprise=row.enterprise_id)),
            (str(row), ""),
        ],
    }  # fmt: skip
    return render(request, "monitoring/source.html", context)


def _door(request: HttpRequest) -> str:
    """Return where values are taken in, on the machine that this page came from."""
    host = urlsplit(f"//{request.get_host()}").hostname or "localhost"
    near = f"[{host}]" if ":" in host else host
    return f"http://{near}:{settings.DOOR_PORT}/ingest/"


def _token_state(token: SourceToken, moment: Any) -> str:
    if token.revoked_at:
        return "revoked"
    return "expired" if token.expires_at <= moment else "valid"


def _shown(one: Setting, value: Any) -> str:
    if value in (None, "", []):
        return ""
    if one.kind == "choice":
        return str(dict(one.choices).get(value, value))
    return "\n".join(value) if isinstance(value, list) else f"{value}"


def _field(one: Setting) -> forms.Field:
    more: dict[str, Any] = {"label": one.label, "required": one.required, "help_text": one.help}
    if one.kind == "choice":
        return forms.ChoiceField(choices=one.choices, **more)
    if one.kind == "number":
        return forms.FloatField(widget=forms.TextInput(attrs={"inputmode": "decimal"}), **more)
    if one.kind == "lines":
        return _Lines(**more)
    return forms.CharField(max_length=300, **more)


class _Lines(forms.CharField):
    widget = forms.Textarea(attrs={"rows": 8, "class": "an-input an-mono"})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]


def source_form(kind: str, data: Any = None, row: Any = None) -> RecordForm:
    """Return the form of a source of one kind."""
    own = SETTINGS.get(kind, ())
    fields: dict[str, forms.Field] = {
        "name": forms.CharField(label=gettext_lazy("Name"), max_length=80),
        "enabled": forms.BooleanField(
            label=gettext_lazy("Enabled"), required=False,
            help_text=gettext_lazy("Switched off, what it sends is refused."),
        ),
        **{one.key: _field(one) for one in own},
        "note": forms.CharField(
            label=gettext_lazy("Remarks"), required=False, max_length=2000,
            widget=forms.Textarea(attrs={"rows": 3}),
        ),
    }  # fmt: skip
    groups = (
        Group(pgettext_lazy("monitoring", "Source"), ("name", "enabled")),
        Group(SourceKind(kind).label, tuple(one.key for one in own)),
        Group(gettext_lazy("Remarks"), ("note",)),
    )
    start: dict[str, Any] = {"enabled": True, **defaults(kind)}
    if row is not None:
        start = {**start, **row.settings, "name": row.name, "enabled": row.enabled,
                 "note": row.note, "version": row.version}  # fmt: skip
    made = type("Form", (RecordForm,), {**fields, "groups": groups})
    form: RecordForm = made(data, initial=start)
    return form


def _values(form: RecordForm, kind: str) -> dict[str, Any]:
    given = form.values()
    own = {one.key: given.pop(one.key) for one in SETTINGS.get(kind, ())}
    whole = {key: int(value) if isinstance(value, float) and value.is_integer() else value
             for key, value in own.items() if value not in (None, "", [])}  # fmt: skip
    return {**given, "kind": kind, "settings": whole}


@login_required
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Enter a source; `?kind=` says which, else the kinds are offered."""
    actor, enterprise = actor_of(request), owner_of(request, policy.SOURCE_EDIT)
    kind = request.GET.get("kind", "")
    crumbs = [
        (enterprise.name, enterprise_address(enterprise.pk)),
        (_("Data sources"), list_url("sources")),
        (_("Add a source"), ""),
    ]
    if kind not in SETTINGS:
        context = {"kinds": KIND_CARDS, "crumbs": crumbs, "enterprise": enterprise}
        return render(request, "monitoring/source_kinds.html", context)
    form = source_form(kind, request.POST or None)
    row = saved(
        request,
        form,
        lambda: sources.source_create(actor, {**_values(form, kind), "enterprise": enterprise.pk}),
        _("Saved. Issue a key next, with which it sends."),
    )
    if row is not None:
        return HttpResponseRedirect(source_url(row))
    title = _("Add a source: %(kind)s") % {"kind": SourceKind(kind).label}
    return form_page(request, form, title, crumbs, reverse("monitoring:sources_new"))


KIND_CARDS = (
    ("http", "cloud-upload", SourceKind.HTTP.label,
     gettext_lazy("A program posts Arrow or JSON with a key. The quickest way.")),
    ("mqtt", "broadcast", SourceKind.MQTT.label,
     gettext_lazy("Gateways and instruments that publish topics; JSON or Sparkplug B.")),
    ("opc_ua", "server", SourceKind.OPC_UA.label,
     gettext_lazy("The collector subscribes at a control system and sends on.")),
    ("modbus", "cpu", SourceKind.MODBUS.label,
     gettext_lazy("The collector polls registers of controllers and gas panels.")),
    ("file", "file-text", SourceKind.FILE.label,
     gettext_lazy("Records of the past as CSV or Parquet, from a folder.")),
    ("video", "video", SourceKind.VIDEO.label,
     gettext_lazy("Its platform posts what cameras saw: smoke, an empty post, intrusion.")),
    ("simulator", "wave-sine", SourceKind.SIMULATOR.label,
     gettext_lazy("The demonstration plant, for trying and training.")),
)  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a source's settings."""
    actor = actor_of(request)
    row = queries.sources(actor).one(pk)
    rights.require(actor, policy.SOURCE_EDIT, row)
    form = source_form(row.kind, request.POST or None, row)
    if saved(
        request, form, lambda: sources.source_update(actor, pk, _values(form, row.kind), form.seen)
    ):
        return HttpResponseRedirect(source_url(row))
    crumbs = [(_("Data sources"), list_url("sources")), (str(row), source_url(row))]
    title = _("Edit %(name)s") % {"name": row}
    return form_page(request, form, title, crumbs, source_url(row))


@login_required
@require_POST
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a source out of the lists; its keys end at once."""
    row = queries.sources(actor_of(request)).one(pk)
    return removed(request, sources.source_remove, row, list_url("sources"), source_url(row))


@login_required
@never_cache
@require_POST
def token_issue(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make a key and show it this once."""
    actor = actor_of(request)
    row = queries.sources(actor).one(pk)
    given = request.POST
    try:
        days = int(given.get("days", "365"))
        _token, raw = sources.token_issue(
            actor, pk, scopes=given.getlist("scopes"), days=days, replaces="replaces" in given
        )
    except (BadInput, ValueError) as error:
        text = error.problems[0].text if isinstance(error, BadInput) else _("Give a whole number.")
        messages.error(request, str(text))
        return HttpResponseRedirect(source_url(row))
    context = {
        "title": _("Key of %(name)s") % {"name": row},
        "lead": _("Copy it now: it is shown this once and kept nowhere."),
        "link": raw,
        "back": source_url(row),
    }
    return render(request, "people/link.html", context)


@login_required
@require_POST
def token_revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End a key at once."""
    actor = actor_of(request)
    token = sources.token_revoke(actor, pk)
    messages.success(request, _("Key revoked."))
    return HttpResponseRedirect(source_url(token.source))
