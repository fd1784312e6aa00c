"""Who or what is away: places out of service, people on leave."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.scoped import ScopedModel


class Exemption(ScopedModel):
    """A place is out of service: its duties do not count meanwhile. Open while `ends_at` is null.

    `source_id` is the record that says so, such as a shutdown.
    """

    place_id = models.UUIDField()
    place_text = models.CharField(_("place"), max_length=120, blank=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=200)
    source_id = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("exemption")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="exemption_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="exemption_says_why"),
        ]
        indexes = [models.Index(fields=["place_id", "starts_at"], name="exemption_of_place")]

    def __str__(self) -> str:
        return f"{self.place_text or self.place_id} · {self.reason}"


class Substitute(ScopedModel):
    """`to_user` stands in for `from_user`: sees and does their duties besides the own ones."""

    from_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("absent")
    )
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("stands in")
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("substitute")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="substitute_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=~Q(from_user=F("to_user")), name="substitute_is_somebody_else"
            ),
        ]
        indexes = [
            models.Index(fields=["to_user", "ends_at"], name="substitute_for_whom"),
            models.Index(fields=["scope_path", "-starts_at"], name="substitute_list"),
        ]

    def __str__(self) -> str:
        return f"{self.from_user} → {self.to_user}"
