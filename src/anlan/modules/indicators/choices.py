"""Code lists of indicators."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Band(models.TextChoices):
    """How well dual prevention runs (`runLevel`)."""

    EXCELLENT = "excellent", pgettext_lazy("band", "Excellent")
    GOOD = "good", pgettext_lazy("band", "Good")
    MEDIUM = "medium", pgettext_lazy("band", "Medium")
    POOR = "poor", pgettext_lazy("band", "Poor")


class Veto(models.TextChoices):
    """What makes α nought."""

    MAJOR_OVERDUE = "major_overdue", _("A major hazard is past its deadline")
    NOTHING_DONE = "nothing_done", _("Nothing was inspected all week")
    DOUBTFUL = "doubtful", _("Doubtful records are not cleared up")


class IncentiveKind(models.TextChoices):
    """Reward or penalty."""

    REWARD = "reward", _("Reward")
    PENALTY = "penalty", _("Penalty")


class Frequency(models.TextChoices):
    """How often a rule is applied."""

    EVENT = "event", _("Each time")
    MONTH = "month", _("Each month")
    QUARTER = "quarter", _("Each quarter")
    YEAR = "year", _("Each year")


class Half(models.IntegerChoices):
    """Half of a year."""

    FIRST = 1, _("First half")
    SECOND = 2, _("Second half")
