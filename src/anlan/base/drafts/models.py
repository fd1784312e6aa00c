"""Drafts of forms."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7


class Draft(models.Model):
    """The fields of one form that one person has touched and not saved.

    `form` is the address of the form, query included, so that it needs no name of its own.
    `base` is the version of the record the person looked at, empty for a new one. `fields` maps
    names to lists of texts, as a form sends them; untouched fields are not in it, so that going
    on with a draft never takes back what others saved meanwhile.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    form = models.CharField(max_length=500)
    base = models.CharField(max_length=40, blank=True)
    fields = models.JSONField(default=dict)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("draft")
        constraints = [
            models.UniqueConstraint(fields=["user", "form"], name="draft_one_per_form"),
        ]
        indexes = [models.Index(fields=["updated_at"], name="draft_by_age")]

    def __str__(self) -> str:
        return self.form
