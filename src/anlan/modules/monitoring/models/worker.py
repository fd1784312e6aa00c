"""Where the alarm worker stands."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkerPosition(models.Model):
    """How far one partition of the samples has been judged (报警进程位置).

    `sequence` is the last message whose events are written. `snapshot` is the core's state as of
    `snapshot_sequence`: after a crash the worker restores it and judges again from there.
    """

    partition = models.PositiveIntegerField(primary_key=True)
    sequence = models.BigIntegerField(default=0)
    snapshot = models.BinaryField(null=True)
    snapshot_sequence = models.BigIntegerField(default=0)
    taken_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("worker position")

    def __str__(self) -> str:
        return f"{self.partition}: {self.sequence}"
