"""What uploads put into the shell: navigation, and their state beside the record."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import pgettext_lazy

from anlan.base.actors.actor import Actor
from anlan.base.ui import beside, navigation
from anlan.exchange import queries
from anlan.exchange.ui.lists import shown_state
from anlan.exchange.ui.words import said
from anlan.modules.risk.models import RiskEvent


def install() -> None:
    """Register everything; called once when the app starts."""
    navigation.register(
        navigation.NavItem(
            "exchange", pgettext_lazy("authority", "Upload"), "cloud-upload",
            "exchange:deliveries", "basis", order=200, prefixes=("/exchange/",),
        )
    )  # fmt: skip
    for label in (
        "risk.riskunit", "risk.riskevent", "risk.controlmeasure", "inspections.inspectiontask",
        "inspections.inspectionrecord", "findings.finding",
    ):  # fmt: skip
        beside.provide(label, card)


def card(actor: Actor, row: Any) -> str:
    """Return the card of a record's uploads; empty where it has none.

    Measures are shown on their event's page, so theirs stand there.
    """
    found = queries.of_record(actor, row.pk)
    if isinstance(row, RiskEvent):
        found += queries.of_measures(actor, row)
    rows = [{"row": one, "state": shown_state(one), "said": said(one)} for one in found]
    return render_to_string("exchange/_card.html", {"rows": rows}) if rows else ""
