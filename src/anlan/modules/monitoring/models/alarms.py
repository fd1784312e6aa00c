"""Alarms as they stand, and their journal."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.scoped import ScopedModel
from anlan.base.ids import uuid7
from anlan.modules.monitoring.choices import Happening, Priority, Shown
from anlan.modules.monitoring.models.rules import AlarmRule


class AlarmState(ScopedModel):
    """How the alarm of a rule stands (报警); one row a rule.

    The fields from `condition` to `permit` are those of `engines.alarms.states.Alarm`; `shown` is
    what that derives from them, kept for lists. `since` is the first crossing, `raised_at` when
    the on-delay was over (both of the source's clock), `announced_at` when the operator could
    see it. `priority` repeats the rule's, for the order of the list.
    """

    rule = models.OneToOneField(AlarmRule, models.PROTECT, related_name="alarm")
    shown = models.CharField(_("state"), max_length=1, choices=Shown.choices, default=Shown.NORMAL)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority.choices)
    condition = models.BooleanField(default=False)
    held = models.BooleanField(default=False)
    unacknowledged = models.BooleanField(default=False)
    acknowledged_at = models.DateTimeField(null=True)
    shelved_until = models.DateTimeField(null=True)
    once = models.BooleanField(default=False)
    suppressed = models.BooleanField(default=False)
    permit = models.CharField(_("permit number"), max_length=40, blank=True)
    since = models.DateTimeField(_("first crossing"), null=True)
    raised_at = models.DateTimeField(pgettext_lazy("alarm", "raised at"), null=True)
    announced_at = models.DateTimeField(_("announced at"), null=True)
    value = models.FloatField(_("value"), null=True)
    opened = models.PositiveIntegerField(_("times raised"), default=0)

    class Meta:
        verbose_name = pgettext_lazy("row", "alarm")
        indexes = [
            # The operator's list: what is not at rest, the most urgent and the newest first.
            models.Index(
                fields=["scope_path", "priority", "-raised_at"],
                include=["enterprise", "shown"],
                condition=~Q(shown="A"),
                name="alarm_state_open",
            ),
            # Shelves that end, looked at every second.
            models.Index(
                fields=["shelved_until"],
                condition=Q(shelved_until__isnull=False),
                name="alarm_state_shelves",
            ),
        ]

    def __str__(self) -> str:
        return str(self.rule)


class AlarmEvent(ScopedModel):
    """One line of the alarm journal (报警事件), append-only by a trigger of the database.

    `at` is the source's time, `announced_at` when it was told, `since` the beginning of the
    condition. `by_id` and `by_name` are kept as they were, whatever becomes of the account.
    `batch` names what was written together: an entry of the audit chain holds the digest over it.
    `until` is how long a shelf was meant to last.
    """

    # Rules and enterprises are protected from deletion by the models; asking the database again
    # for each of thousands of lines a second would cost a third of their writing. The indexes
    # below serve both columns.
    enterprise = models.ForeignKey(
        "actors.Organisation",
        models.PROTECT,
        related_name="+",
        editable=False,
        db_constraint=False,
        db_index=False,
        verbose_name=_("enterprise"),
    )
    rule = models.ForeignKey(
        AlarmRule, models.PROTECT, related_name="events", db_constraint=False, db_index=False
    )
    what = models.CharField(_("event"), max_length=16, choices=Happening.choices)
    at = models.DateTimeField(_("time"))
    since = models.DateTimeField(_("first crossing"), null=True)
    announced_at = models.DateTimeField(_("announced at"), null=True)
    value = models.FloatField(_("value"), null=True)
    limit = models.FloatField(pgettext_lazy("alarm", "limit"), null=True)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority.choices)
    by_id = models.UUIDField(null=True)
    by_name = models.CharField(_("by"), max_length=60, blank=True)
    comment = models.CharField(_("comment"), max_length=500, blank=True)
    permit = models.CharField(_("permit number"), max_length=40, blank=True)
    until = models.DateTimeField(pgettext_lazy("shelf", "until"), null=True)
    console = models.CharField(_("console"), max_length=40, blank=True)
    batch = models.UUIDField(default=uuid7, editable=False)

    class Meta:
        verbose_name = _("alarm event")
        constraints = [
            # A replay of samples after a crash must tell nothing twice.
            models.UniqueConstraint(
                fields=["rule", "since", "what"],
                condition=Q(what__in=["raised", "cleared", "suppressed", "unsuppressed"]),
                name="alarm_event_once",
            ),
        ]
        indexes = [
            # The journal and the figures of an enterprise.
            models.Index(fields=["enterprise", "-at"], name="alarm_event_of_enterprise"),
            # The journal of a scope of several enterprises.
            models.Index(fields=["scope_path", "-at"], name="alarm_event_of_scope"),
            # The story of one alarm.
            models.Index(fields=["rule", "-at"], name="alarm_event_of_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.get_what_display()}"
