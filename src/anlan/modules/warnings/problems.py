"""What may refuse a step of a warning."""

from django.utils.translation import gettext_lazy as _

from anlan.base.errors import Refused


class StillStands(Refused):
    """The index has not come back."""

    code = "warnings.still_stands"
    clause = "ANLAN-WARNING"
    text = _("The index is still above its rest: the warning cannot be cleared yet.")
    remedy = _("Put right what the factors name; the index is computed anew every minute.")


class QuestionsOpen(Refused):
    """A level above waits for an answer."""

    code = "warnings.questions_open"
    text = _("A level above has asked and waits for an answer.")
    remedy = _("Answer first, then clear.")


class AnsweredAlready(Refused):
    """Somebody answered."""

    code = "warnings.answered_already"
    text = _("This question has been answered.")


class SignalIsOver(Refused):
    """A weather signal is not in force any more."""

    code = "warnings.signal_is_over"
    text = _("This weather signal is over.")


class ProposalWaits(Refused):
    """Two proposals would each show an effect the other makes untrue."""

    code = "warnings.proposal_waits"
    text = _("Figures proposed before are not decided yet.")
    remedy = _("Have them decided or withdraw them, then propose.")
