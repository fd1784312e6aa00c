"""Free ports, and who has the one we want."""

import secrets
import socket
from collections.abc import Iterable, Sequence

from anlan.config.supervisor.problem import Problem


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # A port whose last connections linger in TIME_WAIT is free for a server.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def require_free(port: int, host: str) -> None:
    """Raises Problem that names the port and the way out."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise Problem(
                f"Port {port} needs root. Choose one from 1024 with --port or ANLAN_PORT."
            ) from None
        except socket.gaierror:
            raise Problem(
                f"{host} is not an address of this machine. Set --host or ANLAN_HOST."
            ) from None
        except OSError as error:
            if error.errno == 99:  # EADDRNOTAVAIL
                raise Problem(
                    f"{host} is not an address of this machine. Set --host or ANLAN_HOST."
                ) from None
            raise Problem(
                f"Port {port} on {host} is taken by another program. "
                f"Stop it, or choose another port with --port or ANLAN_PORT."
            ) from None


def choose(wanted: int | None, span: Sequence[int], avoid: Iterable[int] = ()) -> int:
    """`wanted` if it is free, else a free one of `span`.

    Any of them, for two installations that start at once would both take the first. The spans lie
    below the range that the kernel gives to outgoing connections, so that a port remembered from
    the last start is rarely lost to one of them.
    """
    taken = set(avoid)
    start = secrets.randbelow(len(span))
    for port in [*([wanted] if wanted else []), *span[start:], *span[:start]]:
        if port not in taken and is_free(port):
            return port
    raise Problem("No free port for an embedded engine on 127.0.0.1.")
