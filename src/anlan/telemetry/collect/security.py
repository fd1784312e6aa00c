"""Signs and encrypts what is said to an OPC UA server, with the collector's certificate."""

from pathlib import Path

from asyncua import ua
from asyncua.client.client import Client
from asyncua.crypto import security_policies
from asyncua.crypto.uacrypto import CertProperties
from asyncua.ua.uaerrors import UaError
from cryptography import x509

FORM = "policy,mode,certificate,key[::password][,the server's certificate]"
POLICIES = ("Basic256Sha256", "Aes128Sha256RsaOaep", "Aes256Sha256RsaPss")
MODES = ("Sign", "SignAndEncrypt")


async def secure(client: Client, text: str) -> None:
    """Prepare a client, before it connects, for `FORM`; files are PEM or DER whatever their name.

    Raises OSError for a file that cannot be read, UaError for what cannot be used.
    """
    parts = [part.strip() for part in text.split(",")]
    if len(parts) not in (4, 5) or parts[0] not in POLICIES or parts[1] not in MODES:
        raise UaError(f"security is {FORM} with a policy of {', '.join(POLICIES)}: {text!r}")
    key, _, password = parts[3].partition("::")
    certificate = _file(parts[2])
    try:
        # A server compares the application's name with the one in its certificate.
        client.application_uri = _application(certificate) or client.application_uri
        await client.set_security(
            getattr(security_policies, f"SecurityPolicy{parts[0]}"),
            certificate,
            CertProperties(*_content(key), password or None),
            None,
            _file(parts[4]) if len(parts) == 5 else None,
            getattr(ua.MessageSecurityMode, parts[1]),
        )
    except (ValueError, TypeError) as error:
        raise UaError(f"certificate or key cannot be used: {error}") from error


def _file(name: str) -> CertProperties:
    return CertProperties(*_content(name))


def _content(name: str) -> tuple[bytes, str]:
    data = Path(name).read_bytes()
    return data, "pem" if b"-----BEGIN" in data else "der"


def _application(certificate: CertProperties) -> str:
    """The application's name in a certificate; empty if it has none. Raises ValueError."""
    data = certificate.path_or_content
    assert isinstance(data, bytes)
    pem = certificate.extension == "pem"
    found = x509.load_pem_x509_certificate(data) if pem else x509.load_der_x509_certificate(data)
    try:
        names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ""
    return next(iter(names.get_values_for_type(x509.UniformResourceIdentifier)), "")
