"""Notices of people, their preferences, channels and what was sent."""

import datetime as dt
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from anlan.base.actors.fields import ScopePathField
from anlan.base.ids import uuid7
from anlan.base.inbox import kinds
from anlan.base.inbox.states import HELD_RUN, RunState


class Urgency(models.IntegerChoices):
    """How soon; the four risk colours, red first."""

    RED = 1, pgettext_lazy("urgency", "At once")
    ORANGE = 2, pgettext_lazy("urgency", "Today")
    YELLOW = 3, pgettext_lazy("urgency", "This week")
    BLUE = 4, pgettext_lazy("urgency", "For information")


class NoticeState(models.TextChoices):
    """What its reader did with it."""

    UNREAD = "unread", pgettext_lazy("notice", "Unread")
    READ = "read", pgettext_lazy("notice", "Read")
    DONE = "done", pgettext_lazy("notice", "Done")


class Notice(models.Model):
    """Something one person should know. The words come from `kind` and `params` when read.

    `scope_path` and `enterprise_id` say what it is about: who loses that scope no longer reads
    it. Empty means about the person.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    recipient = models.ForeignKey("actors.User", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=80)
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=300, blank=True)
    urgency = models.SmallIntegerField(choices=Urgency.choices, default=Urgency.YELLOW)
    due_on = models.DateField(null=True)
    needs_action = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=NoticeState.choices, default=NoticeState.UNREAD)
    dedupe_key = models.CharField(max_length=160, blank=True)
    scope_path = ScopePathField(blank=True)
    enterprise_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("notice")
        constraints = [
            # A job that runs twice tells nobody twice.
            models.UniqueConstraint(
                fields=["recipient", "dedupe_key"],
                condition=~Q(dedupe_key=""),
                name="notice_once_per_key",
            ),
            models.CheckConstraint(
                condition=Q(url="") | (Q(url__startswith="/") & ~Q(url__startswith="//")),
                name="notice_links_inside",
            ),
        ]
        indexes = [
            # The notice centre, newest first.
            models.Index(fields=["recipient", "-created_at"], name="notice_of_person"),
            # The bell, and the tray of today.
            models.Index(
                fields=["recipient"], condition=~Q(state="done"), name="notice_open_of_person"
            ),
            # The digest: what nobody was told yet.
            models.Index(
                fields=["recipient"],
                condition=Q(told_at__isnull=True, state="unread"),
                name="notice_untold",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """Return the title in the active language."""
        return kinds.kind_of(self.kind).title_of(self.params)

    @property
    def body(self) -> str:
        """Return the text in the active language; may be empty."""
        return kinds.kind_of(self.kind).body_of(self.params)

    @property
    def icon(self) -> str:
        """Return the name of its icon."""
        return kinds.kind_of(self.kind).icon

    @property
    def action(self) -> str:
        """Return the word on its button."""
        return str(kinds.kind_of(self.kind).action)


QUIET_FROM, QUIET_UNTIL, DIGEST_AT = dt.time(22), dt.time(7), dt.time(8)


def default_channels() -> list[str]:
    """Return the kinds of channel a person takes who never chose."""
    return ["email", "wecom", "dingtalk", "feishu"]


class Preference(models.Model):
    """How one person wants to be told. Times are of Asia/Shanghai.

    Equal quiet times mean no quiet hours.
    """

    user = models.OneToOneField("actors.User", models.CASCADE, primary_key=True, related_name="+")
    channels = ArrayField(models.CharField(max_length=20), default=default_channels, blank=True)
    quiet_from = models.TimeField(_("quiet from"), default=QUIET_FROM)
    quiet_until = models.TimeField(_("quiet until"), default=QUIET_UNTIL)
    wants_digest = models.BooleanField(_("daily digest"), default=True)
    digest_at = models.TimeField(_("digest at"), default=DIGEST_AT)

    class Meta:
        verbose_name = _("notification preference")


class Channel(models.Model):
    """A way out, set up by an organisation for its people and those below it.

    `settings` may be shown; `sealed` holds the secrets, encrypted (see `sealing`). `problem` is
    set when the other side refuses for good, and stops deliveries until somebody saves.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey("actors.Organisation", models.PROTECT, related_name="+")
    kind = models.CharField(_("kind"), max_length=20)
    name = models.CharField(_("name"), max_length=60)
    settings = models.JSONField(default=dict)
    sealed = models.BinaryField(default=b"")
    is_active = models.BooleanField(_("active"), default=True)
    problem = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("channel")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="channel_name_once"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scope_path(self) -> str:
        """Return where it belongs, for policy."""
        return self.organisation.path

    @property
    def enterprise_id(self):  # type: ignore[no-untyped-def]
        """Return the enterprise it belongs to, for policy; None above one."""
        return self.organisation.enterprise_id


class DeliveryState(models.TextChoices):
    """What became of a message."""

    WAITING = "waiting", pgettext_lazy("delivery", "Waiting")
    SENT = "sent", pgettext_lazy("delivery", "Sent")
    FAILED = "failed", pgettext_lazy("delivery", "Failed")


class Purpose(models.TextChoices):
    """Why a message is sent."""

    IMMEDIATE = "immediate", _("At once")
    DIGEST = "digest", _("Digest")
    TEST = "test", _("Test")


class Delivery(models.Model):
    """One message by one channel to one person, with its attempts.

    A waiting row is due at `next_try_at`; whoever takes it moves that ahead first, so that a
    worker killed while sending leaves a row that is tried again.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="deliveries")
    recipient = models.ForeignKey("actors.User", models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    notices = ArrayField(models.UUIDField(), default=list)
    key = models.CharField(max_length=120, unique=True)
    state = models.CharField(
        max_length=8, choices=DeliveryState.choices, default=DeliveryState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("delivery")
        indexes = [
            # What the worker sends next.
            models.Index(fields=["next_try_at"], condition=Q(state="waiting"), name="delivery_due"),
            # The log of a channel.
            models.Index(fields=["channel", "-created_at"], name="delivery_of_channel"),
        ]


DIGEST = kinds.DIGEST


class HeldRun(models.Model):
    """A run that would have sent too much: the circuit breaker's record.

    `drafts` are the notices it meant to make; `scope_path` is the place that holds all its
    recipients, so that the administrators above it decide.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    what = models.CharField(max_length=80)
    planned = models.PositiveIntegerField()
    cap = models.PositiveIntegerField()
    drafts = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=RunState.choices, default=RunState.HELD)
    scope_path = ScopePathField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("actors.User", models.PROTECT, null=True, related_name="+")

    machine = HELD_RUN

    class Meta:
        verbose_name = _("held run")

    def __str__(self) -> str:
        return f"{self.words} · {self.planned}"

    @property
    def words(self) -> str:
        """Return what would be sent, in words: the first of its messages, or the daily digest."""
        return kinds.run_words(self.what_it_sends)

    @property
    def what_it_sends(self) -> dict[str, Any]:
        """Return the same as a notice keeps it, to be worded when it is read."""
        first = getattr(self, "first_draft", None) or (self.drafts[0] if self.drafts else {})
        return {"kind": self.what, "params": first.get("params", {})}

    @property
    def enterprise_id(self) -> None:
        """A run belongs to a place, not to an enterprise."""
        return None
