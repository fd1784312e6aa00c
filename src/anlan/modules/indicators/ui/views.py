"""Pages of the score: plumbing between queries and templates."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from anlan.base.actors.middleware import ActorRequest
from anlan.base.actors.queries import organisation_one
from anlan.base.actors.scope import path_end
from anlan.base.clock import today
from anlan.base.duties import kinds
from anlan.base.duties.models.plan import WorkType
from anlan.base.errors import NotYours
from anlan.modules.indicators import queries, rules
from anlan.modules.indicators.models import WeeklyScore
from anlan.modules.indicators.services.rating import so_far
from anlan.modules.indicators.ui import score_view
from anlan.modules.indicators.ui.addresses import enterprise_url, finding_url, records_url
from anlan.modules.indicators.ui.record_sheets import sheet_of_duties, sheet_of_findings
from anlan.modules.registry import queries as registry

ROWS = 50
DUTY_LABELS = {
    "planned": pgettext_lazy("indicators", "Due"),
    "done": gettext_lazy("Done in time"),
    "late": gettext_lazy("Done late"),
    "missed": gettext_lazy("Missed"),
    "exempt": gettext_lazy("Exempt"),
}
FINDING_LABELS = {
    "due": gettext_lazy("To be rectified"),
    "accepted": gettext_lazy("Accepted"),
    "open": gettext_lazy("Still open"),
    "new": gettext_lazy("Registered this week"),
    "major_overdue": gettext_lazy("Major hazards overdue"),
    "entries": gettext_lazy("From outside inspections"),
    "late_entries": gettext_lazy("Entered too late"),
}


@login_required
@require_GET
def enterprise(request: ActorRequest, pk: UUID) -> HttpResponse:
    """Show an enterprise's score of a week: how it follows, rates, trend."""
    actor = request.actor
    plant = registry.enterprises(actor).one(pk)
    this_week, last = rules.week_of(today()), rules.last_week(today())
    week_on = min(score_view.read_week(request.GET.get("week", ""), last), this_week)
    kept = None if week_on == this_week else queries.score_of(actor, pk, week_on)
    row = so_far(actor, pk) if week_on == this_week else kept
    back = (
        [] if actor.own_enterprise_id else [(_("Operating effect"), reverse("indicators:scores"))]
    )
    context: dict[str, Any] = {
        "plant": plant,
        "row": row,
        "week_on": week_on,
        "week_end": week_on + rules.WEEK - dt.timedelta(days=1),
        "is_running": week_on == this_week,
        "before_url": enterprise_url(pk, week_on - rules.WEEK),
        "after_url": enterprise_url(pk, week_on + rules.WEEK) if week_on < this_week else "",
        "crumbs": [*back, (plant.name, "")],
    }
    if row is not None:
        found = queries.rates(actor, pk, week_on)
        context |= {
            "mark": score_view.band_mark(row.band),
            "level": score_view.LEVEL_OF_COLOUR.get(row.colour, 0),
            "steps": score_view.steps(row),
            "rates": _rates(row),
            "roles": score_view.roles(row, found),
            "nodes": score_view.nodes(row, found),
            "chart": score_view.chart(actor, row),
            "parameters": score_view.parameter_rows(row.scope_path),
            "warning": queries.own_warning(actor, pk),
            "shows_rank": row.rank_city and (row.shows_rank or not actor.own_enterprise_id),
        }
    return render(request, "indicators/enterprise.html", context)


def _rates(row: WeeklyScore) -> list[dict[str, Any]]:
    def link(what: str, which: str) -> str:
        return records_url(row.enterprise_id, row.week_on, what, which)

    def cell(label: str, part: int, whole: int, url: str) -> dict[str, Any]:
        share = queries.percent(part, whole)
        return {
            "label": label,
            "value": "—" if share is None else share,
            "unit": "" if share is None else "%",
            "note": f"{part} / {whole}",
            "url": url,
        }

    return [
        cell(_("Tasks completed"), row.done, row.planned, link("duties", "planned")),
        cell(
            _("Findings rectified"), row.findings_accepted, row.findings_due,
            link("findings", "due"),
        ),
        cell(_("Risk analysis complete"), row.objects_complete, row.objects_total, "/risk/"),
        cell(
            _("Outside findings entered in time"), row.entries_in_time, row.entries,
            link("findings", "entries"),
        ),
    ]  # fmt: skip


