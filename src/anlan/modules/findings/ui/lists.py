"""The list of findings and the list of flags."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from anlan.base import phrases
from anlan.base.actors.actor import Actor
from anlan.base.lists import BulkAction, Chooser, Column, Filter, ListPage, View, search_terms
from anlan.base.lists import register_chooser as register
from anlan.base.lists.filters import Chosen
from anlan.modules.findings import flagged, queries, sheets, words
from anlan.modules.findings.choices import Level
from anlan.modules.findings.flagged import KINDS
from anlan.modules.findings.models import Finding, Flag
from anlan.modules.findings.policy import (
    FINDING_CLEAR,
    FINDING_CONFIRM,
    FINDING_OUTSIDE,
    FINDING_REPORT,
    FLAG_DISMISS,
)
from anlan.modules.findings.states import OPEN
from anlan.modules.findings.ui.addresses import list_url, url_of
from anlan.modules.findings.ui.columns import ICONS, SPECIAL, TONES, due_of, risk_of, special
from anlan.modules.findings.ui.forms import BulkConfirmForm
from anlan.modules.registry.ui.columns import enterprise_column, enterprise_filter
from anlan.modules.risk import queries as risk

register(
    Chooser(
        "findings.units",
        risk.units,
        label=lambda row: row.name,
        search=("name", "code"),
        note=lambda row: row.object.name,
        within=lambda rows, value: rows.filter(enterprise=value),
    )
)
register(
    Chooser(
        "findings.people",
        lambda actor: _people(actor),
        label=lambda row: row.display_name,
        search=("display_name",),
    )
)


def _people(actor: Actor) -> Any:
    from anlan.base.actors.queries import people_of

    return people_of(actor).filter(is_active=True).order_by("display_name", "pk")


def _marks(chosen: Mapping[str, Chosen]) -> tuple[int, ...]:
    """Return what the search's index may know of all rows that these filters leave."""
    wanted = {*chosen["is"].values}
    states = chosen["state"].values
    found = []
    if wanted & queries.NEEDS_OPEN or (states and {*states} <= OPEN):
        found.append(words.OPEN)
    if wanted & queries.NEEDS_MAJOR or chosen["level"].values == (str(Level.MAJOR.value),):
        found.append(words.MAJOR)
    return tuple(found)


def _confirm_many(actor: Actor, ids: list[UUID], request: HttpRequest) -> HttpResponse:
    """Show one form for several reports of one enterprise, with what each still needs."""
    rows = queries.by_ids(actor, ids)
    enterprises = {row.enterprise_id for row in rows}
    context = {
        "rows": rows,
        "ids": ",".join(str(row.pk) for row in rows),
        "one_enterprise": len(enterprises) == 1,
        "form": BulkConfirmForm(rows[0], None) if len(enterprises) == 1 else None,
        "back": reverse("findings:list"),
    }
    return render(request, "findings/bulk_confirm.html", context)


FINDINGS = ListPage(
    key="findings.findings",
    title=_("Findings"),
    query=queries.findings_listed,
    columns=[
        Column.of(Finding, "number", fixed=True, sort=("number", "pk")),
        Column("level", _("level"), kind="level", value=risk_of, sort=None),
        Column.of(Finding, "title", wide=True, sort=None),
        enterprise_column(),
        Column("unit", _("unit"), value=lambda row: row.unit.name if row.unit else row.place),
        Column.of(Finding, "source", sort=None),
        Column.of(Finding, "channel", sort=None, shown=False),
        Column.of(Finding, "discipline", sort=None, shown=False),
        Column.of(Finding, "basis", sort=None, shown=False),
        Column.of(Finding, "criterion", sort=None, shown=False),
        Column("owner", _("owner"), value="rectifier", sort=("owner__display_name", "pk")),
        Column(
            "department",
            pgettext_lazy("finding", "department"),
            value="department.name",
            shown=False,
        ),
        Column.of(Finding, "state", kind="badge", icon=ICONS, tone=TONES, sort=None),
        Column("deadline", _("deadline"), kind="due", value=due_of, sort=("deadline", "pk")),
        Column.of(Finding, "first_deadline", shown=False, sort=None),
        Column.of(Finding, "overdue_days", shown=False, sort=None),
        Column.of(Finding, "cost", shown=False, sort=None),
        Column.of(Finding, "found_at", shown=False, sort=None),
        Column.of(Finding, "registered_at", sort=("-registered_at", "pk")),
        Column.of(Finding, "accepted_at", shown=False, sort=None),
        Column.of(Finding, "listing_number", shown=False, sort=None),
    ],
    filters=[
        Filter("is", _("needs"), choices=SPECIAL, condition=special),
        Filter.of(Finding, "state"),
        Filter.of(Finding, "level"),
        Filter.of(Finding, "source"),
        enterprise_filter(),
        Filter("unit", _("unit"), kind="relation", chooser="findings.units", nullable=True),
        Filter("owner", _("owner"), kind="relation", chooser="findings.people", nullable=True),
        Filter.of(Finding, "channel", pinned=False),
        Filter.of(Finding, "discipline", pinned=False),
        Filter.of(Finding, "root_cause", pinned=False),
        Filter.of(Finding, "treatment", pinned=False),
        Filter.of(Finding, "registered_at", key="registered", kind="date", pinned=False,
               field="registered_at__date"),
        Filter.of(Finding, "deadline", pinned=False),
    ],
    find=lambda rows, text, chosen: queries.find(rows, text, _marks(chosen)),
    search_hint=_("Number, description, place"),
    order=("-registered_at", "pk"),
    views=[
        View("open", _("Not closed"), {"is": ["open"]}),
        View("recent", _("Last 90 days"), {"registered_from": "today-90"}),
        View("overdue", pgettext_lazy("finding", "Overdue"), {"is": ["overdue"]}),
        View("major", pgettext_lazy("finding", "Major"), {"level": ["1"]}),
        View("outside", _("Outside inspections"), {"is": ["outside"]}),
        View("accept", _("Awaiting acceptance"), {"state": ["awaiting_acceptance"]}),
        View("all", _("All"), {}),
    ],
    bulk=[
        BulkAction(
            "confirm", _("Confirm or assign"), "clipboard-check", _confirm_many,
            permission=FINDING_CONFIRM,
        ),
    ],
    row_url=url_of,
    create_url=lambda actor: reverse("findings:new") if _reports(actor) else "",
    create_label=_("Report a finding"),
    create_permission=FINDING_REPORT,
    sheet=sheets.FINDINGS,
    export_query=queries.findings_whole,
    first_step=_("Whatever is found, by whomever, comes in here; report the first one."),
    nav="findings",
    template="findings/list.html",
    context=lambda request: _more(request),
    sorts_when_large=("registered_at", "number"),
    recent=("registered_at", 60),
)  # fmt: skip


