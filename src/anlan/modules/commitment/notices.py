"""What officers are told about commitments."""

from django.utils.translation import gettext_lazy as _

from anlan.base.inbox.kinds import Kind, register

MISSING = register(
    Kind(
        "commitment.missing",
        _("Not published by 10:00: commitments of %(count)s enterprises"),
        _("Among them: %(first)s"),
        icon="speakerphone",
        action=_("View"),
    )
)
DOUBTFUL = register(
    Kind(
        "commitment.doubtful",
        _("Commitments of %(count)s enterprises contradict the facts"),
        _("Among them: %(first)s"),
        icon="alert-triangle",
        action=_("View"),
    )
)
