"""Writes on accounts: creating, changing, closing, opening."""

import re
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.backends.db import SessionStore
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actors import events
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Membership, User
from anlan.base.actors.permissions import USER_MANAGE, governs
from anlan.base.actors.problems import OutOfReach, OwnRights
from anlan.base.actors.queries import person_one, user_by_login
from anlan.base.actors.services.last_admin import an_administrator_remains
from anlan.base.actors.services.tokens import tokens_revoke_all
from anlan.base.audit.services import record
from anlan.base.clock import now
from anlan.base.errors import Problems
from anlan.base.search_key import search_key

# No "@": an account named like somebody's e-mail would catch that person's sign-in.
_USERNAME = re.compile(r"[\w.+-]{2,60}")


def new_account(
    *,
    username: str,
    display_name: str,
    password: str | None,
    email: str = "",
    phone: str = "",
    language: str = "zh-hans",
    is_demo: bool = False,
) -> User:
    """Write an account without any role; the caller records why it exists. Raises BadInput.

    Without a password nobody can sign in until a password link or single sign-on is used.
    """
    username, display_name, email = username.strip(), display_name.strip(), email.strip()
    problems = Problems()
    if not _USERNAME.fullmatch(username):
        problems.add("username", _("A user name has 2 to 60 letters, digits or the signs . + - _"))
    elif user_by_login(username) is not None:
        problems.add("username", _("This user name is taken."))
    if not display_name or len(display_name) > 60:
        problems.add("display_name", _("Give a name of at most 60 characters."))
    if email:
        _check_email(problems, email)
    if language not in dict(settings.LANGUAGES):
        problems.add("language", _("This language is not available."))
    user = User(
        username=username,
        display_name=display_name,
        email=email,
        phone=phone.strip()[:20],
        language=language,
        is_demo=is_demo,
        search_key=search_key(display_name, username),
    )
    if password is not None:
        check_password_policy(problems, password, user)
    problems.raise_if_any()
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)
    user.save(force_insert=True)
    if email:
        # Whoever may create accounts vouches for the address; single sign-on links by it.
        EmailAddress.objects.create(user=user, email=email.lower(), verified=True, primary=True)
    return user


def check_password_policy(problems: Problems, password: str, user: User) -> None:
    """Note every way in which a password is too weak for this account."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        for text in error.messages:
            problems.add("password", text)


@transaction.atomic
def profile_change(
    actor: Actor, *, display_name: str, phone: str = "", language: str = "zh-hans"
) -> User:
    """Change one's own name, phone and language. Raises BadInput."""
    user = User.objects.select_for_update().get(pk=actor.user_id)  # type: ignore[misc]
    problems = Problems()
    if not display_name.strip() or len(display_name.strip()) > 60:
        problems.add("display_name", _("Give a name of at most 60 characters."))
    if language not in dict(settings.LANGUAGES):
        problems.add("language", _("This language is not available."))
    if len(phone.strip()) > 20:
        problems.add("phone", _("A number has at most 20 characters."))
    problems.raise_if_any()
    before = {"name": user.display_name, "phone": user.phone, "language": user.language}
    user.display_name, user.phone, user.language = display_name.strip(), phone.strip(), language
    user.search_key = search_key(user.display_name, user.username)
    after = {"name": user.display_name, "phone": user.phone, "language": user.language}
    if before != after:
        user.save(update_fields=["display_name", "phone", "language", "search_key"])
        record(actor, events.USER_CHANGED, user, before=before, after=after)
    return user


@transaction.atomic
def user_deactivate(actor: Actor, user_id: UUID | str, *, reason: str = "") -> User:
    """Close an account: sessions and tokens end at once, roles and history stay readable.

    Raises OwnRights for oneself, OutOfReach when one of the roles is not the actor's to manage,
    LastAdministrator.
    """
    user = _governed(actor, user_id)
    if not user.is_active:
        return user
    user.is_active, user.deactivated_at = False, now()
    with an_administrator_remains():
        user.save(update_fields=["is_active", "deactivated_at"])
    tokens_revoke_all(actor, user)
    end_sessions(user)
    record(actor, events.USER_DEACTIVATED, user, reason=reason)
    return user


@transaction.atomic
def user_reactivate(actor: Actor, user_id: UUID | str) -> User:
    """Open a closed account again with the roles it held; its tokens stay ended."""
    user = _governed(actor, user_id)
    if user.is_active:
        return user
    user.is_active, user.deactivated_at = True, None
    user.save(update_fields=["is_active", "deactivated_at"])
    record(actor, events.USER_REACTIVATED, user)
    return user


@transaction.atomic
def user_sign_out(actor: Actor, user_id: UUID | str) -> int:
    """End every session of somebody the actor governs; return how many."""
    user = _governed(actor, user_id)
    ended = end_sessions(user)
    record(actor, events.SESSIONS_ENDED, user, after={"sessions": ended})
    return ended


@transaction.atomic
def second_factor_clear(actor: Actor, user_id: UUID | str, *, reason: str) -> int:
    """Remove every second factor of somebody who lost theirs; sign them out everywhere."""
    user = _governed(actor, user_id)
    removed, _rows = Authenticator.objects.filter(user=user).delete()
    end_sessions(user)
    record(actor, events.SECOND_FACTOR_CLEARED, user, reason=reason, after={"removed": removed})
    return removed


@transaction.atomic
def password_link_key(actor: Actor, user_id: UUID | str) -> tuple[User, str]:
    """Return the account and a key with which it sets a new password, once, within a day.

    The key is a signature, kept nowhere. Setting the password or signing in voids it.
    """
    from allauth.account.forms import default_token_generator
    from allauth.account.utils import user_pk_to_url_str

    user = _governed(actor, user_id)
    if not user.is_active:
        raise OutOfReach()
    record(actor, events.RESET_LINK_MADE, user)
    return user, f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"


def end_sessions(user: User, *, but: str | None = None) -> int:
    """End every session of an account except the one with the key `but`; return how many."""
    ended = 0
    for session in UserSession.objects.filter(user=user).exclude(session_key=but or ""):
        SessionStore().delete(session.session_key)
        session.delete()
        ended += 1
    return ended


@transaction.atomic
def session_end(actor: Actor, session_id: int | str) -> None:
    """End one of the actor's own sessions; a foreign id does nothing."""
    session = UserSession.objects.filter(pk=session_id, user_id=actor.user_id).first()
    if session is not None:
        SessionStore().delete(session.session_key)
        session.delete()
        user = User.objects.get(pk=actor.user_id)  # type: ignore[misc]
        record(actor, events.SESSIONS_ENDED, user, after={"sessions": 1})


def session_seen(session_key: str | None) -> None:
    """Note that a session is in use now."""
    UserSession.objects.filter(session_key=session_key).update(last_seen_at=now())


def _governed(actor: Actor, user_id: UUID | str) -> User:
    """Return a locked account all of whose roles the actor reaches."""
    user = person_one(actor, user_id, lock=True)
    if user.pk == actor.user_id:
        raise OwnRights()
    held = Membership.objects.filter(user=user, ended_at__isnull=True).select_related(
        "organisation"
    )
    if not actor.is_system and not governs(actor, held, USER_MANAGE):
        raise OutOfReach()
    return user


def _check_email(problems: Problems, email: str) -> None:
    try:
        validate_email(email)
    except ValidationError:
        problems.add("email", _("This is not an e-mail address."))
        return
    if user_by_login(email) is not None:
        problems.add("email", _("This e-mail belongs to another account."))
