"""What people are told about warnings."""

from django.utils.translation import gettext_lazy as _

from anlan.base.inbox.kinds import Kind, register

RAISED = register(
    Kind(
        "warnings.raised",
        _("%(colour)s warning: %(place)s"),
        _("Index %(score)s. Acknowledge by %(acknowledge)s, clear by %(clear)s."),
        icon="alert-triangle",
        is_immediate=True,
        action=_("Look"),
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
