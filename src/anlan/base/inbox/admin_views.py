"""Pages of administrators: channels, deliveries, held runs."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.actors import policy
from anlan.base.errors import BadInput, NotYours
from anlan.base.inbox import queries, services
from anlan.base.inbox.channels import CHANNELS
from anlan.base.inbox.forms import ChannelForm
from anlan.base.inbox.models import Channel, DeliveryState
from anlan.base.inbox.policy import DECIDE_RUNS, MANAGE_CHANNELS
from anlan.base.inbox.views import PER_PAGE, pages_of


@require_GET
@login_required
def channels(request: HttpRequest) -> HttpResponse:
    """Channels of the organisations below me, and the kinds there are."""
    actor = request.actor  # type: ignore[attr-defined]
    policy.require(actor, MANAGE_CHANNELS)
    rows = [{"channel": row, "kind": CHANNELS[row.kind]} for row in queries.channels(actor)[:500]]
    context = {"rows": rows, "kinds": CHANNELS.values(), "tabs": tabs("channels")}
    return render(request, "inbox/channels.html", context)


def tabs(current: str) -> list[dict[str, object]]:
    """Return the tabs of the administrators' pages."""
    words = {"channels": _("Channels"), "deliveries": _("Sent messages"), "held": _("Held back")}
    urls = {"channels": "/inbox/channels/", "deliveries": "/inbox/deliveries/",
            "held": "/inbox/held/"}  # fmt: skip
    return [
        {"label": words[key], "url": urls[key], "current": key == current, "n": ""} for key in words
    ]


@require_http_methods(["GET", "POST"])
@login_required
def channel_new(request: HttpRequest, kind: str) -> HttpResponse:
    """Set up a channel for the organisation of my first post that may."""
    actor = request.actor  # type: ignore[attr-defined]
    policy.require(actor, MANAGE_CHANNELS)
    if kind not in CHANNELS:
        raise NotYours()
    home = next(post for post in actor.posts if actor.may(MANAGE_CHANNELS, post.path))
    return _channel_form(request, kind, None, home.organisation_id)


@require_http_methods(["GET", "POST"])
@login_required
def channel_edit(request: HttpRequest, channel_id: UUID) -> HttpResponse:
    """Change a channel."""
    actor = request.actor  # type: ignore[attr-defined]
    channel = queries.channel(actor, channel_id)
    policy.require(actor, MANAGE_CHANNELS, channel)
    return _channel_form(request, channel.kind, channel, None)


def _channel_form(
    request: HttpRequest, kind: str, channel: Channel | None, organisation_id: UUID | None
) -> HttpResponse:
    form = ChannelForm(request.POST or None, kind=kind, channel=channel)
    if request.method == "POST" and form.is_valid():
        try:
            saved = services.channel_save(
                request.actor,  # type: ignore[attr-defined]
                channel.pk if channel else None,
                organisation_id=organisation_id,
                kind=kind,
                name=form.cleaned_data["name"],
                is_active=form.cleaned_data["is_active"],
                values=form.values(),
            )
        except BadInput as problem:
            for name, texts in problem.by_field().items():
                form.add_error(name if name in form.fields else f"set-{name}", texts)
        else:
            messages.success(request, _("Saved. Send a test to see whether it works."))
            return redirect("inbox:channel", saved.pk)
    context = {
        "form": form, "channel": channel, "kind": CHANNELS[kind], "tabs": tabs("channels")
    }  # fmt: skip
    return render(request, "inbox/channel.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def channel_test(request: HttpRequest, channel_id: UUID) -> HttpResponse:
    """Send me a test message now."""
    delivery = services.channel_test(request.actor, channel_id)  # type: ignore[attr-defined]
    if delivery.state == DeliveryState.SENT:
        messages.success(request, _("The test message was sent."))
    else:
        messages.error(request, _("Not sent: %(error)s") % {"error": delivery.error})
    return redirect("inbox:channel", channel_id)


@require_GET
@login_required
def deliveries(request: HttpRequest) -> HttpResponse:
    """What was sent through my channels, and what failed."""
    actor = request.actor  # type: ignore[attr-defined]
    policy.require(actor, MANAGE_CHANNELS)
    rows = queries.deliveries(actor)
    state = request.GET.get("state", "")
    if state in DeliveryState.values:
        rows = rows.filter(state=state)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "pager": pages_of(request, page),
        "tabs": tabs("deliveries"),
        "states": [
            {"label": label, "url": f"?state={value}", "current": value == state}
            for value, label in DeliveryState.choices
        ],
        "state": dict(DeliveryState.choices).get(state, ""),
    }
    return render(request, "inbox/deliveries.html", context)


@require_GET
@login_required
def held(request: HttpRequest) -> HttpResponse:
    """Runs that would have sent too much."""
    actor = request.actor  # type: ignore[attr-defined]
    policy.require(actor, DECIDE_RUNS)
    page = Paginator(
        queries.held_runs(actor).defer("drafts").select_related("decided_by"), PER_PAGE
    ).get_page(request.GET.get("page"))
    context = {"page": page, "pager": pages_of(request, page), "tabs": tabs("held")}
    return render(request, "inbox/held.html", context)


@require_POST
@login_required
def held_decide(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Let a held run go or drop it."""
    actor = request.actor  # type: ignore[attr-defined]
    if request.POST.get("decision") == "resume":
        services.run_resume(actor, run_id)
        messages.success(request, _("The messages are on their way."))
    else:
        services.run_drop(actor, run_id)
        messages.success(request, _("Dropped. Nobody was told."))
    return redirect("inbox:held")
