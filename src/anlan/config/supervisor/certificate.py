"""A server's certificate with its key, as they lie on the disk of an operator."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from anlan.config.supervisor.problem import Problem


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was read: PEM texts, the names it is for, until when (UTC) it is valid."""

    chain: bytes
    key: bytes
    names: tuple[str, ...]
    ends_at: datetime


def read(certificate: Path, key: Path) -> Certificate:
    """Read both files, the server's own certificate first. Raises Problem that says what is wrong
    with which."""
    chain, secret = _bytes(certificate), _bytes(key)
    try:
        found = x509.load_pem_x509_certificates(chain)[0]
    except ValueError as error:
        raise Problem(f"{certificate} holds no certificate in PEM.") from error
    try:
        private = load_pem_private_key(secret, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Problem(f"{key} holds no private key in PEM without a password.") from error
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if private.public_key().public_bytes(*form) != found.public_key().public_bytes(*form):
        raise Problem(f"{key} is not the key of {certificate}.")
    ends_at = found.not_valid_after_utc
    if ends_at <= datetime.now(UTC):
        raise Problem(f"{certificate} was valid until {ends_at:%Y-%m-%d}.")
    return Certificate(chain, secret, _names(found), ends_at)


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Problem(f"{file} cannot be read: {error.strerror}.") from error


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    addresses = names.get_values_for_type(x509.IPAddress)
    return (*names.get_values_for_type(x509.DNSName), *map(str, addresses))
