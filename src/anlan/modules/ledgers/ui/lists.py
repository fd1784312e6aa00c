"""The list of each ledger."""

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.clock import today
from anlan.base.lists import BulkAction, BulkResult, Column, Filter, ListPage, View
from anlan.modules.findings.choices import Level
from anlan.modules.findings.states import FindingState
from anlan.modules.ledgers import cells, queries, services, sheets
from anlan.modules.ledgers.definitions import (
    LEDGERS,
    Ledger,
    segment_choices,
    situation_choices,
)
from anlan.modules.ledgers.models import Decision, RiskGrade, entry_of
from anlan.modules.ledgers.policy import LEDGER_EDIT
from anlan.modules.registry.ui.columns import enterprise_column, enterprise_filter, place_filters

STANDINGS = (
    ("kept", _("On the ledger")),
    ("found", _("Found, not assessed")),
    ("closed", _("Done")),
    ("off", _("Taken off")),
)
TONES = {"kept": "work", "found": "idle", "closed": "done", "off": "outline"}
ICONS = {"kept": "notebook", "found": "search", "closed": "circle-check", "off": "circle-minus"}


def standing(ledger: Ledger, row: Any) -> str:
    """Return where a row stands: kept, found, closed or off."""
    entry = entry_of(row)
    if entry is None:
        return "found"
    if entry.left_at is not None:
        return "off"
    if ledger.subject == "finding":
        return "closed" if row.state == FindingState.ACCEPTED else "kept"
    return "closed" if entry.done_on else "kept"


def _of_entry(name: str) -> Any:
    return lambda row: getattr(entry_of(row), name, None)


def _closed(ledger: Ledger) -> Q:
    if ledger.subject == "finding":
        return Q(state=FindingState.ACCEPTED)
    return Q(entry_done_on__isnull=False)


def _where(ledger: Ledger) -> Any:
    closed = _closed(ledger)
    conditions = {
        "kept": queries.KEPT & ~closed,
        "found": queries.FOUND,
        "closed": queries.KEPT & closed,
        "off": queries.OFF,
    }

    def condition(values: tuple[str, ...]) -> Q:
        found = Q(pk__in=[])
        for value in values:
            found |= conditions.get(value, Q(pk__in=[]))
        return found

    return condition


def address(ledger: Ledger, row: Any) -> str:
    """Return the page of a row of a ledger."""
    return reverse("ledgers:entry", args=[ledger.code, row.pk])


def _page(ledger: Ledger) -> ListPage:
    is_finding = ledger.subject == "finding"

    def cell(key: str) -> Any:
        return lambda row: cells.value(ledger, row, key)

    def put_on(actor: Actor, ids: list[UUID], request: HttpRequest) -> BulkResult:
        n = services.put_on(actor, ledger, ids)
        return BulkResult(n, _("Put on the ledger."), skipped=len(ids) - n)

    main = "problem" if is_finding else "facility"
    columns = [
        Column(main, _("finding") if is_finding else _("facility"), value=cell(main), fixed=True,
               wide=True),
        enterprise_column(),
        Column("standing", _("state"), kind="badge", value=lambda row: standing(ledger, row),
               choices=STANDINGS, tone=TONES, icon=ICONS),
    ]  # fmt: skip
    filters = [
        Filter("standing", _("state"), choices=STANDINGS, condition=_where(ledger)),
    ]
    if ledger.code == "defects":
        columns.append(Column("situation", _("situation"), value=_of_entry("situation"),
                              choices=situation_choices(), shown=False))  # fmt: skip
        filters.append(Filter("situation", _("situation"), field="entry_situation",
                              choices=situation_choices(), pinned=False))  # fmt: skip
    if is_finding:
        if ledger.has("segment"):
            kinds = segment_choices(ledger.code)
            value = _of_entry("segment")
            columns.append(Column("segment", _("segment"), value=value, choices=kinds))
            filters.append(Filter("segment", _("segment"), field="entry_segment", choices=kinds))
        columns.append(Column("major", _("major"), kind="boolean",
                              value=lambda row: row.level == Level.MAJOR))  # fmt: skip
        filters.append(Filter("level", _("level"), choices=Level.choices))
    else:
        columns += [
            Column("age", _("years"), kind="number", value=cell("age"), sort="commissioned_on"),
            Column("medium", _("medium"), shown=ledger.code != "installations"),
            Column("risk", _("risk level"), value=_of_entry("risk"), choices=RiskGrade.choices),
            Column("decision", _("decision"), value=_of_entry("decision"),
                   choices=Decision.choices),
        ]  # fmt: skip
        filters += [
            Filter("risk", _("risk level"), field="entry_risk", choices=RiskGrade.choices),
            Filter("decision", _("decision"), field="entry_decision", choices=Decision.choices),
        ]
    columns += [
        Column("due", _("planned completion"), kind="due" if not is_finding else "date",
               value="due_at", sort="due_at"),
        Column("why", _("why it was found"), value=lambda row: ledger.why(row, today())
               if entry_of(row) is None else "", shown=True),
        Column("authority", _("action by the department"), value=cell("authority"), shown=False),
        Column("note", _("remarks"), value=_of_entry("note"), shown=False),
    ]  # fmt: skip
    return ListPage(
        key=f"ledgers.{ledger.code}",
        title=ledger.label,
        query=lambda actor: queries.rows(actor, ledger),
        columns=columns,
        filters=[*filters, enterprise_filter(), *place_filters()],
        search=("search_key",),
        order=("enterprise_id", "pk"),
        views=[
            View("now", _("All open"), {"standing": ["kept", "found"]}),
            View("found", _("Found, not assessed"), {"standing": ["found"]}),
            View("closed", _("Done"), {"standing": ["closed"]}),
            View("off", _("Taken off"), {"standing": ["off"]}),
            View("all", _("All"), {"standing": [key for key, _label in STANDINGS]}),
        ],
        bulk=[BulkAction("put_on", _("Put on the ledger"), "notebook", put_on,
                         permission=LEDGER_EDIT)],
        row_url=lambda row: address(ledger, row),
        sheet=sheets.SHEETS[ledger.code],
        permission="",
        first_step=_("Nothing was found for this ledger."),
        nav="ledgers",
        template="ledgers/list.html",
        context=lambda request: {"ledger": ledger},
    )  # fmt: skip


PAGES = {ledger.code: _page(ledger) for ledger in LEDGERS}
