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
            # What is old enough to go.
            models.Index(fields=["source", "at"], name="video_event_age"),
        ]

    def __str__(self) -> str:
        return f"{self.device.tag} {self.get_kind_display()}"


class CameraDay(ScopedModel):
    """How the cameras of an enterprise answered on one day (视频在线率), for sheets of past days.

    `asked` and `online` count answers over all rounds of the day (Asia/Shanghai), `cameras` is
    how many told something in the last one. Nothing is counted for who could not be asked.
    """

    day = models.DateField(pgettext_lazy("cameras", "day"))
    cameras = models.PositiveIntegerField(_("cameras"), default=0)
    asked = models.PositiveIntegerField(_("answers asked for"), default=0)
    online = models.PositiveIntegerField(_("answers on line"), default=0)

    class Meta:
        verbose_name = _("cameras of a day")
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "day"], name="camera_day_once"),
            models.CheckConstraint(
                condition=models.Q(online__lte=models.F("asked")), name="camera_day_whole"
            ),
        ]
        indexes = [
            # The sheet of a day over a scope.
            models.Index(fields=["day", "scope_path"], name="camera_day_sheet"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id} {self.day}"
