"""The rows of files."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.scoped import ScopedModel
from anlan.base.ids import uuid7


class StoredFile(models.Model):
    """Content, kept once. Never served by its own id: the way leads through what it belongs to.

    `mime` is what the content is, not what its name said.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sha256 = models.CharField(max_length=64, unique=True)
    size = models.BigIntegerField()
    mime = models.CharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("stored file")

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def path(self) -> str:
        """Return where the content lies in the storage: made of the hash alone."""
        return f"{self.sha256[:2]}/{self.sha256[2:4]}/{self.sha256}"


class Attachment(ScopedModel):
    """A file of a record (any scoped row), with its title.

    `details` holds what the content says of itself: width, height, `taken_at`, `latitude` and
    `longitude` of a photo. `removed_at` takes it out of the list; the content stays as long as
    history speaks of it.
    """

    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    object_type = models.CharField(max_length=60)
    object_id = models.UUIDField()
    kind = models.CharField(_("type"), max_length=30)
    title = models.CharField(_("title"), max_length=120)
    file_name = models.CharField(_("file name"), max_length=200)
    details = models.JSONField(default=dict)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    removed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("attachment")
        indexes = [
            # The documents panel of a record.
            models.Index(fields=["object_id", "created_at"], name="attachment_of_object"),
        ]

    def __str__(self) -> str:
        return self.title
