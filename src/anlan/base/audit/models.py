"""The rows of history."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.fields import ScopePathField
from anlan.base.ids import uuid7

SYSTEM_CHAIN = "system"


class AuditHead(models.Model):
    """The end of a chain: one per enterprise, and `system` for what belongs to none.

    Written by the trigger alone; the application's role may only read it.
    """

    chain = models.CharField(max_length=40, primary_key=True)
    seq = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        db_table = "audit_head"


class AuditEvent(models.Model):
    """One thing that happened.

    `seq`, `prev_hash` and `hash` are set by the database (see the migration), so that no code
    path can forget or forge them. `before` and `after` hold the changed fields only.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    chain = models.CharField(max_length=40)
    seq = models.BigIntegerField(default=0)
    at = models.DateTimeField()
    event = models.CharField(max_length=80)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60)
    object_id = models.UUIDField(null=True)
    object_label = models.CharField(max_length=200)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.TextField(blank=True)
    enterprise_id = models.UUIDField(null=True)
    scope_path = ScopePathField()
    prev_hash = models.BinaryField(default=b"")
    hash = models.BinaryField(default=b"")

    class Meta:
        db_table = "audit_event"
        verbose_name = _("history entry")
        constraints = [
            models.UniqueConstraint(fields=["chain", "seq"], name="audit_event_one_per_place"),
        ]
        indexes = [
            # A record's own history, newest first.
            models.Index(fields=["object_id", "-seq"], name="audit_of_object"),
            # The history page of a scope, newest first.
            models.Index(fields=["scope_path", "-at"], name="audit_of_scope"),
            # The same for a whole province, where nearly every event is inside.
            models.Index(fields=["-at", "-id"], name="audit_newest"),
        ]
