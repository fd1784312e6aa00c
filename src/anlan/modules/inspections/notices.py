"""What people are told about inspections."""

from django.utils.translation import gettext_lazy as _

from anlan.base.inbox.kinds import Kind, register
from anlan.modules.inspections.choices import Reason

DIFFERENT = register(
    Kind(
        "inspections.different",
        _("Two checks of “%(title)s” differ"),
        _("%(place)s: the worse result stands. Look at both records."),
        icon="arrows-diff",
        action=_("View"),
    )
)
CANNOT_DO = register(
    Kind(
        "inspections.cannot_do",
        _("%(who)s could not check “%(title)s”"),
        _("%(place)s: %(reason)s"),
        icon="ban",
        action=_("View"),
        # Somebody's own words, or the code of what they chose.
        shown={"reason": lambda one: str(dict(Reason.choices).get(one, one))},
    )
)
