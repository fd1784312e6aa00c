"""Floods that somebody knew."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.scoped import ScopedModel
from anlan.modules.registry.models import MhiUnit


class KnownFlood(ScopedModel):
    """An alarm flood (报警泛滥) that a person named: later ones like it get its name.

    `course` holds for each alarm, by its rule's id, the shares of time (0 to 1) that it stood in
    each stretch after the flood began, null where that was not known (`engines.alarms.patterns`).
    `installation` says of which unit's alarms it was made, null for all of the enterprise.
    """

    name = models.CharField(pgettext_lazy("flood", "what it was"), max_length=60)
    note = models.CharField(pgettext_lazy("flood", "what helped"), max_length=300, blank=True)
    installation = models.ForeignKey(
        MhiUnit, models.CASCADE, null=True, related_name="+", verbose_name=_("MHI unit")
    )
    began_at = models.DateTimeField(_("began at"))
    course = models.JSONField(default=dict)
    named_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    removed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("known flood")
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="known_flood_has_name"),
            models.UniqueConstraint(
                fields=["enterprise", "installation", "began_at"],
                condition=Q(removed_at__isnull=True),
                nulls_distinct=False,
                name="known_flood_one_name",
            ),
        ]

    def __str__(self) -> str:
        return self.name
