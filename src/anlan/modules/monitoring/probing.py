"""Asking cameras whether they are there: RTSP OPTIONS and ONVIF GetSystemDateAndTime.

Neither needs a password. Only addresses of the networks and ports that the installation allows
are ever connected to: the name is resolved once, every address of it is checked, and that very
address is connected to. No Django here: a list of targets in, a list of outcomes out.
"""

import asyncio
import ipaddress
import re
import socket
import ssl
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import SplitResult, parse_qsl, urlsplit
from uuid import UUID

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

SCHEMES = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
_TLS = ("rtsps", "https")
_SECRETS = frozenset(
    {"user", "username", "usr", "password", "passwd", "pwd", "pass", "token", "auth"}
)
ANSWER_MAX = 64 * 1024
LINES_MAX = 40
A_HOST = 4
"""How many channels of one recorder are asked at once."""


class Why(StrEnum):
    """What came of asking. `OK` alone is on line; the last two say nothing of the camera."""

    OK = "ok"
    SILENT = "silent"
    CLOSED = "closed"
    UNREACHABLE = "unreachable"
    STRANGE = "strange"
    FAILS = "fails"
    NAME = "name"
    FORBIDDEN = "forbidden"
    ADDRESS = "address"


UNTOLD = frozenset({Why.FORBIDDEN, Why.ADDRESS})
"""Outcomes after which nobody knows whether the camera is on line: it was not asked."""
_AGAIN = frozenset({Why.SILENT, Why.CLOSED, Why.UNREACHABLE})


class BadAddress(Exception):
    """An address that is not asked; `why` tells which rule it breaks."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Limits:
    """Where cameras may be, and how long and how many at once are asked."""

    networks: tuple[Network, ...]
    ports: frozenset[int]
    timeout_s: float = 5.0
    at_once: int = 200
    attempts: int = 2


@dataclass(frozen=True, slots=True)
class Target:
    """A camera by its id, and where it is."""

    pk: UUID
    address: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a camera answered. `told` is what it says it is, `clock_off_s` how far its clock is
    ahead of ours (s), None where it did not say."""

    pk: UUID
    address: str
    why: Why
    told: str = ""
    clock_off_s: float | None = None

    @property
    def is_online(self) -> bool | None:
        """Return whether it is there; None when it was not asked."""
        return None if self.why in UNTOLD else self.why is Why.OK


def limits_of(
    networks: Iterable[str], ports: Iterable[str | int], timeout_s: float = 5.0
) -> Limits:
    """Return the limits that these settings describe. Raises ValueError for no network or port."""
    return Limits(
        tuple(ipaddress.ip_network(text, strict=False) for text in networks),
        frozenset(int(port) for port in ports),
        timeout_s,
    )


def parts_of(address: str, ports: Collection[int]) -> tuple[SplitResult, int]:
    """Return the parts of an address and its port.

    Raises BadAddress: `form` (no such address), `secret` (it carries a name or password), `port`.
    """
    if not address.isprintable() or " " in address:
        raise BadAddress("form")
    try:
        parts = urlsplit(address)
        port = parts.port or SCHEMES.get(parts.scheme, 0)
    except ValueError as error:
        raise BadAddress("form") from error
    if parts.scheme not in SCHEMES or not parts.hostname:
        raise BadAddress("form")
    asked = {name.lower() for name, _value in parse_qsl(parts.query, keep_blank_values=True)}
    if parts.username is not None or parts.password is not None or asked & _SECRETS:
        raise BadAddress("secret")
    if port not in ports:
        raise BadAddress("port")
    return parts, port


def may_visit(text: str, networks: Iterable[Network]) -> bool:
    """Tell whether an IP address lies in a network that is allowed.

    This machine itself is reached only where a network of its own is listed, never through a wide
    one; link-local addresses (where clouds keep their secrets) and multicast never.
    """
    address: Address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    return any(
        address in network and (network.is_loopback or not address.is_loopback)
        for network in networks
    )


def literal_allowed(host: str, networks: Iterable[Network]) -> bool:
    """Tell whether a host written as an IP address is allowed; names are judged when asked."""
    try:
        return may_visit(host, networks)
    except ValueError:
        return True


async def probe_all(targets: Sequence[Target], limits: Limits) -> list[Outcome]:
    """Ask all of them, many at once, each within the time; outcomes in the order given."""
    gate = asyncio.Semaphore(limits.at_once)
    hosts: dict[str, asyncio.Semaphore] = {}

    async def one(target: Target) -> Outcome:
        try:
            parts, port = parts_of(target.address, limits.ports)
        except BadAddress as bad:
            why = Why.FORBIDDEN if bad.why == "port" else Why.ADDRESS
            return Outcome(target.pk, target.address, why)
        async with hosts.setdefault(parts.hostname or "", asyncio.Semaphore(A_HOST)), gate:
            outcome = await _ask(target, parts, port, limits)
            for _again in range(limits.attempts - 1):
                if outcome.why not in _AGAIN:
                    break
                outcome = await _ask(target, parts, port, limits)
        return outcome

    return list(await asyncio.gather(*(one(target) for target in targets)))


