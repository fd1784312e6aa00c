"""What people are told about warnings."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from anlan.base.duties.models.warning import Colour
from anlan.base.inbox.kinds import Kind, register


def colour_word(colour: Any) -> str:
    """Return a colour in the reader's language; notices of earlier editions keep a word."""
    return str(Colour(colour).label) if isinstance(colour, int) else str(colour)


RAISED = register(
    Kind(
        "warnings.raised",
        _("%(colour)s warning: %(place)s"),
        _("Index %(score)s. Acknowledge by %(acknowledge)s, clear by %(clear)s."),
        icon="alert-triangle",
        is_immediate=True,
        action=_("Look"),
        shown={"colour": colour_word},
    )
)
ASKED = register(
    Kind(
        "warnings.asked",
        _("Feedback asked for: %(place)s"),
        _("%(who)s: %(text)s"),
        icon="message-question",
        is_immediate=True,
        action=_("Answer"),
    )
)
ANSWERED = register(
    Kind(
        "warnings.answered",
        _("Feedback given: %(place)s"),
        _("%(text)s"),
        icon="message-check",
        action=_("Look"),
    )
)
