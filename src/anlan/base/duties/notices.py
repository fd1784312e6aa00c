"""What people are told about duties: one digest line a day, and red warnings at once."""

from django.utils.translation import gettext_lazy as _

from anlan.base.inbox.kinds import Kind, register

DIGEST = register(
    Kind(
        "duties.digest",
        _("Your duties: %(due)s due today, %(overdue)s overdue"),
        icon="checkup-list",
        action=_("Open"),
    )
)
WARNINGS = register(
    Kind(
        "duties.warnings",
        _("New warnings: %(count)s"),
        _("The worst: %(first)s"),
        icon="alert-triangle",
        action=_("View"),
    )
)
RED = register(
    Kind(
        "duties.red",
        _("Red warning: %(title)s"),
        _("%(cause)s"),
        icon="alert-triangle",
        is_immediate=True,
        action=_("View"),
    )
)
HANDED_OVER = register(
    Kind(
        "duties.handed_over",
        _("%(who)s handed over to you: %(count)s duties"),
        _("%(reason)s"),
        icon="arrows-exchange",
    )
)