async def _ask(target: Target, parts: SplitResult, port: int, limits: Limits) -> Outcome:
    def outcome(why: Why, told: str = "", clock: float | None = None) -> Outcome:
        return Outcome(target.pk, target.address, why, _plain(told), clock)

    try:
        async with asyncio.timeout(limits.timeout_s):
            address = await _resolve(parts.hostname or "", port, limits.networks)
            if address is None:
                return outcome(Why.FORBIDDEN)
            if parts.scheme.startswith("rtsp"):
                return outcome(*await _rtsp(parts, address, port))
            return outcome(*await _onvif(parts, address, port))
    except socket.gaierror:
        return outcome(Why.NAME)
    except TimeoutError:
        return outcome(Why.SILENT)
    except ConnectionRefusedError:
        return outcome(Why.CLOSED)
    except ssl.SSLError:
        return outcome(Why.STRANGE)
    except (ConnectionError, asyncio.IncompleteReadError):
        return outcome(Why.STRANGE)
    except OSError:
        return outcome(Why.UNREACHABLE)
    except (ValueError, asyncio.LimitOverrunError):
        return outcome(Why.STRANGE)


async def _resolve(host: str, port: int, networks: Iterable[Network]) -> str | None:
    """Return the address to connect to, None when one of the host's is not allowed."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise socket.gaierror(host) from error
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not addresses or not all(may_visit(one, networks) for one in addresses):
        return None
    return addresses[0]


async def _talk(parts: SplitResult, address: str, port: int, request: bytes) -> bytes:
    """Send a request and return the head of the answer, and for HTTP what follows it."""
    context = None
    if parts.scheme in _TLS:
        # Cameras sign their own certificates. Nothing secret is sent; only presence is asked.
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    reader, writer = await asyncio.open_connection(
        address, port, ssl=context, server_hostname=parts.hostname if context else None
    )
    try:
        writer.write(request)
        await writer.drain()
        if parts.scheme.startswith("http"):
            return await _to_the_end(reader)
        lines = []
        for _line in range(LINES_MAX):
            line = await reader.readline()
            lines.append(line)
            if not line.strip():
                break
        return b"".join(lines)
    finally:
        writer.close()
        with suppress(OSError, ssl.SSLError):
            writer.transport.abort()


async def _to_the_end(reader: asyncio.StreamReader) -> bytes:
    body = bytearray()
    while len(body) < ANSWER_MAX:
        piece = await reader.read(8192)
        if not piece:
            break
        body += piece
        # Not every device closes when it was asked to.
        if b"Envelope>" in body[-400:] and body.rstrip().endswith(b">"):
            break
    return bytes(body[:ANSWER_MAX])


# ---- RTSP (RFC 2326) ---------------------------------------------------------------------------


async def _rtsp(parts: SplitResult, address: str, port: int) -> tuple[Why, str, None]:
    url = parts.geturl()
    request = f"OPTIONS {url} RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: Anlan\r\n\r\n".encode()
    head = (await _talk(parts, address, port, request)).decode("latin-1")
    found = re.match(r"RTSP/\d\.\d (\d{3})", head)
    if found is None:
        return Why.STRANGE, "", None
    server = re.search(r"(?im)^Server:\s*(.+?)\s*$", head)
    # A camera that asks for a password or does not know the path is there all the same.
    why = Why.FAILS if found[1].startswith("5") else Why.OK
    return why, server[1] if server else "", None


# ---- ONVIF (device management service) ---------------------------------------------------------

_ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>'
    '<{0} xmlns="http://www.onvif.org/ver10/device/wsdl"/></s:Body></s:Envelope>'
)
_SERVICE = "/onvif/device_service"


async def _onvif(parts: SplitResult, address: str, port: int) -> tuple[Why, str, float | None]:
    head, body = await _soap(parts, address, port, "GetSystemDateAndTime")
    found = re.match(r"HTTP/\d\.\d (\d{3})", head)
    if found is None:
        return Why.STRANGE, "", None
    if "Envelope" not in body:
        return (Why.FAILS if found[1].startswith("5") else Why.STRANGE), "", None
    clock = clock_of(body)
    off = (clock - datetime.now(UTC)).total_seconds() if clock else None
    told = ""
    # Most want a password for this one; that the first was answered is enough.
    with suppress(OSError, ValueError, asyncio.IncompleteReadError):
        _head, body = await _soap(parts, address, port, "GetDeviceInformation")
        words = (_element(body, name) for name in ("Manufacturer", "Model", "FirmwareVersion"))
        told = " ".join(filter(None, words))
    return Why.OK, told, round(off, 1) if off is not None else None


async def _soap(parts: SplitResult, address: str, port: int, what: str) -> tuple[str, str]:
    body = _ENVELOPE.format(what).encode()
    path = parts.path if parts.path not in ("", "/") else _SERVICE
    # HTTP 1.0: the answer ends with the connection and comes in one piece.
    head = (
        f"POST {path} HTTP/1.0\r\nHost: {parts.netloc}\r\nUser-Agent: Anlan\r\n"
        f'Content-Type: application/soap+xml; charset=utf-8; action="http://www.onvif.org/ver10/'
        f'device/wsdl/{what}"\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n'
    )
    answer = (await _talk(parts, address, port, head.encode() + body)).decode("utf-8", "replace")
    first, _gap, rest = answer.partition("\r\n\r\n")
    return first, rest


def clock_of(body: str) -> datetime | None:
    """Return the UTC time in an answer to GetSystemDateAndTime, None where it has none.

    Read by pattern and not by an XML parser: what a device sends is nobody's to trust.
    """
    found = re.search(r"UTCDateTime>(.{1,1200}?)</[^<>]{0,20}UTCDateTime>", body, re.DOTALL)
    if found is None:
        return None
    names = ("Year", "Month", "Day", "Hour", "Minute", "Second")
    try:
        year, month, day, hour, minute, second = (int(_element(found[1], one)) for one in names)
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def _element(body: str, name: str) -> str:
    found = re.search(rf"[<:]{name}>\s*([^<]{{0,80}}?)\s*<", body)
    return found[1] if found else ""


def _plain(text: str) -> str:
    return "".join(one for one in text if one.isprintable())[:120]
