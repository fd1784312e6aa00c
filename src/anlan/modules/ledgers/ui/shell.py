"""What special ledgers put into the shell."""

from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.ui import beside, navigation
from anlan.modules.ledgers import queries
from anlan.modules.ledgers.definitions import BY_CODE


def install() -> None:
    """Register everything; called once when the app starts."""
    navigation.register(
        navigation.NavItem(
            "ledgers", _("Special ledgers"), "notebook", "ledgers:overview", "prevent", order=70,
            of_plant=True,
            prefixes=("/ledgers/",),
        )
    )  # fmt: skip
    for label in ("findings.finding", "registry.facility"):
        beside.provide(label, card)


def card(actor: Actor, row: Any) -> str:
    """Return the ledgers a finding or facility stands on; empty for none."""
    found = [
        {"ledger": BY_CODE[entry.ledger], "entry": entry}
        for entry in queries.entries_of(actor, row)
        if entry.ledger in BY_CODE
    ]
    return render_to_string("ledgers/_card.html", {"rows": found, "row": row}) if found else ""