def _reports(actor: Actor) -> bool:
    """Tell whether the actor sees a plant of their own to report in."""
    return bool(actor.own_enterprise_id) and not actor.at_own_node_only


def _more(request: HttpRequest) -> dict[str, Any]:
    """Return what the list's own template shows: figures, and links to what may be opened."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return {
        "figures": _figures(request),
        "may_flags": actor.may(FLAG_DISMISS),
        "may_clear": actor.may(FINDING_CLEAR),
        "may_outside": actor.may(FINDING_OUTSIDE),
        "may_tell": bool(actor.own_enterprise_id) and actor.may(FINDING_REPORT),
    }


def _figures(request: HttpRequest) -> list[tuple[str, int, str]]:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.own_enterprise_id is None:
        return []
    counted = queries.figures(actor)
    return [
        (gettext("Not closed"), counted["open"], list_url(**{"is": "open"})),
        (pgettext("finding", "Overdue"), counted["overdue"], list_url(**{"is": "overdue"})),
        (gettext("Major, open"), counted["major"], list_url(**{"is": "open", "level": "1"})),
    ]


def _with_subjects(actor: Actor, rows: Sequence[Any]) -> None:
    """Put on each flag what it is on, as far as the actor sees it."""
    known = flagged.subjects(actor, {row.subject_id for row in rows})
    for row in rows:
        row.subject = known.get(row.subject_id)


def flag_state(row: Any) -> str:
    """Return whether a flag stands."""
    return "done" if row.dismissed_at else "waiting"


FLAGS = ListPage(
    key="findings.flags",
    title=_("Doubtful entries"),
    query=queries.flags,
    columns=[
        Column.of(Flag, "raised_at", label=pgettext_lazy("finding", "raised at"), fixed=True),
        Column("code", _("kind"), choices=tuple(KINDS.items()), sort=None),
        Column.of(Flag, "why", wide=True, sort=None, value=lambda row: str(row.why)),
        Column(
            "subject", pgettext_lazy("flag", "record"),
            value=lambda row: row.subject and row.subject.label,
            link=lambda row: row.subject.url,
        ),
        enterprise_column(),
        Column.of(Flag, "score", digits=2, sort=None),
        Column(
            "state", _("state"), kind="badge", value=flag_state,
            choices=(("waiting", _("Stands")), ("done", _("Dismissed"))),
            icon={"waiting": "flag", "done": "circle-check"}, tone={"done": "done"},
        ),
        Column.of(Flag, "dismissal", sort=None, shown=False),
    ],
    filters=[
        Filter(
            "state", _("state"), choices=(("waiting", _("Stands")), ("done", _("Dismissed"))),
            condition=lambda values: _standing(values),
        ),
        Filter("kind", _("kind"), field="code", choices=tuple(KINDS.items())),
        enterprise_filter(),
        Filter("raised", _("raised"), kind="date", field="raised_at__date", pinned=False),
    ],
    search=lambda rows, text: rows.filter(phrases.said("why", search_terms(text))),
    order=("-raised_at", "pk"),
    views=[
        View("standing", _("Standing"), {"state": ["waiting"]}),
        View("all", _("All"), {}),
    ],
    row_url=lambda row: reverse("findings:flag", args=[row.pk]),
    complete=_with_subjects,
    first_step=_("What looks doubtful among findings and checks is listed here, with the reason."),
    nav="findings",
    permission=FLAG_DISMISS,
)  # fmt: skip


def _standing(values: tuple[str, ...]) -> Any:
    from django.db.models import Q

    found = Q(pk__in=[])
    if "waiting" in values:
        found |= Q(dismissed_at__isnull=True)
    if "done" in values:
        found |= Q(dismissed_at__isnull=False)
    return found
