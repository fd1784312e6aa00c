"""Pages of the inbox: home, notice centre, preferences."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.clock import now
from anlan.base.clock import today as this_day
from anlan.base.errors import BadInput
from anlan.base.inbox import queries, services, today
from anlan.base.inbox.forms import PreferenceForm
from anlan.base.inbox.models import NoticeState, Urgency

PER_PAGE = 50


def pages_of(request: HttpRequest, page: Page[Any]) -> dict[str, Any]:
    """Return what the pager component shows; other parameters of the address are kept."""

    def address(number: int) -> str:
        query = request.GET.copy()
        query["page"] = str(number)
        return f"?{query.urlencode()}"

    def entry(number: Any) -> dict[str, Any]:
        if not isinstance(number, int):
            return {"gap": True}
        return {"label": number, "url": address(number), "current": number == page.number}

    paginator = page.paginator
    return {
        "range": _("%(first)d–%(last)d of %(total)d")
        % {"first": page.start_index(), "last": page.end_index(), "total": paginator.count},
        "pages": [entry(number) for number in paginator.get_elided_page_range(page.number)],
        "previous_url": address(page.previous_page_number()) if page.has_previous() else "",
        "next_url": address(page.next_page_number()) if page.has_next() else "",
        "is_needed": paginator.num_pages > 1,
    }


@require_GET
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show what needs this person now."""
    actor = request.actor  # type: ignore[attr-defined]
    found = today.today_within(actor, this_day(), request.GET.get("whose", ""))
    page = Paginator(found.items, PER_PAGE).get_page(request.GET.get("page"))
    start = (page.number - 1) * PER_PAGE
    return render(
        request,
        "inbox/home.html",
        {
            "today": found,
            "figures": found.all_figures(),
            "groups": found.groups(start, PER_PAGE),
            "pager": pages_of(request, page),
            "steps": [] if found.items or found.wider else today.steps_for(actor),
            "is_first_page": page.number == 1,
            "now": now(),
        },
    )


@require_GET
@login_required
def notice_list(request: HttpRequest) -> HttpResponse:
    """The notice centre: what I was told, filtered by state and urgency."""
    actor = request.actor  # type: ignore[attr-defined]
    rows = queries.notices(actor)
    counts = queries.state_counts(actor)
    view = request.GET.get("view", "open")
    if view == "unread":
        rows = rows.filter(state=NoticeState.UNREAD)
    elif view == "action":
        rows = rows.filter(needs_action=True).exclude(state=NoticeState.DONE)
    elif view == "done":
        rows = rows.filter(state=NoticeState.DONE)
    else:
        view = "open"
        rows = rows.exclude(state=NoticeState.DONE)
    urgency = request.GET.get("urgency", "")
    if urgency in {str(value) for value in Urgency.values}:
        rows = rows.filter(urgency=int(urgency))
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    words = [
        ("open", pgettext("notice", "Not done")),
        ("unread", _("Unread")),
        ("action", _("Need action")),
        ("done", pgettext("notice", "Done")),
    ]
    return render(
        request,
        "inbox/list.html",
        {
            "page": page,
            "pager": pages_of(request, page),
            "view": view,
            "views": [
                {"label": word, "url": f"?view={key}", "n": counts[key], "current": key == view}
                for key, word in words
            ],
            "urgencies": [
                {
                    "label": label,
                    "url": f"?view={view}&urgency={value}",
                    "current": str(value) == urgency,
                }
                for value, label in Urgency.choices
            ],
            "urgency": {str(v): label for v, label in Urgency.choices}.get(urgency, ""),
            "now": now(),
        },
    )


@require_GET
@login_required
def notice_open(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Go to what a notice is about; it is read from now on."""
    notice = services.open_notice(request.actor, notice_id)  # type: ignore[attr-defined]
    return redirect(notice.url or "inbox:list")


@require_POST
@login_required
def notices_move(request: HttpRequest) -> HttpResponse:
    """Mark the chosen notices, or all unread ones, as read, unread or done."""
    state = request.POST.get("state", "")
    if state not in NoticeState.values:
        return redirect("inbox:list")
    ids: list[UUID] | None = None
    if "all" not in request.POST:
        ids = [found for text in request.POST.getlist("id") if (found := _uuid(text))]
    n = services.notices_move(request.actor, NoticeState(state), ids)  # type: ignore[attr-defined]
    messages.success(
        request, ngettext("%(n)d notice changed.", "%(n)d notices changed.", n) % {"n": n}
    )
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if safe else "inbox:list")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@require_http_methods(["GET", "POST"])
@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """How I want to be told."""
    actor = request.actor  # type: ignore[attr-defined]
    form = PreferenceForm(request.POST or None, preference=queries.preference_of(actor))
    if request.method == "POST" and form.is_valid():
        try:
            services.preference_save(actor, **form.cleaned_data)
        except BadInput as problem:
            for name, texts in problem.by_field().items():
                form.add_error(name, texts)
        else:
            messages.success(request, _("Saved."))
            return redirect("inbox:preferences")
    status = 422 if form.errors else 200
    return render(request, "inbox/preferences.html", {"form": form}, status=status)
