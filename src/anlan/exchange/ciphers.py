"""AES as the receiving sides want it. Pure."""

import base64
import binascii
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.padding import PKCS7

BLOCK = 128
NONCE = 12


class WrongKey(ValueError):
    """A key or initial vector cannot be used, or the text was not made with it."""


def key_bytes(text: str) -> bytes:
    """Return a key as bytes: plain text, `hex:…` or `base64:…`. Raises WrongKey."""
    try:
        if text.startswith("hex:"):
            found = bytes.fromhex(text[4:])
        elif text.startswith("base64:"):
            found = base64.b64decode(text[7:], validate=True)
        else:
            found = text.encode()
    except (ValueError, binascii.Error) as error:
        raise WrongKey from error
    return found


def check(mode: str, key: str, vector: str) -> None:
    """Raise WrongKey unless key and initial vector fit the mode."""
    if mode == "none":
        return
    if len(key_bytes(key)) not in (16, 24, 32):
        raise WrongKey
    if mode == "aes-cbc" and len(key_bytes(vector)) != 16:
        raise WrongKey


def encrypt(mode: str, form: str, key: str, vector: str, plain: bytes) -> str:
    """Return `plain` as the text of `datas`. GCM puts its 12-byte nonce in front."""
    if mode == "none":
        return plain.decode()
    check(mode, key, vector)
    if mode == "aes-gcm":
        nonce = os.urandom(NONCE)
        made = nonce + AESGCM(key_bytes(key)).encrypt(nonce, plain, None)
    else:
        padder = PKCS7(BLOCK).padder()
        padded = padder.update(plain) + padder.finalize()
        cipher: Cipher[Any] = Cipher(algorithms.AES(key_bytes(key)), _mode(mode, vector))
        worker = cipher.encryptor()
        made = worker.update(padded) + worker.finalize()
    return made.hex() if form == "hex" else base64.b64encode(made).decode()


def decrypt(mode: str, form: str, key: str, vector: str, text: str) -> bytes:
    """Return what `encrypt` was given. Raises WrongKey."""
    if mode == "none":
        return text.encode()
    try:
        raw = bytes.fromhex(text) if form == "hex" else base64.b64decode(text, validate=True)
        if mode == "aes-gcm":
            return AESGCM(key_bytes(key)).decrypt(raw[:NONCE], raw[NONCE:], None)
        cipher: Cipher[Any] = Cipher(algorithms.AES(key_bytes(key)), _mode(mode, vector))
        worker = cipher.decryptor()
        padded = worker.update(raw) + worker.finalize()
        opener = PKCS7(BLOCK).unpadder()
        return opener.update(padded) + opener.finalize()
    except (ValueError, binascii.Error, InvalidTag) as error:
        raise WrongKey from error


def _mode(mode: str, vector: str) -> modes.Mode:
    # Several authorities prescribe ECB; which mode is theirs to say.
    return modes.CBC(key_bytes(vector)) if mode == "aes-cbc" else modes.ECB()  # noqa: S305
