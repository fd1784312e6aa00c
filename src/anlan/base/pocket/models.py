"""Phones, what they sent, and what is missing of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.scoped import ScopedModel
from anlan.base.files.models import StoredFile


class Device(ScopedModel):
    """An installation of Pocket: a browser profile on a phone, known by its key.

    `last_seq` is the highest number received, `sealed_seq` the highest the phone said it had
    sealed. `drain_until` is how long it may still send without anybody signed in.
    """

    key = models.JSONField(editable=False)
    label = models.CharField(_("phone"), max_length=80)
    user_agent = models.CharField(max_length=300, blank=True)
    app_version = models.CharField(max_length=40, blank=True)
    last_contact = models.DateTimeField(_("last contact"), null=True)
    last_seq = models.PositiveIntegerField(_("received up to"), default=0)
    sealed_seq = models.PositiveIntegerField(_("sealed up to"), default=0)
    clock_offset_ms = models.BigIntegerField(null=True)
    storage = models.JSONField(default=dict)
    drain_until = models.DateTimeField()
    revoked_at = models.DateTimeField(_("blocked at"), null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    revoke_reason = models.CharField(_("reason"), max_length=200, blank=True)
    wiped_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("phone")
        indexes = [models.Index(fields=["scope_path", "-last_contact"], name="device_of_scope")]

    def __str__(self) -> str:
        return self.label


class DeviceUser(ScopedModel):
    """Somebody who signed in on a phone: only they may have sealed something there."""

    device = models.ForeignKey(Device, models.CASCADE, related_name="users")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        verbose_name = _("person at a phone")
        constraints = [
            models.UniqueConstraint(fields=["device", "user"], name="device_user_once"),
        ]


class SubmissionState(models.TextChoices):
    """Where a submission stands."""

    ACCEPTED = "accepted", _("Files missing")
    COMPLETE = "complete", _("Complete")
    CONFLICT = "conflict", _("To be decided")
    REFUSED = "refused", _("Refused")
    QUARANTINED = "quarantined", _("Quarantined")


class Submission(ScopedModel):
    """An envelope as it came: the bytes are kept for ever and never changed.

    The id is the envelope's, so that it exists once. A second envelope under the same id gets an
    id of its own and is quarantined. `sealed_at` is the phone's clock, raw; `occurred_at` the
    moment that counts. `review` names why the desk should look. `waits_for` is the record this
    one speaks of while that is still on its way.
    """

    envelope_id = models.UUIDField()
    device = models.ForeignKey(Device, models.PROTECT, related_name="submissions")
    seq = models.PositiveIntegerField()
    kind = models.CharField(_("kind"), max_length=80)
    schema = models.PositiveSmallIntegerField()
    lane = models.PositiveSmallIntegerField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    content = models.TextField()
    content_sha256 = models.CharField(max_length=64)
    payload_sha256 = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=12, choices=SubmissionState.choices)
    sealed_at = models.DateTimeField()
    occurred_at = models.DateTimeField(_("happened at"))
    occurred_from = models.DateTimeField()
    received_at = models.DateTimeField(_("received at"))
    time_doubtful = models.BooleanField(default=False)
    chain_broken = models.BooleanField(default=False)
    applied_at = models.DateTimeField(null=True)
    record_type = models.CharField(max_length=60, blank=True)
    record_id = models.UUIDField(null=True)
    number = models.CharField(_("number"), max_length=40, blank=True)
    record_version = models.PositiveIntegerField(default=0)
    url = models.CharField(max_length=200, blank=True)
    result = models.JSONField(default=dict)
    problem = models.JSONField(null=True)
    conflict = models.JSONField(null=True)
    review = models.JSONField(default=list)
    reviewed_at = models.DateTimeField(null=True)
    waits_for = models.UUIDField(null=True)
    receipt = models.JSONField(null=True)
    receipt_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("submission")
        constraints = [
            models.UniqueConstraint(
                fields=["envelope_id", "content_sha256"], name="submission_once"
            ),
        ]
        indexes = [
            # Gaps of a phone, and its newest number.
            models.Index(fields=["device", "seq"], name="submission_of_device"),
            # What a phone asks for: receipts since its last contact.
            models.Index(fields=["device", "receipt_at"], name="submission_receipts"),
            # What waits for the desk.
            models.Index(
                fields=["scope_path", "-received_at"],
                condition=Q(state__in=["conflict", "quarantined", "refused"]),
                name="submission_open",
            ),
            models.Index(
                fields=["waits_for"], condition=Q(waits_for__isnull=False), name="submission_waits"
            ),
            models.Index(
                fields=["record_id"], condition=Q(record_id__isnull=False), name="submission_record"
            ),
        ]

    def __str__(self) -> str:
        from anlan.base.pocket.kinds import kind_of

        kind = kind_of(self.kind)
        name = str(kind.label or kind.code) if kind else self.kind
        return f"{name} {self.number}".strip()


class SubmissionBlob(ScopedModel):
    """A file named by a submission. `file` is set when all its bytes are here and verified.

    `failures` counts contents whose hash was wrong; `problem` says why the content could not be
    hung on the record (its bytes are kept all the same).
    """

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="blobs")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    mime = models.CharField(max_length=80, blank=True)
    role = models.CharField(max_length=20, blank=True)
    taken_at = models.DateTimeField(null=True)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    linked_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("file of a submission")
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "sha256", "role"], name="submission_blob_once"
            ),
        ]
        indexes = [models.Index(fields=["sha256"], name="submission_blob_hash")]


class MissingRange(ScopedModel):
    """Numbers of a phone that never came: a gap between others, or the tail of a wiped phone."""

    class Cause(models.TextChoices):
        """Why they are missing."""

        GAP = "gap", _("Gap")
        WIPED = "wiped", _("Data cleared")

    device = models.ForeignKey(Device, models.CASCADE, related_name="missing")
    cause = models.CharField(max_length=8, choices=Cause.choices)
    first = models.PositiveIntegerField()
    last = models.PositiveIntegerField()
    noticed_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("missing numbers")
        constraints = [
            models.UniqueConstraint(
                fields=["device", "cause", "first", "last"], name="missing_range_once"
            ),
        ]


class SmallPicture(models.Model):
    """The small version of a picture that phones take along, once for each content and kind.

    Content alone, like `StoredFile`: who may have it is asked of what carries the source. `file`
    is empty when the source is no picture that can be opened.
    """

    source = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("small picture")
        constraints = [
            models.UniqueConstraint(fields=["source", "kind"], name="small_picture_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source_id}"
