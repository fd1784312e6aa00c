"""Links that are handed on, with a QR code beside them."""

import segno
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe


def absolute(request: HttpRequest, path: str) -> str:
    """Return the address people type: the public one if it is set."""
    base = settings.PUBLIC_URL.rstrip("/")
    return f"{base}{path}" if base else request.build_absolute_uri(path)


def invitation_url(request: HttpRequest, secret: str) -> str:
    """Return the link of an invitation."""
    return absolute(request, reverse("people:invitation", args=[secret]))


def password_url(request: HttpRequest, key: str) -> str:
    """Return the link that sets a new password; `key` is `user-signature`."""
    uid, _sep, signature = key.partition("-")
    return absolute(request, reverse("account_reset_password_from_key", args=[uid, signature]))


def qr_svg(text: str) -> SafeString:
    """Return a QR code as inline SVG, dark on white in both themes."""
    svg = segno.make(text, error="m").svg_inline(
        scale=5, border=3, dark="#000", light="#fff", omitsize=False
    )
    return mark_safe(svg)  # noqa: S308 - made here from modules of a QR code
