"""What uploads put into the shell: navigation, and their state beside the record."""

import datetime as dt
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from anlan.base.actors.actor import Actor
from anlan.base.inbox import today
from anlan.base.ui import beside, navigation
from anlan.exchange import queries
from anlan.exchange.policy import SEND
from anlan.exchange.ui.lists import shown_state
from anlan.exchange.ui.words import remedy, said
from anlan.modules.risk.models import RiskEvent, RiskUnit


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
        "inspections.inspectionrecord", "findings.finding", "risk.riskobject",
        "commitment.commitment", "indicators.weeklyscore",
    ):  # fmt: skip
        beside.provide(label, card)
    today.provider("exchange")(contribution)


def card(actor: Actor, row: Any) -> str:
    """Return the card of a record's uploads; empty where it has none.

    Measures are shown on their event's page and shutdowns on their unit's, so theirs stand there.
    """
    found = queries.of_record(actor, row.pk)
    if isinstance(row, RiskEvent):
        found += queries.of_measures(actor, row)
    elif isinstance(row, RiskUnit):
        found += queries.of_shutdowns(actor, row)
    rows = [
        {"row": one, "state": shown_state(one), "said": said(one), "remedy": remedy(one)}
        for one in found
    ]
    return render_to_string("exchange/_card.html", {"rows": rows}) if rows else ""


def contribution(actor: Actor, day: dt.date) -> today.Contribution:
    """Return what of the own uploads needs a hand: endpoints that stand still, rows refused."""
    if actor.own_enterprise_id is None or not actor.may(SEND):
        return today.Contribution()
    items = [
        today.Item(
            _("Upload to %(name)s has come to a stop") % {"name": row.name},
            reverse("exchange:endpoint", args=[row.pk]),
            context=row.problem or row.said,
            icon="cloud-upload",
            urgency=2,
        )
        for row in queries.standing_still(actor)
    ]
    n = queries.n_refused(actor)
    if n:
        items.append(
            today.Item(
                ngettext(
                    "%(n)s record was refused by the authority's platform",
                    "%(n)s records were refused by the authority's platform",
                    n,
                ) % {"n": n},
                reverse("exchange:deliveries") + "?state=rejected",
                context=_("Each says why and what to do"),
                icon="cloud-upload",
            )
        )  # fmt: skip
    return today.Contribution(items=items)
