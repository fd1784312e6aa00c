"""What history says about imports."""

from django.utils.translation import gettext_lazy as _

from anlan.base.audit.events import Event
from anlan.base.imports.sheet import all_sheets

APPLIED = Event(
    "imports.run.applied",
    _("%(actor)s imported %(object)s."),
    labels={
        "sheet": _("Sheet"),
        "mode": _("what was written"),
        "create": _("New rows"),
        "update": _("Changed rows"),
        "wrong": _("Wrong rows"),
    },
    choices={"sheet": all_sheets},
)
