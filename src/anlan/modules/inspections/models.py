"""Rows of inspections: tasks, checklists, records."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.scoped import ScopedModel
from anlan.base.duties.models import Plan
from anlan.base.duties.models.plan import WorkType
from anlan.modules.findings.choices import Source
from anlan.modules.inspections.choices import ArrivedBy, Reason, Result
from anlan.modules.risk.models import ControlMeasure, RiskObject, RiskUnit


class Checklist(ScopedModel):
    """A list of things to look at together: comprehensive, special, seasonal and so on.

    `items` are `{"id": "1", "text": …, "basis": …}` in order; `template` is the code of the ready
    list it was made from.
    """

    title = models.CharField(_("title"), max_length=120)
    source = models.PositiveSmallIntegerField(
        _("kind of inspection"), choices=Source.choices, default=Source.COMPREHENSIVE
    )
    items = models.JSONField(_("items"), default=list)
    template = models.CharField(max_length=40, blank=True, editable=False)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("checklist")
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "title"],
                condition=Q(is_active=True),
                name="checklist_titled_once",
            )
        ]
        indexes = [models.Index(fields=["scope_path", "title"], name="checklist_list")]

    def __str__(self) -> str:
        return self.title


class InspectionTask(ScopedModel):
    """Something to inspect again and again (隐患排查任务); `plan` says how often and whose.

    Of measure, unit and object the finest known one is set and what lies above it. A task with a
    checklist is answered item by item. `code` is the enterprise's own, or given. `work_type` and
    `role_item` name the responsible person's item as the national interface wants it; they are
    the plan's.
    """

    plan = models.OneToOneField(Plan, models.PROTECT, related_name="inspection_task")
    code = models.CharField(
        _("task code"),
        max_length=40,
        blank=True,
        help_text=_("Tells tasks apart in imports; given when left empty."),
    )
    title = models.CharField(_("title"), max_length=200)
    content = models.TextField(_("what to inspect"), blank=True, max_length=2000)
    source = models.PositiveSmallIntegerField(
        _("kind of inspection"), choices=Source.choices, default=Source.DAILY
    )
    measure = models.ForeignKey(
        ControlMeasure,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name=_("control measure"),
    )
    unit = models.ForeignKey(
        RiskUnit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name=_("place"),
    )
    object = models.ForeignKey(
        RiskObject,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name=_("risk analysis object"),
    )
    checklist = models.ForeignKey(
        Checklist,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tasks",
        verbose_name=_("checklist"),
    )
    work_type = models.PositiveSmallIntegerField(
        _("task type"), choices=WorkType.choices, default=WorkType.DAILY
    )
    role_item = models.PositiveSmallIntegerField(
        _("item of the responsible person"), null=True, blank=True
    )
    route = models.PositiveIntegerField(_("order in the round"), default=0)
    is_active = models.BooleanField(_("in use"), default=True)
    search_key = models.CharField(max_length=600, blank=True, editable=False)

    class Meta:
        verbose_name = _("inspection task")
        constraints = [
            models.CheckConstraint(
                condition=Q(work_type=0) | Q(role_item__isnull=False),
                name="inspection_task_names_its_item",
            ),
            models.UniqueConstraint(
                fields=["enterprise", "code"],
                condition=~Q(code=""),
                name="inspection_task_one_per_code",
            ),
        ]
        indexes = [
            models.Index(fields=["scope_path", "title"], name="inspection_task_list"),
            models.Index(fields=["enterprise", "updated_at"], name="inspection_task_since"),
            models.Index(
                fields=["enterprise", "measure"],
                condition=Q(is_active=True, measure__isnull=False),
                name="inspection_task_of_measure",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def place_text(self) -> str:
        """Return where it is, as people say it."""
        return self.plan.place_text


class InspectionRecord(ScopedModel):
    """What somebody saw at one moment (排查记录).

    `id` was made where the record was made, on a phone too. `instance_id` is the duty it answers;
    not a foreign key, since duties live in monthly partitions. Of several records of one duty the
    one that `stands` is the worst; `is_repeat` marks those that did not fulfil it. `low` and
    `high` are the limits that judged the reading. `is_late` was made in time and came afterwards.
    """

    task = models.ForeignKey(
        InspectionTask,
        models.PROTECT,
        related_name="records",
        db_index=False,
        verbose_name=_("inspection task"),
    )
    instance_id = models.UUIDField(null=True, editable=False)
    unit = models.ForeignKey(
        RiskUnit,
        models.PROTECT,
        null=True,
        related_name="records",
        db_index=False,
        verbose_name=_("place"),
    )
    place = models.CharField(_("place"), max_length=120, blank=True)
    result = models.CharField(_("result"), max_length=14, choices=Result.choices)
    reading = models.DecimalField(
        _("reading"), max_digits=14, decimal_places=4, null=True, blank=True
    )
    reading_unit = models.CharField(_("unit of measurement"), max_length=20, blank=True)
    low = models.DecimalField(_("not below"), max_digits=14, decimal_places=4, null=True)
    high = models.DecimalField(_("not above"), max_digits=14, decimal_places=4, null=True)
    answers = models.JSONField(_("items"), default=list, blank=True)
    note = models.TextField(_("remarks"), blank=True, max_length=2000)
    reason = models.CharField(
        _("why not inspected"), max_length=16, choices=Reason.choices, blank=True
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("inspected by"),
    )
    occurred_at = models.DateTimeField(_("inspected at"))
    received_at = models.DateTimeField(_("received at"))
    started_at = models.DateTimeField(_("begun at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    time_doubtful = models.BooleanField(_("time doubtful"), default=False)
    arrived_by = models.CharField(
        _("shown to be there by"), max_length=10, choices=ArrivedBy.choices, default=ArrivedBy.NONE
    )
    position = models.JSONField(null=True, editable=False)
    device_id = models.UUIDField(_("device"), null=True, editable=False)
    finding_id = models.UUIDField(null=True, editable=False)
    is_late = models.BooleanField(_("uploaded late"), default=False)
    is_repeat = models.BooleanField(_("repeated check"), default=False)
    stands = models.BooleanField(_("counts"), default=True)

    class Meta:
        verbose_name = _("inspection record")
        constraints = [
            models.CheckConstraint(
                condition=~Q(result="not_inspected") | ~Q(reason=""),
                name="inspection_record_says_why_not",
            ),
        ]
        # A plant makes some thousand an hour: few indexes, each for one question.
        indexes = [
            models.Index(fields=["task", "-occurred_at"], name="inspection_record_of_task"),
            models.Index(fields=["enterprise", "-occurred_at"], name="inspection_record_list"),
            models.Index(
                fields=["instance_id"],
                condition=Q(instance_id__isnull=False),
                name="inspection_record_of_duty",
            ),
            models.Index(fields=["enterprise", "updated_at"], name="inspection_record_since"),
        ]

    def __str__(self) -> str:
        return f"{self.task} · {self.get_result_display()}"
