"""What every registry row has in common."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.scoped import ScopedModel


class RegisterModel(ScopedModel):
    """A row of one of the registers.

    `search_key` holds what people type to find it: name, code, pinyin initials and full pinyin,
    in lower case, separated by spaces; the services keep it. `removed_at` takes a row out of
    every list while its history stays readable.
    """

    search_key = models.CharField(max_length=600, blank=True, editable=False)
    note = models.TextField(_("remarks"), blank=True, max_length=2000)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True


class Positioned(models.Model):
    """A position: degrees in CGCS2000 (EPSG:4490), which equals WGS 84 to within a metre."""

    longitude = models.DecimalField(
        _("longitude"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    latitude = models.DecimalField(
        _("latitude"), max_digits=8, decimal_places=6, null=True, blank=True
    )

    class Meta:
        abstract = True


# The rows of the registers' lists: the condition of their indexes.
LIVE = models.Q(removed_at__isnull=True)

# What the wall looks at (`anlan.base.actors.wall`). An index that includes it, and what a list
# filters and counts by, answers without the rows themselves, which are many times as wide.
WALL = ("scope_path", "enterprise")


def position_checks(name: str) -> list[models.CheckConstraint]:
    """Return the constraints of `Positioned`: both or neither, and on the globe."""
    return [
        models.CheckConstraint(
            condition=models.Q(longitude__isnull=True, latitude__isnull=True)
            | models.Q(
                longitude__gte=-180, longitude__lte=180, latitude__gte=-90, latitude__lte=90
            ),
            name=f"{name}_position_whole",
        )
    ]
