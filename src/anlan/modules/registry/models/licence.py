"""Licences and certificates of an enterprise."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from anlan.modules.registry.models.base import LIVE, WALL, RegisterModel


class LicenceKind(models.TextChoices):
    """What the document permits or certifies."""

    PRODUCTION = "production", _("Safety production licence")
    TRADE = "trade", _("Hazardous-chemical trade licence")
    USE = "use", _("Hazardous-chemical use licence")
    REGISTRATION = "registration", _("Hazardous-chemical registration certificate")
    MHI_FILING = "mhi_filing", _("MHI filing certificate")
    PRECURSOR = "precursor", _("Precursor-chemical licence or filing")
    STANDARDISATION = "standardisation", _("Safety standardisation certificate")
    EMERGENCY_PLAN = "emergency_plan", _("Emergency-plan filing")
    OTHER = "other", _("Other")


class Licence(RegisterModel):
    """A licence or certificate with its validity. `remind_on` is when its renewal is due."""

    kind = models.CharField(_("type"), max_length=16, choices=LicenceKind.choices)
    number = models.CharField(_("number"), max_length=60)
    issuer = models.CharField(_("issued by"), max_length=80, blank=True)
    scope = models.TextField(_("licensed scope"), blank=True, max_length=2000)
    with_storage = models.BooleanField(_("with storage"), null=True, blank=True)
    storage_place = models.CharField(_("storage"), max_length=120, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    remind_on = models.DateField(_("remind on"), null=True, blank=True)

    class Meta:
        verbose_name = _("licence")
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "kind", "number"], name="licence_one_per_number"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_from__isnull=True)
                | models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gte=models.F("valid_from")),
                name="licence_ends_after_it_begins",
            ),
        ]
        indexes = [
            models.Index(fields=["scope_path", "valid_until"], name="licence_list"),
            # Search by the beginning of a number over a whole province.
            models.Index(fields=["number", "id"], name="licence_by_number"),
            # What ran out, the longest ago first.
            models.Index(
                fields=["valid_until", "id"],
                include=[*WALL, "remind_on"],
                condition=LIVE,
                name="licence_live",
            ),
            # The reminder job.
            models.Index(
                fields=["remind_on"],
                condition=models.Q(removed_at__isnull=True),
                name="licence_remind",
            ),
        ]

    def __str__(self) -> str:
        return self.number
