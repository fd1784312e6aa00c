"""What history says about imports."""

from django.utils.translation import gettext_lazy as _

from anlan.base.audit.events import Event

APPLIED = Event("imports.run.applied", _("%(actor)s imported %(object)s."))
