"""ANLAN_NATS_URL, read and put as nats-py wants it; every part reads the address here.

Several servers of one cluster stand with commas between: `nats://u:p@a:4222,nats://u:p@b:4222`.
"""

from typing import Any, overload
from urllib.parse import unquote, urlsplit, urlunsplit

from anlan.config import env

DEFAULT = "nats://127.0.0.1:4222"
DEFAULT_PORT = 4222
_SCHEMES = ("nats", "tls", "ws", "wss")
_HELP = """NATS with JetStream; of a cluster all its servers, commas between. Set it to use your
own; unset, `anlan up` runs one."""


@overload
def from_environment(default: str = ...) -> str: ...
@overload
def from_environment(default: None) -> str | None: ...
def from_environment(default: str | None = DEFAULT) -> str | None:
    """The setting as it stands. Raises `env.BadSetting`."""
    # Without a default it is not the place that describes it.
    told = _HELP if default else ""
    return env.url("ANLAN_NATS_URL", default, schemes=_SCHEMES, several=True, help=told)


def replicas() -> int:
    """How many servers of a cluster keep each stream. Raises `env.BadSetting`."""
    return env.integer(
        "ANLAN_NATS_REPLICAS",
        1,
        minimum=1,
        maximum=5,
        help="""Servers of a NATS cluster of your own that keep a copy of each stream; with 3 all
        goes on when one of three fails. The embedded server is one and keeps one.""",
    )


def server_options(url: str) -> dict[str, Any]:
    """Return nats-py's options for an address (several servers separated by commas).

    nats-py takes user and password from an address as they stand; ours may be percent-encoded.
    """
    servers: list[str] = []
    options: dict[str, Any] = {}
    for one in apart(url):
        parts = urlsplit(one)
        if parts.username is not None:
            if parts.password is None:
                options["token"] = unquote(parts.username)
            else:
                options["user"] = unquote(parts.username)
                options["password"] = unquote(parts.password)
        servers.append(urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])))
    return {"servers": servers, **options}


def apart(url: str) -> list[str]:
    """The single servers of an address."""
    return [one.strip() for one in url.split(",")]


def place(one: str) -> tuple[str, int]:
    """Host and port of a single server."""
    parts = urlsplit(one)
    return parts.hostname or "127.0.0.1", parts.port or DEFAULT_PORT
