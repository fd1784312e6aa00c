"""What a video platform reports of its cameras."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.scoped import ScopedModel
from anlan.modules.monitoring.choices import VideoEventKind
from anlan.modules.monitoring.models.sources import Source
from anlan.modules.monitoring.models.systems import SafetyDevice


class VideoEvent(ScopedModel):
    """Something that a video platform saw (视频事件): smoke, somebody leaving a post.

    `event_id` is the platform's own; the same one again changes nothing. `at` and `until` are the
    platform's times. `link` leads to its picture or clip and is never fetched by the server.
    """

    source = models.ForeignKey(
        Source, models.PROTECT, related_name="video_events", verbose_name=_("data source")
    )
    device = models.ForeignKey(
        SafetyDevice, models.PROTECT, related_name="video_events", verbose_name=_("camera")
    )
    event_id = models.CharField(_("number of the platform"), max_length=80)
    kind = models.CharField(_("what was seen"), max_length=16, choices=VideoEventKind.choices)
    at = models.DateTimeField(pgettext_lazy("video", "seen at"))
    until = models.DateTimeField(pgettext_lazy("video", "until"), null=True)
    text = models.CharField(_("remarks"), max_length=500, blank=True)
    confidence = models.FloatField(_("certainty"), null=True)
    link = models.CharField(_("picture or clip"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("video event")
        constraints = [
            models.UniqueConstraint(fields=["source", "event_id"], name="video_event_once"),
        ]
        indexes = [
            # The events of a scope, and of one camera, the newest first.
            models.Index(fields=["scope_path", "-at"], name="video_event_list"),
            models.Index(fields=["device", "-at"], name="video_event_of_camera"),
        ]

    def __str__(self) -> str:
        return f"{self.device.tag} {self.get_kind_display()}"
