"""Pages of video events."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from anlan.modules.findings.policy import FINDING_REPORT
from anlan.modules.monitoring.models import VideoEvent
from anlan.modules.monitoring.queries import video as queries
from anlan.modules.monitoring.services import video
from anlan.modules.monitoring.ui.alarms_forms import FindingForm
from anlan.modules.monitoring.ui.alarms_lists import second_words
from anlan.modules.monitoring.ui.record_pages import SAID, actor_of
from anlan.modules.monitoring.ui.system_lists import device_url
from anlan.modules.monitoring.ui.video_lists import event_url
from anlan.modules.registry.ui.addresses import enterprise_address


def _crumbs(event: VideoEvent) -> list[tuple[str, str]]:
    return [
        (event.enterprise.name, enterprise_address(event.enterprise_id)),
        (str(event.device), device_url(event.device)),
        (str(event.get_kind_display()), ""),
    ]


@login_required
@require_GET
def show(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one event of a camera."""
    actor = actor_of(request)
    event = queries.event_one(actor, pk)
    context = {
        "event": event,
        "at": second_words(event.at),
        "until": second_words(event.until),
        "received": second_words(event.created_at),
        "certainty": "" if event.confidence is None else f"{event.confidence:.0%}",
        "findings": queries.findings_of(actor, event),
        "may_report": actor.may(FINDING_REPORT),
        "crumbs": _crumbs(event),
    }
    return render(request, "monitoring/video_event.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make a finding of an event."""
    actor = actor_of(request)
    event = queries.event_one(actor, pk)
    title = f"{event.device} {event.get_kind_display()}"
    description = _("Seen by the camera at %(at)s. %(text)s") % {
        "at": second_words(event.at),
        "text": event.text,
    }
    start = {"title": title[:200], "description": description.strip()}
    form = FindingForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            finding = video.report_event(actor, event, **form.cleaned_data)
        except SAID as error:
            form.add_error(None, f"{error.message()} {error.remedy_text()}".strip())
        else:
            return HttpResponseRedirect(reverse("findings:show", args=[finding.pk]))
    context = {
        "form": form,
        "title": _("Make a finding of this event"),
        "action": reverse("monitoring:video_finding", args=[event.pk]),
        "note": "",
        "back": event_url(event),
        "crumbs": [*_crumbs(event)[:2], (str(event.get_kind_display()), event_url(event))],
    }
    status = 422 if form.errors else 200
    return render(request, "monitoring/alarm_form.html", context, status=status)
