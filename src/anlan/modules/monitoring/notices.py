"""What people are told about changes of alarm settings."""

from django.utils.translation import gettext_lazy as _

from anlan.base.inbox.kinds import Kind, register
from anlan.modules.monitoring.texts_changes import change_words, verdict_words, video_words

CHANGE_REQUESTED = register(
    Kind(
        "monitoring.change_requested",
        _("Approve the change of %(rule)s: %(what)s"),
        _("%(who)s asks: %(reason)s"),
        icon="adjustments",
        action=_("View the change"),
        shown={"what": change_words},
    )
)
CHANGES_REQUESTED = register(
    Kind(
        "monitoring.changes_requested",
        _("%(n)s changes of alarm settings wait for approval"),
        _("%(who)s asks: %(reason)s"),
        icon="adjustments",
        action=_("View the changes"),
    )
)
VIDEO_GRAVE = register(
    Kind(
        "monitoring.video_grave",
        _("%(what)s: %(camera)s"),
        _("Seen by the video platform; events like this: %(n)s."),
        icon="video",
        action=_("View the event"),
        shown={"what": video_words},
    )
)
CHANGE_DECIDED = register(
    Kind(
        "monitoring.change_decided",
        _("Change of %(rule)s: %(verdict)s"),
        _("%(who)s. %(comment)s"),
        icon="adjustments",
        shown={"verdict": verdict_words},
    )
)
