"""How an enterprise answers what GB 18218 leaves open."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.scoped import ScopedModel


class BetaRule(models.TextChoices):
    """β of a chemical with several classes; the text gives the rule for Q only."""

    LARGER = "larger", _("The larger β")
    CLASS_OF_Q = "class_of_q", _("β of the class that gave Q")


class CoalGasRule(models.TextChoices):
    """β of coal gas (table 1), which table 3 does not name."""

    CARBON_MONOXIDE = "carbon_monoxide", _("As carbon monoxide in table 3")
    CATEGORY = "category", _("By its own categories")


class HintRule(models.TextChoices):
    """β of a table 1 substance outside table 3 whose class nobody entered."""

    USE = "use", _("By its usual class, marked as recalled")
    ASK = "ask", _("Ask for the class")


class RangeRule(models.TextChoices):
    """What to do where sources differ on that usual class."""

    ASK = "ask", _("Ask for the class")
    LARGER = "larger", _("The larger β")


class GradingSettings(ScopedModel):
    """The settings of one enterprise for GB 18218; without a row the product's defaults hold."""

    several_classes = models.CharField(
        _("β of a chemical with several classes"),
        max_length=16,
        choices=BetaRule.choices,
        default=BetaRule.LARGER,
    )
    coal_gas = models.CharField(
        _("β of coal gas"),
        max_length=16,
        choices=CoalGasRule.choices,
        default=CoalGasRule.CARBON_MONOXIDE,
    )
    beta_hint = models.CharField(
        _("β where no class is entered"),
        max_length=16,
        choices=HintRule.choices,
        default=HintRule.USE,
    )
    beta_hint_range = models.CharField(
        _("β where sources differ on the usual class"),
        max_length=16,
        choices=RangeRule.choices,
        default=RangeRule.ASK,
    )

    class Meta:
        verbose_name = _("GB 18218 settings")
        constraints = [
            models.UniqueConstraint(fields=["enterprise"], name="grading_settings_one_each"),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)


SETTINGS_FIELDS = ("several_classes", "coal_gas", "beta_hint", "beta_hint_range")
