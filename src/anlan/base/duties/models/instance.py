"""Each time a duty is to be done."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.scoped import ScopedModel
from anlan.base.duties.models.plan import Plan
from anlan.base.duties.models.warning import Colour
from anlan.base.duties.states import INSTANCE, OPEN, State
from anlan.base.states.machine import Machine


class Instance(ScopedModel):
    """One time to do a duty: its window, whose it is, what became of it (任务实例).

    The id is made of the plan and `opens_at` (`rules.instance_id`), so a window exists once. The
    table is split into months by id. A million rows a day are made from plans in one statement;
    what they point to was checked when the plan was saved and is never deleted, so the foreign
    keys are not checked again row by row.

    `assignee`, `organisation`, `role`, `work_type` are the plan's when the row was made, or what a
    hand-over made of them. `next_turn_at` is when time alone changes state or colour next; empty
    when it no longer does.
    """

    machine: ClassVar[Machine] = INSTANCE

    enterprise = models.ForeignKey(
        "actors.Organisation",
        models.PROTECT,
        related_name="+",
        editable=False,
        db_constraint=False,
        db_index=False,
        verbose_name=_("enterprise"),
    )
    plan = models.ForeignKey(
        Plan, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    organisation = models.ForeignKey(
        "actors.Organisation",
        models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("department"),
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("person"),
    )
    role = models.CharField(_("role"), max_length=32, blank=True)
    work_type = models.SmallIntegerField(_("task type"), default=0)
    opens_at = models.DateTimeField(_("opens at"))
    due_at = models.DateTimeField(_("due at"))
    grace_until = models.DateTimeField(_("grace until"))
    state = models.CharField(
        _("state"), max_length=10, choices=INSTANCE.choices, default=State.PENDING
    )
    warning = models.SmallIntegerField(_("warning"), choices=Colour.choices, default=Colour.NONE)
    next_turn_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(_("done at"), null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
        verbose_name=_("done by"),
    )
    record_id = models.UUIDField(null=True)
    exempt_reason = models.CharField(_("why exempt"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("duty")
        # Written out in the migration: Django does not make partitioned tables.
        indexes = [
            # My tasks: mine by name, and mine by role.
            models.Index(
                fields=["assignee", "due_at"],
                condition=Q(state__in=OPEN, assignee__isnull=False),
                name="duty_open_of_person",
            ),
            models.Index(
                fields=["organisation", "role", "due_at"],
                condition=Q(state__in=OPEN, assignee__isnull=True),
                name="duty_open_of_role",
            ),
            # What time alone changes next.
            models.Index(
                fields=["next_turn_at"],
                condition=Q(next_turn_at__isnull=False),
                name="duty_turns",
            ),
            # What I have done today.
            models.Index(
                fields=["done_by", "done_at"],
                condition=Q(done_by__isnull=False),
                name="duty_done_by_person",
            ),
            # An enterprise's calendar, a plan's past, the rates.
            models.Index(fields=["enterprise", "due_at"], name="duty_of_enterprise"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["done", "done_late"]) | Q(done_at__isnull=False),
                name="duty_done_says_when",
            ),
        ]

    def __str__(self) -> str:
        return str(self.plan)


class Horizon(ScopedModel):
    """How far ahead the instances of an enterprise have been made."""

    made_until = models.DateTimeField()

    class Meta:
        verbose_name = _("duties made ahead")
        constraints = [
            models.UniqueConstraint(fields=["enterprise"], name="duty_horizon_per_enterprise")
        ]
