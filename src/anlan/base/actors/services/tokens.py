"""API tokens: made once, shown once, kept as a hash."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anlan.base.actors import events, policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.loading import load_actor
from anlan.base.actors.models import ApiToken, User
from anlan.base.actors.problems import TokenRefused
from anlan.base.audit.services import record
from anlan.base.clock import now
from anlan.base.errors import Forbidden, NotYours, Problems

MARK = "anl"
LONGEST = timedelta(days=365)
READ = "read"
_USED_EVERY = timedelta(minutes=1)


def scope_choices() -> list[str]:
    """Return what a token can be allowed: `read`, and every beginning of a permission."""
    found = {READ}
    for permission in policy.granted():
        parts = permission.split(".")
        found.update(".".join(parts[:n]) for n in range(1, len(parts) + 1))
    return sorted(found, key=lambda one: (one != READ, one))


@transaction.atomic
def token_create(
    actor: Actor, *, name: str, scopes: Iterable[str], expires_at: datetime
) -> tuple[ApiToken, str]:
    """Create a token for oneself; return it and the raw text, which nobody can read again.

    Raises BadInput, Forbidden when a token asks for a token.
    """
    if actor.user_id is None or actor.token_scopes is not None:
        raise Forbidden()
    chosen, moment, problems = sorted(set(scopes)), now(), Problems()
    if not name.strip() or len(name.strip()) > 60:
        problems.add("name", _("Give a name of at most 60 characters."))
    if not chosen or not set(chosen) <= set(scope_choices()):
        problems.add("scopes", _("Choose what the token may do."))
    if not moment < expires_at <= moment + LONGEST:
        problems.add("expires_at", _("A token is valid for at most one year."))
    problems.raise_if_any()
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user_id=actor.user_id,
        name=name.strip(),
        prefix=prefix,
        secret_hash=_hash(secret),
        scopes=chosen,
        expires_at=expires_at,
    )
    record(actor, events.TOKEN_CREATED, token, after={"scopes": chosen, "expires_at": expires_at})
    return token, f"{MARK}_{prefix}_{secret}"


@transaction.atomic
def token_revoke(actor: Actor, token_id: UUID | str) -> ApiToken:
    """End one of the actor's own tokens, at once and for good. Raises NotYours."""
    try:
        token = ApiToken.objects.select_for_update().get(  # type: ignore[misc]
            pk=token_id, user_id=actor.user_id
        )
    except (ApiToken.DoesNotExist, ValidationError) as error:
        raise NotYours() from error
    if token.revoked_at is None:
        token.revoked_at = now()
        token.save(update_fields=["revoked_at"])
        record(actor, events.TOKEN_REVOKED, token)
    return token


def tokens_revoke_all(actor: Actor, user: User) -> int:
    """End every token of an account, in the current transaction; return how many."""
    open_tokens = list(ApiToken.objects.filter(user=user, revoked_at__isnull=True))
    ApiToken.objects.filter(pk__in=[one.pk for one in open_tokens]).update(revoked_at=now())
    for token in open_tokens:
        record(actor, events.TOKEN_REVOKED, token)
    return len(open_tokens)


def actor_for_token(raw: str) -> Actor:
    """Return who a raw token acts as, limited to its scopes. Raises TokenRefused.

    Notes the use at most once a minute, so that a busy program does not write on each call.
    """
    mark, _sep, rest = raw.strip().partition("_")
    prefix, _sep, secret = rest.partition("_")
    token = None
    if mark == MARK and prefix and secret:
        token = ApiToken.objects.select_related("user").filter(prefix=prefix).first()
    # The comparison runs for an unknown prefix too, so that the time tells nothing.
    known = hmac.compare_digest(bytes(token.secret_hash) if token else b"\0" * 32, _hash(secret))
    moment = now()
    if token is None or not known or token.revoked_at or token.expires_at <= moment:
        raise TokenRefused()
    if not token.user.is_active:
        raise TokenRefused()
    ApiToken.objects.filter(
        Q(last_used_at__isnull=True) | Q(last_used_at__lt=moment - _USED_EVERY), pk=token.pk
    ).update(last_used_at=moment)
    return load_actor(token.user, token_scopes=frozenset(token.scopes))


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
