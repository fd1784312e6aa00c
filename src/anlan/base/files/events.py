"""What history says about files."""

from django.utils.translation import gettext_lazy as _

from anlan.base.audit import Event

ADDED = Event("files.added", _("%(actor)s added the file %(object)s"))
REMOVED = Event("files.removed", _("%(actor)s removed the file %(object)s"))
