"""What uploads put into the shell: navigation, and their state beside the record."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import pgettext_lazy

from anlan.base.actors.actor import Actor
from anlan.base.ui import beside, navigation
from anlan.exchange import queries
from anlan.exchange.ui.lists import shown_state
from anlan.exchange.ui.words import said


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
    """Return the card of a record's uploads; empty where it has none."""
    rows = [
        {"row": one, "state": shown_state(one), "said": said(one)}
        for one in queries.of_record(actor, row.pk)
    ]
    return render_to_string("exchange/_card.html", {"rows": rows}) if rows else ""
