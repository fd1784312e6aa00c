"""HTTP for channels: only to where the installation may go, with limits.

The address is resolved once, checked, and that very address is connected to: a name that points
elsewhere a second later cannot lead us inside. Redirects are not followed.
"""

import ipaddress
import json
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import certifi
import urllib3
from django.conf import settings
from django.utils.translation import gettext as _

from anlan.base.inbox.channels.base import Rejected, Throttled, TimedOut

CONNECT_SECONDS, READ_SECONDS = 5.0, 10.0
ANSWER_MAX = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `data` is the JSON, or None if it was none."""

    status: int
    data: Any
    text: str
    retry_after: int | None


def allowed_address(host: str, port: int) -> str:
    """Return the IP address to connect to.

    Raises Rejected for one that is not public, unless ANLAN_CHANNEL_PRIVATE_NETWORKS lists its
    network; TimedOut when the name cannot be resolved. Every address of the name must be
    allowed.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise TimedOut() from error
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    for address in addresses:
        if not _is_allowed(ipaddress.ip_address(address)):
            raise Rejected(_("%(host)s is not a public address") % {"host": host})
    return addresses[0]


def _is_allowed(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_global and not address.is_multicast:
        return True
    networks = (
        ipaddress.ip_network(text, strict=False) for text in settings.CHANNEL_PRIVATE_NETWORKS
    )
    return any(address in network for network in networks)


def post(url: str, body: Mapping[str, Any] | bytes, headers: Mapping[str, str] = {}) -> Answer:
    """Post JSON and return the answer. Raises Rejected or TimedOut (see `allowed_address`)."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Rejected(_("not an http address"))
    is_tls = parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    address = allowed_address(parts.hostname, port)
    timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
    pool: urllib3.HTTPConnectionPool
    if is_tls:
        context = ssl.create_default_context()
        context.load_verify_locations(certifi.where())
        pool = urllib3.HTTPSConnectionPool(
            address, port, timeout=timeout, ssl_context=context,
            server_hostname=parts.hostname, assert_hostname=parts.hostname,
        )  # fmt: skip
    else:
        pool = urllib3.HTTPConnectionPool(address, port, timeout=timeout)
    payload = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    path = parts.path or "/"
    try:
        with pool:
            response = pool.urlopen(
                "POST",
                f"{path}?{parts.query}" if parts.query else path,
                body=payload,
                headers={
                    "Host": parts.netloc.rpartition("@")[2],
                    "Content-Type": "application/json; charset=utf-8",
                    "User-Agent": "Anlan",
                    **headers,
                },
                redirect=False,
                retries=False,
                preload_content=False,
            )
            raw = response.read(ANSWER_MAX)
            response.close()
    except urllib3.exceptions.SSLError as error:
        raise Rejected(_("its certificate is not valid")) from error
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise TimedOut() from error
    text = raw.decode("utf-8", "replace")
    return Answer(response.status, _json(text), text, _seconds(response.headers))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _seconds(headers: Mapping[str, str]) -> int | None:
    value = headers.get("Retry-After", "")
    return int(value) if value.isascii() and value.isdigit() else None


def check_status(answer: Answer) -> None:
    """Raise what an HTTP status means; return for success."""
    if 200 <= answer.status < 300:
        return
    if answer.status == 429:
        raise Throttled(retry_after=answer.retry_after or 60)
    if answer.status >= 500 or answer.status in (408, 425):
        raise TimedOut(retry_after=answer.retry_after or 30)
    raise Rejected(f"HTTP {answer.status} {answer.text[:120]}".strip())
