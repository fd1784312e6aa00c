"""Where values come from."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Value
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.scoped import ScopedModel
from anlan.modules.monitoring.choices import SourceKind
from anlan.modules.registry.models.base import LIVE, RegisterModel


def next_number(sequence: str) -> Func:
    """Return the default of a column that a sequence of the database numbers."""
    return Func(Value(sequence), function="nextval")


class Source(RegisterModel):
    """One sender of values (数据源): a system, a gateway or a collector beside the plant.

    `number` names it on the message bus. `settings` holds what its kind needs (address, topic,
    register map). `counters` and the three columns after it are written by the processes that
    take its values in; nothing else of this row is theirs.
    """

    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("type"), max_length=12, choices=SourceKind.choices)
    number = models.IntegerField(
        _("source number"),
        unique=True,
        editable=False,
        db_default=next_number("monitoring_source_number"),
    )
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    enabled = models.BooleanField(_("enabled"), default=True)
    last_seen_at = models.DateTimeField(_("last heard"), null=True, editable=False)
    counters = models.JSONField(_("counters"), default=dict, editable=False)
    last_error = models.CharField(_("last error"), max_length=500, blank=True, editable=False)
    last_error_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("data source")
        constraints = [
            models.UniqueConstraint(fields=["enterprise", "name"], name="source_one_per_name"),
        ]
        indexes = [
            # The list of a scope by name.
            models.Index(
                fields=["scope_path", "name", "id"],
                condition=LIVE,
                name="source_list",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SourceToken(ScopedModel):
    """A key with which a source sends. Only the SHA-256 of the secret is kept.

    Several may be valid at once, so that one can be exchanged without a gap. `scopes` says what
    the key may do: `ingest` sends values, `directory` reads the numbers of the source's tags.
    """

    source = models.ForeignKey(Source, models.CASCADE, related_name="tokens")
    prefix = models.CharField(max_length=12, unique=True)
    secret_hash = models.BinaryField(max_length=32)
    scopes = ArrayField(models.CharField(max_length=20), verbose_name=_("may do"))
    expires_at = models.DateTimeField(_("valid until"))
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("source token")
        indexes = [
            # The keys of one source, the newest first.
            models.Index(fields=["source", "-created_at"], name="source_token_list"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}…"
