"""The list of uploads."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.actor import Actor
from anlan.base.lists import BulkAction, BulkResult, Column, Filter, ListPage, View
from anlan.exchange import queries, tables
from anlan.exchange.choices import State
from anlan.exchange.models import Delivery
from anlan.exchange.policy import SEND
from anlan.exchange.services.sending import send_again
from anlan.exchange.ui.words import said
from anlan.modules.registry.ui.columns import enterprise_column, enterprise_filter

TONES = {
    State.PENDING: "work", State.WAITING: "idle", State.INCOMPLETE: "idle",
    State.ACCEPTED: "done", State.REJECTED: "outline",
}  # fmt: skip
ICONS = {
    State.PENDING: "clock", State.WAITING: "hourglass", State.INCOMPLETE: "pencil",
    State.ACCEPTED: "circle-check", State.REJECTED: "circle-x",
}  # fmt: skip
_TABLES = tuple((table.name, table.label) for table in tables.TABLES)
_TABLE, _REASON = pgettext_lazy("upload", "table"), pgettext_lazy("upload", "reason")
_BAD = [State.REJECTED.value, State.INCOMPLETE.value]


def _again(actor: Actor, ids: list[UUID], request: HttpRequest) -> BulkResult:
    n = send_again(actor, ids)
    return BulkResult(n, _("Queued again."), skipped=len(ids) - n)


def address(row: Delivery) -> str:
    """Return the address of an upload's page."""
    return reverse("exchange:delivery", args=[row.pk])


DELIVERIES = ListPage(
    key="exchange.deliveries",
    title=_("Uploads"),
    query=queries.deliveries,
    columns=[
        Column("label", _("record"), fixed=True, wide=True),
        Column.of(Delivery, "table", label=_TABLE, choices=_TABLES, kind="choice", sort=None),
        Column.of(Delivery, "state", kind="badge", tone=TONES, icon=ICONS, sort=None),
        Column("problem", _REASON, value=said),
        enterprise_column(),
        Column("endpoint", _("endpoint"), value="endpoint.name"),
        Column.of(Delivery, "record_updated_at", label=pgettext_lazy("upload", "changed at")),
        Column.of(Delivery, "answered_at", shown=False),
        Column.of(Delivery, "attempts", shown=False, sort=None),
    ],
    filters=[
        Filter.of(Delivery, "state"),
        Filter("table", _TABLE, choices=_TABLES),
        Filter.of(Delivery, "is_deleted", pinned=False),
        enterprise_filter(),
    ],
    search=("label",),
    order=("-record_updated_at", "-pk"),
    views=[
        View("bad", _("To be put right"), {"state": _BAD}),
        View("waiting", _("On their way"), {"state": ["pending", "waiting"]}),
        View("all", _("All"), {"state": [state.value for state in State]}),
    ],
    bulk=[BulkAction("again", _("Send again"), "refresh", _again, permission=SEND)],
    row_url=address,
    first_step=_("Nothing waits for correction. Set up an endpoint to upload to."),
    nav="exchange",
    template="exchange/deliveries.html",
)


def shown_state(row: Any) -> dict[str, str]:
    """Return word, icon and tone of an upload's state."""
    state = State(row.state)
    return {"word": str(state.label), "icon": ICONS[state], "tone": TONES[state]}
