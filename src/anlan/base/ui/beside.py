"""Cards that other apps put beside a record, on the page of a module that knows nothing of them.

beside.provide("findings.finding", card)     # in AppConfig.ready; card(actor, row) -> safe html
{% beside row %}                             # in the record's page
"""

from collections.abc import Callable
from typing import Any

from django.utils.safestring import SafeString, mark_safe

Card = Callable[[Any, Any], str]

_cards: dict[str, list[Card]] = {}


def provide(model_label: str, card: Card) -> None:
    """Put a card beside every record of a model (`app.model`, lower case).

    `card(actor, row)` returns escaped HTML, such as `render_to_string` makes; empty for none.
    """
    known = _cards.setdefault(model_label, [])
    if card not in known:
        known.append(card)


def cards_for(actor: Any, row: Any) -> SafeString:
    """Return all cards of a record, one below the other."""
    found = [card(actor, row) for card in _cards.get(row._meta.label_lower, [])]
    return mark_safe("\n".join(text for text in found if text))  # noqa: S308 - escaped by the cards
