"""What people are told about warnings."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from anlan.base.duties.models.warning import Colour
from anlan.base.inbox.kinds import Kind, register
from anlan.modules.warnings.states import FiguresState


def colour_word(colour: Any) -> str:
    """Return a colour in the reader's language; notices of earlier editions keep a word."""
    return str(Colour(colour).label) if isinstance(colour, int) else str(colour)


def verdict_word(state: Any) -> str:
    """Return what became of a proposal, in the reader's language."""
    return str(FiguresState(state).label)


RAISED = register(
    Kind(
        "warnings.raised",
        _("%(colour)s warning: %(place)s"),
        _("Index %(score)s. Acknowledge by %(acknowledge)s, clear by %(clear)s."),
        icon="alert-triangle",
        is_immediate=True,
        action=_("View"),
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
        action=_("View"),
    )
)
FIGURES_PROPOSED = register(
    Kind(
        "warnings.figures_proposed",
        _("Own figures of the index wait for approval"),
        _("%(who)s proposes: %(reason)s"),
        icon="adjustments",
        action=_("View"),
    )
)
FIGURES_IN_FORCE = register(
    Kind(
        "warnings.figures_in_force",
        _("%(place)s computes its index by its own figures"),
        _("Edition %(edition)s, figures that differ: %(n)s. %(reason)s"),
        icon="adjustments",
        action=_("View"),
    )
)
FIGURES_DECIDED = register(
    Kind(
        "warnings.figures_decided",
        _("Own figures of the index: %(verdict)s"),
        _("%(who)s. %(comment)s"),
        icon="adjustments",
        action=_("View"),
        shown={"verdict": verdict_word},
    )
)
