"""Answers that were given, so that a repeated write gets the same one."""

from django.conf import settings
from django.db import models

from anlan.base.ids import uuid7


class IdempotentAnswer(models.Model):
    """The answer to a write that carried an `Idempotency-Key`; kept for a day.

    `status` is None while the first request is still at work.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField(default=b"")
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="idempotent_answer_once"),
        ]
        indexes = [
            # The daily clean-up.
            models.Index(fields=["created_at"], name="idempotent_answer_age"),
        ]
