"""The row of a counter."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.scoped import ScopedModel


class NumberSequence(ScopedModel):
    """The last number given in one kind, organisation and year.

    `enterprise` is the organisation the numbers belong to: an enterprise, or an area or park for
    what those number themselves.
    """

    kind = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("number sequence")
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "kind", "year"], name="number_sequence_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}: {self.last}"
