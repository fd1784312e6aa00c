"""Rows of findings."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.scoped import ScopedModel
from anlan.base.phrases import PhraseField
from anlan.modules.findings.choices import (
    OUTSIDE,
    Channel,
    Discipline,
    Level,
    Link,
    RoleCategory,
    RootCause,
    Source,
    Treatment,
    UnsafeFactor,
)
from anlan.modules.findings.states import EXTENSION, FINDING, OPEN, ExtensionState, FindingState
from anlan.modules.risk.models import ControlMeasure, RiskObject, RiskUnit


class Finding(ScopedModel):
    """A hazard finding (隐患).

    `origin_kind` and `origin_id` name what gave rise to it (an inspection record, an alarm).
    `deadline` is the last day in Asia/Shanghai; `overdue_days` are kept when an extension comes
    late. `criterion` is a code of the set in `criteria_edition`, the one valid when it was
    registered. `registered_by` is empty for an anonymous report. `owner_name` and `acceptor_name`
    are people of an old ledger who have no account here.
    """

    machine = FINDING

    number = models.CharField(pgettext_lazy("finding", "number"), max_length=40, editable=False)
    title = models.CharField(_("finding"), max_length=200)
    description = models.TextField(_("description"), blank=True, max_length=4000)
    state = models.CharField(
        _("state"), max_length=20, choices=FindingState.choices, default=FindingState.REPORTED
    )
    level = models.PositiveSmallIntegerField(
        _("level"), choices=Level.choices, default=Level.GENERAL
    )
    source = models.PositiveSmallIntegerField(
        _("source"), choices=Source.choices, default=Source.DAILY
    )
    channel = models.CharField(
        _("found by"), max_length=10, choices=Channel.choices, default=Channel.SELF
    )
    discipline = models.PositiveSmallIntegerField(
        _("discipline"), choices=Discipline.choices, default=Discipline.OTHER
    )
    role_category = models.PositiveSmallIntegerField(
        _("responsible person's task"), choices=RoleCategory.choices, default=RoleCategory.OTHER
    )
    unsafe_factor = models.PositiveSmallIntegerField(
        _("unsafe factor"), choices=UnsafeFactor.choices, null=True, blank=True
    )
    link = models.PositiveSmallIntegerField(
        _("where it arose"), choices=Link.choices, null=True, blank=True
    )
    treatment = models.PositiveSmallIntegerField(
        _("treatment"), choices=Treatment.choices, default=Treatment.DEADLINE
    )
    basis = models.CharField(pgettext_lazy("finding", "basis"), max_length=300, blank=True)

    object = models.ForeignKey(
        RiskObject,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="findings",
        verbose_name=_("risk analysis object"),
    )
    unit = models.ForeignKey(
        RiskUnit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="findings",
        verbose_name=_("risk analysis unit"),
    )
    measure = models.ForeignKey(
        ControlMeasure,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="findings",
        verbose_name=_("control measure"),
    )
    equipment = models.ForeignKey(
        "registry.Equipment",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="findings",
        verbose_name=_("equipment"),
    )
    place = models.CharField(pgettext_lazy("finding", "place"), max_length=120, blank=True)
    department = models.ForeignKey(
        "actors.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("finding", "department"),
    )
    origin_kind = models.CharField(max_length=40, blank=True, editable=False)
    origin_id = models.UUIDField(null=True, editable=False)

    found_at = models.DateTimeField(_("found at"))
    registered_at = models.DateTimeField(_("registered at"))
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("registered by"),
    )
    inspected_on = models.DateField(_("outside inspection ended on"), null=True, blank=True)
    inspection_ref = models.CharField(_("inspection document"), max_length=80, blank=True)

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("rectification owner"),
    )
    acceptor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("acceptor"),
    )
    owner_name = models.CharField(max_length=40, blank=True, editable=False)
    acceptor_name = models.CharField(max_length=40, blank=True, editable=False)
    deadline = models.DateField(_("deadline"), null=True, blank=True)
    first_deadline = models.DateField(_("first deadline"), null=True, editable=False)
    measures = models.TextField(_("measures"), blank=True, max_length=2000)
    interim = models.TextField(_("interim control"), blank=True, max_length=2000)
    funds = models.DecimalField(
        _("funds, CNY"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    funds_note = models.CharField(_("source of the funds"), max_length=120, blank=True)
    plan = models.CharField(_("emergency plan"), max_length=300, blank=True)
    cause = models.TextField(pgettext_lazy("finding", "cause"), blank=True, max_length=2000)
    root_cause = models.CharField(
        _("root cause"), max_length=16, choices=RootCause.choices, blank=True
    )
    cost = models.DecimalField(
        _("cost, CNY"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    result = models.TextField(_("what was done"), blank=True, max_length=2000)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=pgettext_lazy("finding", "confirmed by"),
    )
    submitted_at = models.DateTimeField(_("submitted at"), null=True, editable=False)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=pgettext_lazy("finding", "submitted by"),
    )
    accepted_at = models.DateTimeField(_("accepted at"), null=True, editable=False)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=pgettext_lazy("finding", "accepted by"),
    )
    acceptance = models.CharField(_("opinion on acceptance"), max_length=500, blank=True)
    overdue_days = models.PositiveIntegerField(_("days overdue"), default=0, editable=False)
    warning = models.PositiveSmallIntegerField(default=0, editable=False)

    criterion = models.CharField(_("criterion"), max_length=16, blank=True)
    criteria_edition = models.CharField(max_length=20, blank=True, editable=False)
    judgement = models.JSONField(_("judgement"), default=dict, blank=True)
    signed_at = models.DateTimeField(_("signed by the principal at"), null=True, editable=False)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=pgettext_lazy("finding", "signed by"),
    )
    reviewed_at = models.DateTimeField(_("reviewed by the authority at"), null=True, editable=False)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=pgettext_lazy("finding", "reviewed by"),
    )
    listed_at = models.DateTimeField(_("listed for supervision at"), null=True, editable=False)
    listed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=pgettext_lazy("finding", "listed by"),
    )
    listing_number = models.CharField(_("supervision number"), max_length=40, blank=True)
    cleared_at = models.DateTimeField(_("number cleared at"), null=True, editable=False)
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
        verbose_name=pgettext_lazy("finding", "cleared by"),
    )
    penalty = models.CharField(_("penalty"), max_length=300, blank=True)

    is_anonymous = models.BooleanField(_("anonymous"), default=False)
    reward = models.DecimalField(
        _("reward, CNY"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    repeat_of = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="repeats",
        verbose_name=_("repeats"),
    )
    search_key = models.CharField(max_length=600, blank=True, editable=False)

    class Meta:
        verbose_name = _("finding")
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "number"], name="finding_number_once"),
            models.CheckConstraint(
                condition=~Q(state=FindingState.ACCEPTED) | Q(accepted_at__isnull=False),
                name="finding_accepted_has_time",
            ),
            models.CheckConstraint(
                condition=Q(is_anonymous=False) | Q(registered_by__isnull=True),
                name="finding_anonymous_names_nobody",
            ),
        ]
        indexes = [
            # The list of a scope, newest first, and its open part.
            # With what the wall looks at and lists filter by: the rows of a county lie scattered
            # over a million pages, and are counted without looking into them.
            models.Index(
                fields=["scope_path", "-registered_at"],
                include=["enterprise", "state", "level", "deadline", "source", "channel", "id"],
                name="finding_list",
            ),
            # Counted on each page, with what else is counted of them.
            models.Index(
                fields=["scope_path", "deadline"],
                include=["enterprise", "state", "level"],
                condition=Q(state__in=sorted(OPEN)),
                name="finding_open",
            ),
            models.Index(
                fields=["owner", "deadline"],
                condition=Q(state__in=sorted(OPEN)),
                name="finding_of_owner",
            ),
            models.Index(
                fields=["scope_path", "-registered_at"],
                condition=Q(level=Level.MAJOR),
                name="finding_major",
            ),
            # The newest of a whole province, counted and filtered from the index alone.
            models.Index(
                fields=["-registered_at", "id"],
                include=["scope_path", "enterprise", "state", "level", "deadline", "source"],
                name="finding_newest",
            ),
            models.Index(fields=["number", "id"], name="finding_by_number"),
            models.Index(
                fields=["repeat_of"], condition=Q(repeat_of__isnull=False), name="finding_repeats"
            ),
            models.Index(fields=["enterprise", "registered_at"], name="finding_week"),
            models.Index(fields=["enterprise", "updated_at"], name="finding_since"),
            # What an outside inspection found, by its document.
            models.Index(
                fields=["enterprise", "inspection_ref"],
                condition=~Q(inspection_ref=""),
                name="finding_of_document",
            ),
            models.Index(fields=["origin_id"], condition=Q(origin_id__isnull=False),
                         name="finding_of_origin"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def rectifier(self) -> str:
        """Return the name of who rectifies or rectified it; empty if nobody is named."""
        return self.owner.display_name if self.owner else self.owner_name

    @property
    def judge(self) -> str:
        """Return the name of who accepted it, else of who is to; empty if nobody is named."""
        person = self.accepted_by or self.acceptor
        return person.display_name if person else self.acceptor_name


class Extension(ScopedModel):
    """A request to put a finding's deadline off; granted ones make its deadline history."""

    machine = EXTENSION

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="extensions")
    state = models.CharField(
        max_length=10, choices=ExtensionState.choices, default=ExtensionState.REQUESTED
    )
    old_deadline = models.DateField()
    new_deadline = models.DateField(_("new deadline"))
    reason = models.CharField(pgettext_lazy("finding", "reason"), max_length=500)
    interim = models.CharField(_("interim control"), max_length=500, blank=True)
    is_late = models.BooleanField(default=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("extension")
        constraints = [
            models.UniqueConstraint(
                fields=["finding"],
                condition=Q(state=ExtensionState.REQUESTED),
                name="extension_one_open",
            ),
            models.CheckConstraint(
                condition=Q(new_deadline__gt=models.F("old_deadline")),
                name="extension_is_later",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_deadline} → {self.new_deadline}"


class OutsideInspection(ScopedModel):
    """An inspection by somebody outside, whose findings must be entered within a month.

    Findings belong to it by its `document` (`Finding.inspection_ref`). `n_findings` is how many
    the document names, None if that is not known; entering stops being watched at `completed_at`.
    """

    document = models.CharField(_("inspection document"), max_length=80)
    channel = models.CharField(
        pgettext_lazy("outside inspection", "inspected by"),
        max_length=10,
        choices=[(one.value, one.label) for one in Channel if one in OUTSIDE],
        default=Channel.COUNTY,
    )
    authority = models.CharField(_("name of the authority"), max_length=120, blank=True)
    ended_on = models.DateField(pgettext_lazy("outside inspection", "ended on"))
    n_findings = models.PositiveIntegerField(_("findings in the document"), null=True, blank=True)
    note = models.CharField(pgettext_lazy("outside inspection", "note"), max_length=300, blank=True)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    completed_at = models.DateTimeField(_("entered completely at"), null=True, editable=False)
    completed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )

    class Meta:
        verbose_name = _("outside inspection")
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "document"], name="outside_inspection_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["ended_on"],
                condition=Q(completed_at__isnull=True),
                name="outside_inspection_open",
            ),
        ]

    def __str__(self) -> str:
        return self.document


class Flag(ScopedModel):
    """What the honest-work analysis found odd about a finding or record; says why.

    `subject_type` is the model's label (`findings.finding`). `evidence` names the rows and
    figures behind it. A flag is dismissed with a reason, never deleted.
    """

    subject_type = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    code = models.CharField(_("kind"), max_length=40)
    why = PhraseField(_("why"))
    score = models.FloatField(_("weight"), default=0)
    evidence = models.JSONField(default=dict)
    raised_at = models.DateTimeField()
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    dismissal = models.CharField(_("reason for dismissal"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("flag")
        constraints = [
            models.UniqueConstraint(fields=["subject_id", "code"], name="flag_once"),
        ]
        indexes = [models.Index(fields=["scope_path", "-raised_at"], name="flag_list")]

    def __str__(self) -> str:
        return str(self.why)
