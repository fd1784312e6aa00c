"""The rows of imports."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.ids import uuid7
from anlan.base.imports.states import BUSY, IMPORT, RunState
from anlan.base.jobs.states import GIVEN_UP


class Mode(models.TextChoices):
    """What is written when some rows are wrong."""

    ALL = "all", _("All rows")
    GOOD = "good", _("Good rows only")


class RowKind(models.TextChoices):
    """What the check says of a row."""

    CREATE = "create", _("New rows")
    UPDATE = "update", _("Changed rows")
    WRONG = "wrong", _("Wrong rows")
    WARNING = "warning", pgettext_lazy("import", "Note")


class ImportRun(models.Model):
    """One file that somebody brings; seen by that person alone.

    `sheet` is the name of the declaration, `source` the file as it came, `marked` the copy with
    marks, `rest` the wrong rows alone. `counts` has rows, create, update, unchanged, wrong.
    `fingerprint` is the hash of everything the preview promised; applying makes it anew and stops
    if it differs. `language` is that of the texts kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sheet = models.CharField(max_length=60)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        "actors.Organisation", models.PROTECT, null=True, related_name="+"
    )
    file_name = models.CharField(_("file name"), max_length=200)
    source = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    marked = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    rest = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    state = models.CharField(
        _("state"), max_length=12, choices=RunState.choices, default=RunState.UPLOADED
    )
    mode = models.CharField(max_length=8, choices=Mode.choices, blank=True)
    job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, related_name="+")
    counts = models.JSONField(default=dict)
    notes = models.JSONField(default=list)
    error = models.TextField(blank=True)
    remedy = models.TextField(blank=True)
    language = models.CharField(max_length=10, default="zh-hans")
    fingerprint = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    machine = IMPORT

    class Meta:
        verbose_name = _("import")
        indexes = [
            # My imports, newest first.
            models.Index(fields=["user", "-created_at"], name="import_run_of_user"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_abandoned(self) -> bool:
        """Tell whether the work on it has ended without an end of its own.

        Its job was stopped by the person, failed, or lost its worker too often.
        """
        return self.state in BUSY and self.job is not None and self.job.state in GIVEN_UP

    @property
    def is_busy(self) -> bool:
        """Tell whether somebody still works on it, or will."""
        return self.state in BUSY and not self.is_abandoned


class ImportRow(models.Model):
    """A row of the preview. Only the first thousands of each kind are kept.

    `number` is the row in the file. `changes` are [column, old, new] and `problems` are
    [cell, column, text, remedy], as texts in the run's language.
    """

    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=RowKind.choices)
    label = models.CharField(max_length=200)
    changes = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    digest = models.CharField(max_length=32, blank=True)

    class Meta:
        verbose_name = _("row of an import")
        constraints = [
            models.UniqueConstraint(
                fields=["run", "kind", "number"], name="import_row_once_a_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.label}"
