"""As much of NATS's nkeys and JWT as answering its authorisation call-out takes."""

import base64
import binascii
import hashlib
import json
import secrets
import time
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_ACCOUNT = 0 << 3
_HEADER = {"typ": "JWT", "alg": "ed25519-nkey"}


class Issuer:
    """An account's key, made of 32 secret bytes."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        raw = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        head = bytes([_ACCOUNT]) + raw
        # CRC-16/XMODEM, low byte first.
        check = binascii.crc_hqx(head, 0).to_bytes(2, "little")
        self.public = base64.b32encode(head + check).decode().rstrip("=")

    def sign(self, subject: str, audience: str, nats: dict[str, Any], **more: Any) -> str:
        """A JWT of this issuer."""
        claims = {
            "iss": self.public,
            "sub": subject,
            "aud": audience,
            "iat": int(time.time()),
            "jti": secrets.token_hex(16),
            "nats": nats,
            **more,
        }
        body = b".".join(_packed(part) for part in (_HEADER, claims))
        return (body + b"." + _plain(self._key.sign(body))).decode()


def read(token: bytes) -> dict[str, Any]:
    """The claims of a JWT, unchecked: the server sent it. Raises ValueError."""
    body = token.split(b".")[1]
    found = json.loads(base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4)))
    if not isinstance(found, dict):
        raise ValueError("no claims")
    return found


def seed_of(text: str) -> bytes:
    """32 bytes out of a secret of any length."""
    return hashlib.sha256(text.encode()).digest()


def _packed(part: dict[str, Any]) -> bytes:
    return _plain(json.dumps(part, separators=(",", ":")).encode())


def _plain(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
