"""Keys: the server's own, derived from ANLAN_SECRET_KEY, and those of the phones (ES256, P-256).

Deriving keeps the keys out of the data folder: a restored backup and every web process have the
same ones. A new ANLAN_SECRET_KEY means new keys; phones fetch them at the next contact.
"""

import base64
import hashlib
import json
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from anlan.base.pocket.canonical import canonical

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_EXPORT_INFO = b"anlan.pocket.export.v1"
RECEIPTS, EXPORTS = "receipts", "exports"


class BadKey(ValueError):
    """The key of a phone is no P-256 public key."""


def encode(raw: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Return the bytes of base64url. Raises ValueError."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@lru_cache(maxsize=16)
def _private(purpose: str, secret: str) -> ec.EllipticCurvePrivateKey:
    derive = HKDF(SHA256(), 48, salt=None, info=f"anlan.pocket.{purpose}.v1".encode())
    # 48 bytes make the remainder indistinguishable from uniform.
    number = int.from_bytes(derive.derive(secret.encode())) % (_ORDER - 1) + 1
    return ec.derive_private_key(number, ec.SECP256R1())


def _own(purpose: str) -> ec.EllipticCurvePrivateKey:
    return _private(purpose, str(settings.SECRET_KEY))


def jwk_of(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """Return a public key as a JSON Web Key."""
    numbers = key.public_numbers()
    x, y = (encode(number.to_bytes(32)) for number in (numbers.x, numbers.y))
    return {"crv": "P-256", "kty": "EC", "x": x, "y": y}


def thumbprint(jwk: dict[str, str]) -> str:
    """Return the short name of a key: the beginning of its RFC 7638 thumbprint."""
    required = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    return encode(hashlib.sha256(canonical(required)).digest())[:16]


def server_keys() -> dict[str, Any]:
    """Return the server's public keys by purpose, each with its `kid`."""
    found = {}
    for purpose in (RECEIPTS, EXPORTS):
        jwk = jwk_of(_own(purpose).public_key())
        found[purpose] = {**jwk, "kid": thumbprint(jwk)}
    return found


def public_key(jwk: dict[str, Any]) -> ec.EllipticCurvePublicKey:
    """Return the key a JSON Web Key describes. Raises BadKey."""
    try:
        if jwk["kty"] != "EC" or jwk["crv"] != "P-256":
            raise BadKey("not P-256")
        x, y = (int.from_bytes(decode(jwk[name])) for name in ("x", "y"))
        return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    except (KeyError, TypeError, ValueError) as error:
        raise BadKey(str(error)) from error


def verify(jwk: dict[str, Any], signature: str, message: bytes) -> bool:
    """Tell whether a raw (r‖s) ES256 signature in base64url is that key's over the message."""
    try:
        raw = decode(signature)
        if len(raw) != 64:
            return False
        der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        public_key(jwk).verify(der, message, ec.ECDSA(SHA256()))
    except (InvalidSignature, BadKey, ValueError, TypeError):
        return False
    return True


def signed(body: dict[str, Any]) -> dict[str, Any]:
    """Return the body with the server's signature over its canonical text as `sig`."""
    key = _own(RECEIPTS)
    r, s = decode_dss_signature(key.sign(canonical(body), ec.ECDSA(SHA256())))
    kid = thumbprint(jwk_of(key.public_key()))
    value = encode(r.to_bytes(32) + s.to_bytes(32))
    return {**body, "sig": {"alg": "ES256", "key": kid, "value": value}}


def open_export(sealed: dict[str, Any]) -> dict[str, Any]:
    """Return what a phone sealed to the server's export key.

    `sealed` holds `epk` (the phone's one-time key), `iv` and `data` in base64url; ECDH, HKDF,
    AES-256-GCM. Raises ValueError when it cannot be opened.
    """
    try:
        shared = _own(EXPORTS).exchange(ec.ECDH(), public_key(sealed["epk"]))
        key = HKDF(SHA256(), 32, salt=b"", info=_EXPORT_INFO).derive(shared)
        plain = AESGCM(key).decrypt(decode(sealed["iv"]), decode(sealed["data"]), None)
        found: dict[str, Any] = json.loads(plain)
    except (KeyError, TypeError, InvalidTag, ValueError) as error:
        raise ValueError("not sealed to this server") from error
    return found