@login_required
@require_GET
def duties(request: ActorRequest, pk: UUID) -> HttpResponseBase:
    """List the duties behind a figure; `set` and `week` name it, `work_type` and `organisation`
    narrow it, `format=xlsx` gives all of them as a spreadsheet."""
    actor = request.actor
    plant = registry.enterprises(actor).one(pk)
    which, week_on = _which(request, DUTY_LABELS, "planned")
    rows = queries.counted_duties(actor, pk, week_on, which)
    narrow: list[str] = []
    work_type = request.GET.get("work_type", "")
    if work_type == "role":
        rows = rows.filter(work_type__gt=0)
        narrow.append(_("Responsible persons"))
    elif work_type in {str(value) for value in WorkType.values}:
        rows = rows.filter(work_type=int(work_type))
        narrow.append(str(WorkType(int(work_type)).label))
    organisation = request.GET.get("organisation", "")
    if organisation:
        node = organisation_one(actor, organisation)
        rows = rows.filter(
            organisation__path__gte=node.path, organisation__path__lt=path_end(node.path)
        )
        narrow.append(node.name)
    if request.GET.get("format") == "xlsx":
        return sheet_of_duties(rows, f"{plant.name} {DUTY_LABELS[which]} {week_on}")
    page = _page(request, rows)
    shown = [
        {
            "title": one.plan.title,
            "url": kinds.kind_of(one.plan.kind).url_of(one.plan.subject_id)
            if one.plan.subject_id
            else "",
            "place": one.plan.place_text,
            "organisation": one.organisation.name,
            "who": one.done_by or one.assignee or "",
            "due_at": one.due_at,
            "done_at": one.done_at,
            "state": one.get_state_display(),
            "why": one.exempt_reason,
        }
        for one in page["rows"]
    ]
    return _records(request, plant, week_on, "duties", which, DUTY_LABELS, page, shown, narrow)


@login_required
@require_GET
def findings(request: ActorRequest, pk: UUID) -> HttpResponseBase:
    """List the findings behind a figure; `set` and `week` name it, `format=xlsx` gives all of
    them as a spreadsheet."""
    actor = request.actor
    plant = registry.enterprises(actor).one(pk)
    which, week_on = _which(request, FINDING_LABELS, "due")
    rows = queries.counted_findings(actor, pk, week_on, which)
    if request.GET.get("format") == "xlsx":
        return sheet_of_findings(rows, f"{plant.name} {FINDING_LABELS[which]} {week_on}")
    page = _page(request, rows)
    shown = [
        {
            "title": one.title,
            "number": one.number,
            "url": finding_url(one.pk),
            "level": 1 if one.level else 0,
            "place": one.place,
            "organisation": one.department.name if one.department else "",
            "who": one.owner or "",
            "due_at": one.deadline,
            "done_at": one.accepted_at,
            "state": one.get_state_display(),
        }
        for one in page["rows"]
    ]
    return _records(request, plant, week_on, "findings", which, FINDING_LABELS, page, shown, [])


def _exported(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    query["format"] = "xlsx"
    return query.urlencode()


def _which(request: HttpRequest, labels: dict[str, Any], first: str) -> tuple[str, Any]:
    which = request.GET.get("set", first)
    if which not in labels:
        raise NotYours()
    return which, score_view.read_week(request.GET.get("week", ""), rules.last_week(today()))


def _page(request: HttpRequest, rows: Any) -> dict[str, Any]:
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    return {"rows": list(page), "page": page}


def _records(
    request: ActorRequest,
    plant: Any,
    week_on: Any,
    what: str,
    which: str,
    labels: dict[str, Any],
    page: dict[str, Any],
    shown: list[dict[str, Any]],
    narrow: list[str],
) -> HttpResponse:
    number = page["page"]
    query = request.GET.copy()

    def to(n: int) -> str:
        query["page"] = str(n)
        return f"?{query.urlencode()}"

    context = {
        "title": _("Duties of the week") if what == "duties" else _("Findings of the week"),
        "week_on": week_on,
        "week_end": week_on + rules.WEEK - dt.timedelta(days=1),
        "narrow": narrow,
        "is_duties": what == "duties",
        "rows": shown,
        "total": number.paginator.count,
        "range": f"{number.start_index()}–{number.end_index()}",
        "previous_url": to(number.number - 1) if number.has_previous() else "",
        "next_url": to(number.number + 1) if number.has_next() else "",
        "export_url": f"?{_exported(request)}",
        "crumbs": [
            (plant.name, enterprise_url(plant.pk, week_on)),
            (labels[which], ""),
        ],
        "tabs": [
            {
                "label": label,
                "url": records_url(plant.pk, week_on, what, key),
                "current": key == which,
                "n": "",
            }
            for key, label in labels.items()
        ],
    }
    return render(request, "indicators/records.html", context)
