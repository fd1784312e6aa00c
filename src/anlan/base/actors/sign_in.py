"""The border to django-allauth: its adapters, and what history learns from it."""

import base64
import hashlib
import logging
import time
from math import ceil
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import ngettext

from anlan.base.actors import events
from anlan.base.actors.models import User
from anlan.base.actors.queries import user_by_login
from anlan.base.actors.services.sign_in import account_note, failed_sign_in_note
from anlan.base.audit.events import Event

logger = logging.getLogger(__name__)

_FAILED = {"app": "allauth.account", "action": "login_failed"}


class AccountAdapter(DefaultAccountAdapter):
    """Sign-up only by invitation; failed sign-ins counted per account; everything noted."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return no: an account comes from an invitation."""
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # One count per account, whether it is named by user name or e-mail, in any case, under
        # any Host header.
        login = credentials.get("email") or credentials.get("username") or ""
        user = user_by_login(login)
        return f"account:{user.pk}" if user else f"unknown:{login.lower()}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count this attempt; refuse with the time to try again when there were too many."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            key = self._get_login_attempts_cache_key(request, **credentials)
            minutes = ceil(_seconds_locked(request, key) / 60) or 1
            raise ValidationError(
                ngettext(
                    "Too many failed attempts. Try again in %(minutes)d minute.",
                    "Too many failed attempts. Try again in %(minutes)d minutes.",
                    minutes,
                )
                % {"minutes": minutes},
                code="too_many_login_attempts",
            ) from error

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Note the failure."""
        login = credentials.get("email") or credentials.get("username") or ""
        failed_sign_in_note(
            user_by_login(login),
            ip=self.get_client_ip(request),
            device=self.get_http_user_agent(request),
        )

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Note the sign-in and take over the language of the account."""
        response = super().post_login(request, user, **kwargs)
        account_note(
            user,
            events.SIGNED_IN,
            ip=self.get_client_ip(request),
            device=self.get_http_user_agent(request)[:200],
        )
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, samesite="Lax")
        return response

    def logout(self, request: HttpRequest) -> None:
        """Note the sign-out before the session goes."""
        if request.user.is_authenticated:
            account_note(request.user, events.SIGNED_OUT)
        super().logout(request)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link below the public address.

        Anybody may ask for a reset of anybody's password; under a Host header of their choice
        the mail would lead its reader, and the key, to them.
        """
        url: str = super().get_reset_password_from_key_url(key)
        base = settings.PUBLIC_URL.rstrip("/")
        return base + urlsplit(url)._replace(scheme="", netloc="").geturl() if base else url

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send, or log that it could not be: a silent mail server must not stop a sign-in."""
        # allauth would name the site by the Host header.
        site = SimpleNamespace(name="Anlan", domain=urlsplit(settings.PUBLIC_URL).netloc)
        try:
            super().send_mail(template_prefix, email, {**context, "current_site": site})
        except OSError:  # refused, timed out, or an SMTP error, which derives from it
            logger.warning("mail %s was not sent", template_prefix, exc_info=True)

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Fill the display name of an account that single sign-on makes."""
        user.display_name = user.display_name or form.cleaned_data.get("username", "")[:60]
        return super().save_user(request, user, form, commit)


def _seconds_locked(request: HttpRequest, key: str) -> float:
    """Return for how long the strictest rate still refuses; history is newest first."""
    longest = 0.0
    for rate in ratelimit.get_rates(**_FAILED):
        cache_key = ratelimit.get_cache_key(request, rate=rate, key=key, **_FAILED)
        history = cache.get(cache_key, [])
        if len(history) >= rate.amount:
            longest = max(longest, history[rate.amount - 1] + rate.duration - time.time())
    return max(longest, 0.0)


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Single sign-on opens accounts that are there; it makes none unless the setting says so."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Return whether somebody unknown may come in, without any role."""
        return bool(settings.OIDC_SIGN_UP)

    def authenticate_by_email(self, sociallogin: Any) -> tuple[User, str] | None:
        """Return the account with an address that both sides have verified, else None.

        An address somebody merely typed into their profile must not catch another person's
        single sign-on.
        """
        for address in sociallogin.email_addresses:
            if not address.verified:
                continue
            own = EmailAddress.objects.filter(
                email__iexact=address.email, verified=True, user__is_active=True
            ).select_related("user")
            if len(own) == 1:
                return own[0].user, address.email
        return None

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: Any) -> Any:
        """Take the name from the identity provider."""
        user = super().populate_user(request, sociallogin, data)
        user.display_name = (data.get("name") or data.get("username") or "")[:60]
        return user


class MfaAdapter(DefaultMFAAdapter):
    """Keeps the secrets of second factors encrypted under the installation's key."""

    def _get_site_name(self) -> str:
        return "Anlan"

    def get_totp_label(self, user: User) -> str:
        """Return the user name: it is what people sign in with."""
        return user.username

    def encrypt(self, text: str) -> str:
        """Return the text as it is stored."""
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return what was stored. Raises InvalidToken after the secret key was exchanged."""
        return _fernet().decrypt(encrypted_text.encode()).decode()


def _fernet() -> Fernet:
    key = hashlib.sha256(b"anlan.second-factor:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def listen() -> None:
    """Let history learn what allauth does to an account; called once at start-up."""
    from allauth.account import signals as account
    from allauth.mfa import signals as mfa

    def note(event: Event) -> Any:
        def receive(sender: Any, user: User, **_more: Any) -> None:
            account_note(user, event)

        return receive

    for signal, event in (
        (account.password_changed, events.PASSWORD_CHANGED),
        (account.password_set, events.PASSWORD_CHANGED),
        (account.password_reset, events.PASSWORD_CHANGED),
        (mfa.authenticator_added, events.SECOND_FACTOR_ADDED),
        (mfa.authenticator_reset, events.SECOND_FACTOR_ADDED),
        (mfa.authenticator_removed, events.SECOND_FACTOR_REMOVED),
    ):
        # One event may be told by several signals, so the signal is part of the name.
        signal.connect(note(event), weak=False, dispatch_uid=f"anlan.{event.code}.{id(signal)}")
