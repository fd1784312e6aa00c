"""What history says about files."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.audit import Event

_LABELS = {
    "file": pgettext_lazy("history", "file"),
    "file_name": _("file name"),
    "sha256": _("checksum SHA-256"),
}
ADDED = Event("files.added", _("%(actor)s added the file %(object)s"), _LABELS)
REMOVED = Event("files.removed", _("%(actor)s removed the file %(object)s"), _LABELS)
