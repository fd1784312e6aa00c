"""The rows of jobs."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7
from anlan.base.jobs.registry import kind_of
from anlan.base.jobs.states import JOB, OPEN, REFUSED, JobState


class Job(models.Model):
    """One run of a job, seen by the person who started it.

    `owner` is None for the product's own jobs. `key` makes a start idempotent. `done` of `total`
    is the progress. `message` is an English msgid, translated when shown, `params` fill it;
    `error_text` is in the owner's language. `queue_id` is the row of the queue (procrastinate).
    `heartbeat_at` is renewed while a worker lives; `attempt` fences off a worker that was
    believed dead.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=80)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    enterprise = models.ForeignKey(
        "actors.Organisation", models.PROTECT, null=True, related_name="+"
    )
    title = models.CharField(max_length=200, blank=True)
    payload = models.JSONField(default=dict)
    key = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=12, choices=JobState.choices, default=JobState.QUEUED)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True)
    message = models.CharField(max_length=300, blank=True)
    params = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    result_url = models.CharField(max_length=300, blank=True)
    result_file = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    result_file_name = models.CharField(max_length=200, blank=True)
    error_code = models.CharField(max_length=80, blank=True)
    error_text = models.TextField(blank=True)
    attempt = models.PositiveIntegerField(default=0)
    queue_id = models.BigIntegerField(null=True)
    due_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("background job")
        constraints = [
            # Two clicks, or two workers at the same minute, start one job.
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=~models.Q(key="") & models.Q(state__in=["queued", "running", "done"]),
                name="job_once_per_key",
            ),
        ]
        indexes = [
            # My jobs, newest first.
            models.Index(fields=["owner", "-created_at"], name="job_of_owner"),
            # The sweep for jobs whose worker is gone.
            models.Index(
                fields=["state", "heartbeat_at"],
                condition=models.Q(state__in=["queued", "running"]),
                name="job_open",
            ),
        ]

    def __str__(self) -> str:
        return self.shown_title

    machine = JOB

    @property
    def shown_title(self) -> str:
        """Return what the job is called, in the active language."""
        kind = kind_of(self.kind)
        named = kind.titled(self.payload) if kind and kind.titled else ""
        return named or self.title or (str(kind.title) if kind else self.kind)

    @property
    def shown_message(self) -> str:
        """Return the last message, in the active language."""
        text = gettext(self.message) if self.message else ""
        return text % self.params if self.params else text

    @property
    def look(self) -> str:
        """Return the key of its state badge; what was refused did not break, and work that found
        faults to be mended is not simply done."""
        if self.state == JobState.DONE and self.result.get("faulty"):
            return "faulty"
        return "refused" if self.error_code == REFUSED else self.state

    @property
    def is_open(self) -> bool:
        """Tell whether the job still waits or runs."""
        return self.state in OPEN

    @property
    def percent(self) -> int | None:
        """Return the progress from 0 to 100; None while it is unknown."""
        if self.state == JobState.DONE:
            return 100
        return min(100, self.done * 100 // self.total) if self.total else None
