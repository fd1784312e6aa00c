"""Endpoints of receiving sides, and what became of each record there."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.scoped import ScopedModel
from anlan.exchange.choices import Adapter, Cipher, Part, Photos, State, TextForm


def usual_parts() -> list[str]:
    """Return what a new endpoint is sent."""
    return [Part.CHAIN.value, Part.COMMITMENT.value]


class Endpoint(ScopedModel):
    """A receiving side that an enterprise uploads to.

    `sealed` holds the keys, encrypted. `watermarks` are the newest change already looked at, by
    table, as ISO text. `problem` is set when the other side refuses altogether (a wrong key, an
    address gone); sending stops until somebody saves the endpoint. `failing_since` and `said` are
    since when and why nothing went through.
    """

    name = models.CharField(_("name"), max_length=60)
    adapter = models.CharField(
        _("dialect"), max_length=12, choices=Adapter.choices, default=Adapter.NATIONAL
    )
    base_url = models.URLField(
        _("address"), max_length=300, help_text=_("The table's name is put behind it.")
    )
    company_code = models.CharField(
        _("enterprise code"),
        max_length=9,
        blank=True,
        help_text=_("9 characters of the registration platform; empty: the registry's."),
    )
    prefix = models.CharField(
        _("field prefix"),
        max_length=20,
        blank=True,
        help_text=_("Put before every field, where the province asks for it."),
    )
    cipher = models.CharField(
        _("encryption"), max_length=8, choices=Cipher.choices, default=Cipher.ECB
    )
    text_form = models.CharField(
        _("encrypted text as"), max_length=8, choices=TextForm.choices, default=TextForm.BASE64
    )
    batch_size = models.PositiveSmallIntegerField(
        _("rows a batch"),
        default=50,
        validators=[MinValueValidator(20), MaxValueValidator(50)],
    )
    parts = ArrayField(
        models.CharField(max_length=12, choices=Part.choices),
        verbose_name=_("what is sent"),
        default=usual_parts,
    )
    photos = models.CharField(
        _("photos of findings in"),
        max_length=12,
        choices=Photos.choices,
        default=Photos.ATTACHMENTS,
    )
    grade_codes = models.CharField(
        _("codes of the day's risk grade"),
        max_length=60,
        blank=True,
    )
    sealed = models.BinaryField(default=b"", editable=False)
    is_active = models.BooleanField(_("in use"), default=True)
    problem = models.CharField(max_length=300, blank=True, editable=False)
    watermarks = models.JSONField(default=dict, editable=False)
    tried_at = models.DateTimeField(_("last run"), null=True, editable=False)
    next_try_at = models.DateTimeField(null=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    said = models.CharField(max_length=300, blank=True, editable=False)

    class Meta:
        verbose_name = _("upload endpoint")
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "name"], name="endpoint_named_once"),
            models.CheckConstraint(
                condition=Q(batch_size__gte=20) & Q(batch_size__lte=50),
                name="endpoint_batch_of_20_to_50",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def grades(self) -> tuple[str, ...]:
        """Return the codes of the day's risk grade from low to major."""
        parts = self.grade_codes.replace("，", ",").split(",")
        return tuple(part.strip() for part in parts if part.strip())


class Delivery(ScopedModel):
    """The newest version of one record for one endpoint, and what was said about it.

    `payload` is what is sent, in the endpoint's dialect, before encryption. `needs` are the
    records that must be upstream first. `accepted_at` is when any version of it was first taken.
    """

    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries")
    table = models.CharField(_("table"), max_length=60)
    record_id = models.UUIDField()
    label = models.CharField(_("record"), max_length=200)
    payload = models.JSONField()
    payload_hash = models.CharField(max_length=64)
    needs = ArrayField(models.UUIDField(), default=list)
    is_deleted = models.BooleanField(_("deletion"), default=False)
    record_updated_at = models.DateTimeField(_("changed at"))
    state = models.CharField(
        _("state"), max_length=12, choices=State.choices, default=State.PENDING
    )
    code = models.CharField(_("answer"), max_length=40, blank=True)
    field = models.CharField(_("field"), max_length=60, blank=True)
    problem = models.CharField(_("reason"), max_length=500, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    accepted_at = models.DateTimeField(_("first taken at"), null=True)

    class Meta:
        verbose_name = _("upload")
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "record_id"], name="delivery_once_an_endpoint"
            ),
        ]
        indexes = [
            models.Index(fields=["scope_path", "-record_updated_at"], name="delivery_list"),
            models.Index(
                fields=["endpoint", "table", "record_updated_at"],
                condition=~Q(state=State.ACCEPTED),
                name="delivery_open",
            ),
            models.Index(fields=["record_id"], name="delivery_of_record"),
        ]

    def __str__(self) -> str:
        return self.label
