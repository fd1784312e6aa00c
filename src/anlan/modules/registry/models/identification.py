"""Results of GB 18218, kept for ever, and plans that were tried."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.scoped import ScopedModel
from anlan.modules.registry.models.base import WALL
from anlan.modules.registry.models.facility import MhiUnit


class Identification(ScopedModel):
    """One identification of a unit: inputs, settings, edition and result, re-computable.

    `inputs` and `result` are what the engine took and gave (exact numbers as text). `change`
    holds the difference to the identification before.
    """

    unit = models.ForeignKey(MhiUnit, models.PROTECT, related_name="identifications")
    edition = models.CharField(_("edition"), max_length=20)
    inputs = models.JSONField()
    result = models.JSONField()
    change = models.JSONField(null=True)
    is_mhi = models.BooleanField(null=True)
    level = models.PositiveSmallIntegerField(null=True)
    s_value = models.DecimalField(max_digits=24, decimal_places=10, null=True)
    r_value = models.DecimalField(max_digits=24, decimal_places=10, null=True)
    cause = models.CharField(max_length=60)

    class Meta:
        verbose_name = _("MHI identification")
        indexes = [
            models.Index(fields=["unit", "-created_at"], name="identification_of_unit"),
            # The newest in somebody's scope.
            models.Index(
                fields=["-created_at", "-id"],
                include=[*WALL, "level"],
                name="identification_newest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.created_at:%Y-%m-%d}"


class Scenario(ScopedModel):
    """A plan tried on the what-if page: named inputs that change nothing."""

    unit = models.ForeignKey(MhiUnit, models.CASCADE, related_name="scenarios")
    name = models.CharField(_("name"), max_length=60)
    inputs = models.JSONField()
    created_by = models.ForeignKey("actors.User", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("scenario")
        constraints = [
            models.UniqueConstraint(fields=["unit", "name"], name="scenario_one_per_name"),
        ]

    def __str__(self) -> str:
        return self.name
