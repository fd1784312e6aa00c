"""Secrets of channels at rest: Fernet (AES-128-CBC with HMAC-SHA256), key from ANLAN_SECRET_KEY.

Older keys in Django's SECRET_KEY_FALLBACKS still open what they sealed.
"""

import base64
import json
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def _fernet() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str | bytes) -> bytes:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"anlan.inbox.channels.v1")
    return base64.urlsafe_b64encode(derive.derive(key.encode() if isinstance(key, str) else key))


def seal(secrets: Mapping[str, str]) -> bytes:
    """Return the secrets encrypted."""
    return _fernet().encrypt(json.dumps(dict(secrets)).encode())


def unseal(sealed: bytes) -> dict[str, str]:
    """Return the secrets; empty when the key they were sealed with is gone.

    A channel without its secret reports that itself, which an administrator understands better
    than a cryptographic error.
    """
    if not sealed:
        return {}
    try:
        found: dict[str, str] = json.loads(_fernet().decrypt(bytes(sealed)))
    except InvalidToken:
        return {}
    return found
