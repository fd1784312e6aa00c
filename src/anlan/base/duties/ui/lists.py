"""The list pages of duties."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base import phrases
from anlan.base.actors.actor import Actor
from anlan.base.clock import now
from anlan.base.duties import kinds, policy, queries
from anlan.base.duties.models import Exemption, Plan, RaisedWarning, ShiftPattern, Substitute
from anlan.base.duties.models.warning import Colour, Trigger
from anlan.base.duties.ui import words
from anlan.base.duties.ui.forms import ReasonForm
from anlan.base.lists import BulkAction, Column, Filter, ListPage, View, search_terms

_OPEN = pgettext_lazy("warning", "Open")
_STATES = (("open", _OPEN), ("cleared", _("Cleared")))


def _one_enterprise(actor: Actor) -> bool:
    return actor.only_enterprise_id is not None


def enterprise_column(model: Any) -> Column:
    """Return the column of the enterprise, left out for people of one."""
    return Column.of(
        model, "enterprise__name", label=_("Enterprise"), sort=None, same_for=_one_enterprise
    )


def _which(values: tuple[str, ...]) -> Q:
    condition = Q(pk__in=[])
    if "open" in values:
        condition |= Q(cleared_at__isnull=True)
    if "cleared" in values:
        condition |= Q(cleared_at__isnull=False)
    return condition


_OPEN_COLUMNS = (
    "colour", "title", "enterprise__name", "department", "trigger", "due_at", "raised_at",
)  # fmt: skip


def _ask_why(actor: Actor, ids: list[UUID], request: HttpRequest) -> HttpResponse:
    """Ask for the reason that clears all of them."""
    return render(request, "duties/clear_many.html", {"ids": ids, "form": ReasonForm()})


WARNINGS = ListPage(
    key="duties.warnings",
    title=_("Warnings"),
    query=queries.warnings,
    columns=[
        Column(
            "colour",
            _("Colour"),
            kind="level",
            value=lambda row: 5 - row.colour,
            sort="colour",
            scale="warning",
            fixed=True,
        ),
        Column.of(RaisedWarning, "title", wide=True, fixed=True, value=lambda row: str(row.title)),
        enterprise_column(RaisedWarning),
        Column("department", _("Department"), value="organisation.name"),
        Column.of(RaisedWarning, "trigger"),
        Column.of(RaisedWarning, "due_at", sort=None),
        Column.of(RaisedWarning, "raised_at"),
        Column(
            "recipients",
            _("Told"),
            value=lambda row: words.recipients(row.recipients),
            shown=False,
        ),
        Column.of(RaisedWarning, "cleared_at", sort=None),
        Column("cleared_by", _("Cleared by"), value="cleared_by.display_name", shown=False),
        Column.of(
            RaisedWarning,
            "clear_reason",
            sort=None,
            shown=False,
            value=lambda row: str(row.clear_reason),
        ),
    ],
    filters=[
        Filter("state", _("State"), choices=_STATES, condition=_which),
        Filter.of(RaisedWarning, "colour", choices=Colour.choices[1:], kind="choice"),
        Filter.of(RaisedWarning, "trigger", choices=Trigger.choices),
        Filter.of(RaisedWarning, "raised_at", kind="date", pinned=False),
    ],
    search=lambda rows, text: rows.filter(phrases.said("title", search_terms(text))),
    search_hint=_("Title"),
    order=("-colour", "raised_at", "pk"),
    views=[
        View("open", _OPEN, {"state": ["open"]}, columns=_OPEN_COLUMNS),
        View("red", _("Red"), {"state": ["open"], "colour": ["4"]}, columns=_OPEN_COLUMNS),
        View("cleared", _("Cleared"), {"state": ["cleared"]}),
        View("all", _("All"), {}),
    ],
    bulk=[
        BulkAction("clear", _("Clear the warnings"), "bell-check", _ask_why, policy.CLEAR),
    ],
    row_url=lambda row: reverse("duties:warning", args=[row.pk]),
    first_step=_("What stays undone past its time appears here by itself."),
    nav="duties.warnings",
)

PLANS = ListPage(
    key="duties.plans",
    title=_("Duty plans"),
    query=queries.plans,
    columns=[
        Column.of(Plan, "title", wide=True, fixed=True),
        Column(
            "kind",
            _("Type"),
            value=lambda row: str(kinds.kind_of(row.kind).label),
        ),
        enterprise_column(Plan),
        Column("cycle", _("Cycle"), value=words.cycle),
        Column.of(Plan, "calendar", shown=False),
        Column("whose", _("Whose"), value=words.whose),
        Column.of(Plan, "place_text", sort=None),
        Column.of(Plan, "work_type", shown=False),
        Column.of(Plan, "starts_on", shown=False),
        Column.of(Plan, "ends_on", shown=False),
        Column.of(Plan, "grace_minutes", shown=False, sort=None),
        Column.of(Plan, "is_active", sort=None),
    ],
    filters=[
        Filter.of(Plan, "is_active"),
        Filter(
            "kind",
            _("Type"),
            choices=lambda: [(kind.code, kind.label) for kind in kinds.all_kinds().values()],
        ),
        Filter.of(Plan, "cycle_unit"),
        Filter.of(Plan, "work_type", kind="choice"),
        Filter(
            "organisation",
            _("Department"),
            "relation",
            chooser="people.organisations",
            pinned=False,
        ),
        Filter("assignee", _("Person"), "relation", chooser="people.people", pinned=False),
    ],
    search=("title",),
    search_hint=_("Title"),
    order=("title", "pk"),
    views=[
        View("active", _("In use"), {"is_active": ["yes"]}),
        View("all", _("All"), {}),
    ],
    row_url=lambda row: reverse("duties:plan", args=[row.pk]),
    create_url=lambda actor: reverse("duties:plan_new") if actor.own_enterprise_id else "",
    create_permission=policy.PLAN,
    first_step=_("Say what recurs: a daily walk round, the monthly check of the top manager."),
    nav="duties.plans",
    template="duties/plans.html",
    sorts_when_large=("title",),
)

SHIFTS = ListPage(
    key="duties.shifts",
    title=_("Shift patterns"),
    query=queries.shift_patterns,
    columns=[
        Column.of(ShiftPattern, "name", wide=True, fixed=True),
        enterprise_column(ShiftPattern),
        Column(
            "starts",
            _("Shifts begin at"),
            value=lambda row: " ".join(one.strftime("%H:%M") for one in row.starts),
        ),
        Column("crews", _("Crews"), kind="number", value=lambda row: len(set(row.rotation))),
        Column.of(ShiftPattern, "is_active"),
    ],
    search=("name",),
    search_hint=_("Name"),
    order=("name", "pk"),
    row_url=lambda row: reverse("duties:shift_edit", args=[row.pk]),
    create_url=lambda actor: reverse("duties:shift_new") if actor.own_enterprise_id else "",
    create_permission=policy.SHIFTS,
    first_step=_("Enter when shifts begin, so that duties can follow them and their crews."),
    nav="duties.plans",
    template="duties/plans.html",
)

SUBSTITUTES = ListPage(
    key="duties.substitutes",
    title=_("Substitutes"),
    query=queries.substitutes,
    columns=[
        Column("from_user", _("Absent"), value="from_user.display_name", wide=True, fixed=True),
        Column("to_user", _("Stands in"), value="to_user.display_name"),
        enterprise_column(Substitute),
        Column.of(Substitute, "starts_at"),
        Column.of(Substitute, "ends_at"),
        Column.of(Substitute, "reason", sort=None),
        Column.of(Substitute, "ended_at", label=_("Ended early at"), sort=None, shown=False),
    ],
    filters=[Filter.of(Substitute, "starts_at", kind="date")],
    search=("from_user__display_name", "to_user__display_name"),
    search_hint=_("Name"),
    order=("-starts_at", "pk"),
    row_url=lambda row: reverse("duties:substitute", args=[row.pk]),
    create_url=lambda actor: reverse("duties:substitute_new") if actor.own_enterprise_id else "",
    first_step=_("Name who does somebody's duties during leave or training."),
    nav="duties.plans",
    template="duties/plans.html",
)


def _in_force(values: tuple[str, ...]) -> Q:
    moment = now()
    condition = Q(pk__in=[])
    if "now" in values:
        condition |= Q(starts_at__lte=moment) & (Q(ends_at__isnull=True) | Q(ends_at__gt=moment))
    if "later" in values:
        condition |= Q(starts_at__gt=moment)
    if "ended" in values:
        condition |= Q(ends_at__lte=moment)
    return condition


_FORCE = (
    ("now", pgettext_lazy("exemption", "Out of service now")),
    ("later", pgettext_lazy("exemption", "From later on")),
    ("ended", pgettext_lazy("exemption", "In service again")),
)

EXEMPTIONS = ListPage(
    key="duties.exemptions",
    title=_("Places out of service"),
    query=queries.exemptions,
    columns=[
        Column.of(Exemption, "place_text", wide=True, fixed=True),
        enterprise_column(Exemption),
        Column.of(Exemption, "starts_at"),
        Column.of(Exemption, "ends_at"),
        Column.of(Exemption, "reason", sort=None, wide=True),
        Column(
            "source",
            pgettext_lazy("exemption", "Origin"),
            value=lambda row: _("Shutdown record") if row.source_id else _("Entered here"),
        ),
    ],
    filters=[
        Filter("force", _("State"), choices=_FORCE, condition=_in_force),
        Filter.of(Exemption, "starts_at", kind="date", pinned=False),
    ],
    search=("place_text", "reason"),
    search_hint=_("Place or reason"),
    order=("-starts_at", "pk"),
    views=[
        View("now", pgettext_lazy("exemption", "Out of service now"), {"force": ["now", "later"]}),
        View("all", _("All"), {}),
    ],
    row_url=lambda row: reverse("duties:exemption", args=[row.pk]),
    create_url=lambda actor: reverse("duties:exemption_new") if actor.own_enterprise_id else "",
    create_label=_("Take a place out of service"),
    create_permission=policy.EXEMPT,
    first_step=_("Duties of a place out of service do not count until it is back."),
    nav="duties.plans",
    template="duties/plans.html",
)
