"""Data sources and the keys with which they send."""

import hashlib
import secrets
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anlan.base.actors import policy as rights
from anlan.base.actors.actor import Actor
from anlan.base.audit.services import record
from anlan.base.clock import now
from anlan.base.errors import Problems
from anlan.modules.monitoring import events, policy
from anlan.modules.monitoring.models import Source, SourceToken
from anlan.modules.monitoring.services import directory
from anlan.modules.monitoring.source_settings import settings_problems
from anlan.modules.registry.services import rows

MARK = "anls"
LONGEST = timedelta(days=365)
SCOPES = ("ingest", "directory")


def _check(values: rows.Values, problems: Problems) -> None:
    for name, text in settings_problems(values.get("kind", ""), values.get("settings") or {}):
        problems.add(name, text)


SOURCE = rows.Register(
    model=Source,
    permission=policy.SOURCE_EDIT,
    created=events.SOURCE_CREATED,
    changed=events.SOURCE_CHANGED,
    removed=events.SOURCE_REMOVED,
    fields=("name", "kind", "settings", "enabled", "note"),
    key=("name",),
    searched=("name", "kind"),
    check=_check,
    after_write=lambda actor, plans: directory.changed(),
)


def source_create(actor: Actor, values: Mapping[str, Any]) -> Source:
    """Enter a data source. Raises BadInput, Forbidden."""
    return rows.create_row(actor, SOURCE, values)


def source_update(
    actor: Actor, pk: UUID | str, values: Mapping[str, Any], expected_version: int | None = None
) -> Source:
    """Change a data source. Raises NotYours, Forbidden, BadInput, ChangedMeanwhile."""
    return rows.update_row(actor, SOURCE, pk, values, expected_version)


@transaction.atomic
def source_remove(
    actor: Actor, pk: UUID | str, reason: str = "", expected_version: int | None = None
) -> Source:
    """Take a source out of the lists; its keys end at once, its points stay without a source."""
    found = rows.remove_row(actor, SOURCE, pk, reason, expected_version)
    moment = now()
    SourceToken.objects.for_actor(actor).filter(source=pk, revoked_at__isnull=True).update(
        revoked_at=moment
    )
    directory.changed()
    return found


@transaction.atomic
def token_issue(
    actor: Actor,
    source_id: UUID | str,
    *,
    scopes: Collection[str] = ("ingest",),
    days: int = 365,
    replaces: bool = False,
) -> tuple[SourceToken, str]:
    """Make a key for a source; return it and its raw text, which nobody can read again.

    With `replaces` all other keys of the source end at once; else they go on until revoked, so
    that a sender can be changed over without a gap. Raises NotYours, Forbidden, BadInput.
    """
    source = Source.objects.for_actor(actor).filter(removed_at__isnull=True).lock(source_id)
    rights.require(actor, policy.SOURCE_TOKEN, source)
    problems = Problems()
    chosen = sorted(set(scopes))
    if not chosen or not set(chosen) <= set(SCOPES):
        problems.add("scopes", _("Choose what the key may do."))
    if not 1 <= days <= LONGEST.days:
        problems.add("days", _("A key is valid for at most one year."))
    problems.raise_if_any()
    if replaces:
        for old in SourceToken.objects.for_actor(actor).filter(source=source, revoked_at=None):
            _revoke(actor, old)
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    token = SourceToken.objects.create(
        enterprise_id=source.enterprise_id,
        scope_path=source.scope_path,
        source=source,
        prefix=prefix,
        # 256 random bits: a slow hash would add nothing.
        secret_hash=hashlib.sha256(secret.encode()).digest(),
        scopes=chosen,
        expires_at=now() + timedelta(days=days),
    )
    record(
        actor,
        events.TOKEN_ISSUED,
        source,
        after={"key": prefix, "scopes": chosen, "expires_at": token.expires_at},
    )
    directory.changed()
    return token, f"{MARK}_{prefix}_{secret}"


@transaction.atomic
def token_revoke(actor: Actor, token_id: UUID | str) -> SourceToken:
    """End a key at once and for good. Raises NotYours, Forbidden."""
    token = SourceToken.objects.for_actor(actor).select_related("source").lock(token_id)
    rights.require(actor, policy.SOURCE_TOKEN, token)
    if token.revoked_at is None:
        _revoke(actor, token)
        directory.changed()
    return token


def _revoke(actor: Actor, token: SourceToken) -> None:
    token.revoked_at = now()
    token.save(update_fields=["revoked_at", "updated_at"])
    record(actor, events.TOKEN_REVOKED, token.source, after={"key": token.prefix})
