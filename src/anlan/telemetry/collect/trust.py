"""Which OPC UA server is the right one: by its certificate, as told or as first seen."""

import hashlib
import json
import re
from pathlib import Path

KEPT = "known_servers.json"


class Stranger(ConnectionError):
    """A server with another certificate than the one expected; nothing is sent to it."""


def require(folder: Path, url: str, certificate: bytes, thumbprint: str = "") -> None:
    """Raise Stranger unless a certificate (DER) is that of the server at `url`.

    `thumbprint` is its SHA-256 in hexadecimal digits. Without one the first certificate seen is
    remembered in `folder`, and another one later is refused: remove it there after a change.
    """
    seen = hashlib.sha256(certificate).hexdigest()
    wanted = re.sub(r"[\s:]", "", thumbprint).lower()
    kept = folder / KEPT
    known: dict[str, str] = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    if not wanted and url not in known:
        folder.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps({**known, url: seen}, indent=1), encoding="utf-8")
        return
    if seen != (wanted or known[url]):
        told = "the one in its settings" if wanted else f"the one kept in {kept}"
        raise Stranger(f"the server's certificate {seen} is not {told}")
