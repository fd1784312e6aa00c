"""ANLAN_NATS_URL as nats-py wants it; web, backup and doctor read the address alike."""

from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit


def server_options(url: str) -> dict[str, Any]:
    """Return nats-py's options for ANLAN_NATS_URL (several servers separated by commas).

    nats-py takes user and password from an address as they stand; ours may be percent-encoded.
    """
    servers: list[str] = []
    options: dict[str, Any] = {}
    for one in url.split(","):
        parts = urlsplit(one.strip())
        if parts.username is not None:
            if parts.password is None:
                options["token"] = unquote(parts.username)
            else:
                options["user"] = unquote(parts.username)
                options["password"] = unquote(parts.password)
        servers.append(urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])))
    return {"servers": servers, **options}
