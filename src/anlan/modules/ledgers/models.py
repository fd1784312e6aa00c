"""What a special ledger knows beyond findings and assets."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.scoped import ScopedModel
from anlan.modules.findings.models import Finding
from anlan.modules.registry.models import Facility


class RiskGrade(models.TextChoices):
    """Risk level of an assessment as the special campaigns grade it."""

    HIGH = "high", pgettext_lazy("campaign", "High")
    HIGHER = "higher", pgettext_lazy("campaign", "Considerable")
    GENERAL = "general", pgettext_lazy("campaign", "General")
    LOWER = "lower", pgettext_lazy("campaign", "Low")


class Decision(models.TextChoices):
    """What is done about it."""

    MONITOR = "monitor", _("Run under watch")
    RECTIFY = "rectify", _("Rectify by a date")
    RENEW = "renew", _("Renew or rebuild")
    PHASE_OUT = "phase_out", _("Phase out")


class LedgerEntry(ScopedModel):
    """The columns of a ledger that its finding or facility does not have.

    `ledger` is the code of a definition. Where finding and entry both know a thing (measures,
    precautions, deadline), the finding's word counts. `left_at` takes the subject off the ledger,
    with a reason; it stays off until put on again.
    """

    ledger = models.CharField(_("ledger"), max_length=20)
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, related_name="ledger_entries")
    facility = models.ForeignKey(Facility, models.PROTECT, null=True, related_name="ledger_entries")
    township = models.CharField(_("town (subdistrict)"), max_length=60, blank=True)
    situation = models.CharField(_("situation"), max_length=10, blank=True)
    segment = models.CharField(_("high-risk segment"), max_length=20, blank=True)
    enterprise_kind = models.CharField(_("type of enterprise"), max_length=40, blank=True)
    risk = models.CharField(_("risk level"), max_length=10, choices=RiskGrade.choices, blank=True)
    assessed_on = models.DateField(_("assessed on"), null=True, blank=True)
    assessment = models.TextField(_("assessment"), max_length=2000, blank=True)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision.choices, blank=True)
    interim = models.TextField(_("safety precautions"), max_length=2000, blank=True)
    measures = models.TextField(_("measures"), max_length=2000, blank=True)
    due = models.DateField(_("planned completion"), null=True, blank=True)
    responsible = models.CharField(_("responsible person"), max_length=60, blank=True)
    done_on = models.DateField(_("completed on"), null=True, blank=True)
    authority = models.TextField(
        _("action by the emergency management department"), max_length=2000, blank=True
    )
    note = models.CharField(_("remarks"), max_length=300, blank=True)
    left_at = models.DateTimeField(null=True, editable=False)
    left_reason = models.CharField(_("reason"), max_length=300, blank=True, editable=False)

    class Meta:
        verbose_name = _("ledger entry")
        constraints = [
            models.UniqueConstraint(fields=["ledger", "finding"], name="ledger_finding_once"),
            models.UniqueConstraint(fields=["ledger", "facility"], name="ledger_facility_once"),
            models.CheckConstraint(
                condition=Q(finding__isnull=True) ^ Q(facility__isnull=True),
                name="ledger_entry_has_one_subject",
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True) | ~Q(left_reason=""),
                name="ledger_entry_left_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["scope_path", "ledger"], name="ledger_entry_list")]

    def __str__(self) -> str:
        return str(self.finding or self.facility)


def entry_of(row: Any) -> LedgerEntry | None:
    """Return the entry that `queries.subjects` joined; None for a row without one.

    The ORM leaves the attribute out where the join found nothing.
    """
    return getattr(row, "entry", None)
