"""Saved views."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from anlan.base.ids import uuid7


class SavedView(models.Model):
    """A list's filters, columns and sort that somebody kept, perhaps for their organisation.

    `page` is the key of the list, `params` the query string. `shared_with` shows it to everybody
    with a post at that organisation; only its owner changes it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views")
    page = models.CharField(max_length=60)
    label = models.CharField(_("name"), max_length=40)
    params = models.CharField(max_length=2000, blank=True)
    shared_with = models.ForeignKey(
        "actors.Organisation", models.CASCADE, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("saved view")
        constraints = [
            models.UniqueConstraint(fields=["user", "page", "label"], name="saved_view_named_once"),
        ]
        indexes = [
            models.Index(fields=["page", "shared_with"], name="saved_view_shared"),
        ]

    def __str__(self) -> str:
        return self.label
