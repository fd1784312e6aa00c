"""A phone for tests: seals, signs and sends as Pocket does.

phone = Phone.registered(client, user)
verdict = phone.send(phone.seal("inspection.record", {...}))[0]
"""

import hashlib
import json
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from django.test import Client

from anlan.base.clock import now
from anlan.base.ids import uuid7
from anlan.base.pocket import keys
from anlan.base.pocket.canonical import canonical, digest

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Phone:
    """An installation with its key; `client` carries whoever is signed in."""

    client: Client
    user_id: UUID
    id: UUID = field(default_factory=uuid7)
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    seq: int = 0
    head: str | None = None

    @classmethod
    def registered(cls, client: Client, user: Any) -> "Phone":
        """Return a phone on which the user signed in and which the server knows."""
        client.force_login(user, backend=BACKEND)
        phone = cls(client, user.pk)
        answer = phone.register()
        assert answer.status_code == 200, answer.content
        return phone

    @property
    def jwk(self) -> dict[str, str]:
        """The public key."""
        return keys.jwk_of(self.key.public_key())

    def sign(self, message: bytes) -> str:
        """Return an ES256 signature in base64url."""
        r, s = decode_dss_signature(self.key.sign(message, ec.ECDSA(SHA256())))
        return keys.encode(r.to_bytes(32) + s.to_bytes(32))

    def register(self) -> Any:
        """Make the phone known for whoever is signed in."""
        proof = self.sign(f"anlan-device\n{self.id}".encode())
        body = {"id": str(self.id), "key": self.jwk, "proof": proof, "label": "test phone"}
        return self.client.post("/api/pocket/devices", body, content_type="application/json")

    def proof(self, method: str, path: str) -> dict[str, str]:
        """Return the headers that prove the phone."""
        stamp = str(time.time_ns() // 1_000_000)
        message = f"anlan-pocket\n{method}\n{path}\n{stamp}".encode()
        return {
            "Pocket-Device": str(self.id),
            "Pocket-Stamp": stamp,
            "Pocket-Seq": str(self.seq),
            "Pocket-Proof": self.sign(message),
        }

    def seal(
        self,
        kind: str,
        payload: dict[str, Any],
        *,
        files: list[tuple[bytes, str]] | None = None,
        at: datetime | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """Return a sealed envelope. `files` are contents with roles; `more` overrides members."""
        self.seq += 1
        moment = at or now()
        envelope: dict[str, Any] = {
            "env": 1,
            "id": str(uuid7()),
            "kind": kind,
            "schema": 1,
            "lane": 2,
            "device": str(self.id),
            "seq": self.seq,
            "prev": self.head,
            "actor": str(self.user_id),
            "auth": "session",
            "package": None,
            "base": None,
            "created_at": _text(moment),
            "clock": {"offset_ms": 0, "err_ms": 20, "age_s": 60, "session": "s", "mono_ms": 1},
            "where": None,
            "payload": payload,
            "payload_sha256": digest(payload),
            "attachments": [
                {
                    "sha256": hashlib.sha256(content).hexdigest(),
                    "size": len(content),
                    "mime": "image/jpeg",
                    "role": role,
                    "taken_at": _text(moment - timedelta(seconds=5)),
                }
                for content, role in files or []
            ],
            **more,
        }
        return self.signed(envelope)

    def signed(self, envelope: dict[str, Any]) -> dict[str, Any]:
        """Return the envelope with the phone's signature; remembers it as the predecessor."""
        body = {name: value for name, value in envelope.items() if name != "sig"}
        kid = keys.thumbprint(self.jwk)
        sealed = {**body, "sig": {"key": kid, "alg": "ES256", "value": self.sign(canonical(body))}}
        self.head = hashlib.sha256(canonical(sealed)).hexdigest()
        return sealed

    def post(self, path: str, body: Any) -> Any:
        """Send JSON with the phone's proof."""
        return self.client.post(
            path, json.dumps(body), content_type="application/json",
            headers=self.proof("POST", path),
        )  # fmt: skip

    def get(self, path: str, **headers: str) -> Any:
        """Ask with the phone's proof."""
        return self.client.get(path, headers={**self.proof("GET", path), **headers})

    def send(self, *envelopes: dict[str, Any]) -> list[dict[str, Any]]:
        """Send envelopes; return their verdicts."""
        answer = self.post("/api/pocket/submissions", {"envelopes": list(envelopes)})
        assert answer.status_code == 200, answer.content
        verdicts: list[dict[str, Any]] = answer.json()["verdicts"]
        return verdicts

    def chunk(self, sha256: str, offset: int, data: bytes, **headers: str) -> Any:
        """Send one piece of a file."""
        path = f"/api/pocket/blobs/{sha256}"
        return self.client.patch(
            path, data, content_type="application/octet-stream",
            headers={**self.proof("PATCH", path), "Upload-Offset": str(offset), **headers},
        )  # fmt: skip

    def put(self, content: bytes, size: int = 128 * 1024) -> Any:
        """Send a whole file in pieces; return the last answer."""
        sha = hashlib.sha256(content).hexdigest()
        answer = None
        for start in range(0, len(content), size):
            answer = self.chunk(sha, start, content[start : start + size])
        return answer
