"""The door: measured values come in by HTTP, each sender with its token.

    GET  /settings/  what a source's page says a collector is to read (scope `directory`)
    POST /ingest/    Arrow IPC (application/vnd.apache.arrow.stream) or JSON (application/json)
    GET  /healthz    whether values are taken

A small ASGI application without a framework. It answers 202 when the values are durable, 4xx as
problem+json that names row and field, and 503 with Retry-After when a sender is to wait.
"""

import hmac
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest

from anlan.config import env, nats_address
from anlan.telemetry import options, payloads
from anlan.telemetry.desk import Desk, Wait
from anlan.telemetry.directory import INGEST, SETTINGS, Known, Refused
from anlan.telemetry.mqtt import Mqtt
from anlan.telemetry.payloads import BadPayload

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

ARROW = ("application/vnd.apache.arrow.stream", "application/octet-stream")
MOST_BYTES = 16 << 20


class Answer(Exception):
    """An answer that ends a request: status, body and headers."""

    def __init__(self, status: int, body: dict[str, Any], **headers: str) -> None:
        super().__init__(status)
        self.status, self.body, self.headers = status, body, headers


def problem(status: int, title: str, detail: str, **more: Any) -> Answer:
    """A refusal as RFC 9457 has it."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return Answer(status, body)


class Door:
    """The ASGI application."""

    def __init__(self, desk: Desk, metrics_token: str = "", mqtt: Mqtt | None = None) -> None:
        self.desk, self._metrics_token, self._mqtt = desk, metrics_token, mqtt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the start and the end."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if scope["type"] != "http":
            return
        try:
            answer = await self._answer(scope, receive)
        except Answer as given:
            answer = given
        except Wait as wait:
            answer = problem(503, "Not now", str(wait))
            answer.headers["Retry-After"] = str(wait.seconds)
        except Exception:
            logging.getLogger("anlan.door").exception("a request failed")
            answer = problem(500, "Error", "The door failed; its log says why.")
        await _reply(send, answer)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.desk.start()
                if self._mqtt is not None:
                    self._mqtt.start()
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                if self._mqtt is not None:
                    await self._mqtt.stop()
                await self.desk.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        path, method = scope["path"].rstrip("/"), scope["method"]
        headers = {
            name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        if path == "/healthz":
            status = 200 if self.desk.is_ready else 503
            return Answer(status, {"status": "ok" if status == 200 else "waiting"})
        if path == "/metrics" and self._may_see(headers):
            text = generate_latest(REGISTRY)
            return Answer(200, {"": text}, **{"Content-Type": CONTENT_TYPE_LATEST})
        if path == "/settings" and method == "GET":
            return self._settings(headers)
        if path != "/ingest":
            return problem(404, "Not found", "Values go to /ingest/.")
        if method != "POST":
            return problem(405, "Wrong method", "Send values with POST.")
        return await self._ingest(headers, receive)

    def _may_see(self, headers: dict[str, str]) -> bool:
        given = headers.get("authorization", "").removeprefix("Bearer ")
        token = self._metrics_token
        return bool(token) and hmac.compare_digest(token.encode(), given.encode())

    def _source(self, headers: dict[str, str], scope: str) -> Known:
        mark, _, token = headers.get("authorization", "").partition(" ")
        if mark.lower() != "bearer" or not token:
            raise problem(401, "No token", "Send Authorization: Bearer with the source's token.")
        try:
            return self.desk.directory.open(token.strip(), datetime.now(UTC), scope)
        except Refused as refused:
            if refused.status == 401:
                self.desk.look_again()
            raise problem(refused.status, "Refused", str(refused)) from refused

    def _settings(self, headers: dict[str, str]) -> Answer:
        source = self._source(headers, SETTINGS)
        return Answer(
            200,
            {
                "number": source.number,
                "name": source.name,
                "kind": source.kind,
                "settings": source.settings,
                "points": source.addresses,
            },
        )

    async def _ingest(self, headers: dict[str, str], receive: Receive) -> Answer:
        # Before anything is read: who must wait anyway need not send it all.
        self.desk.require_room()
        source = self._source(headers, INGEST)
        body = await _read(headers, receive)
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        batch_id = headers.get("anlan-batch", "")[:100]
        try:
            if kind in ARROW:
                sent = payloads.read_arrow(body, source, batch_id)
            elif kind in ("application/json", ""):
                sent = payloads.read_json(body, source)
            else:
                raise problem(415, "Unknown kind", f"Send {ARROW[0]} or application/json.")
        except BadPayload as bad:
            self.desk.note_error(source, _told(bad))
            more = {"row": bad.row, "field": bad.field} if bad.row is not None or bad.field else {}
            raise problem(422, "Cannot be read", _told(bad), **more) from bad
        counts = await self.desk.take(source, sent)
        seen = {name: n for name, n in counts.as_dict().items() if n}
        if sent.unknown_tags:
            self.desk.note_error(source, f"Unknown tags: {', '.join(sent.unknown_tags)}")
            return Answer(202, {**seen, "unknown_tags": list(sent.unknown_tags)})
        return Answer(202, dict(seen))


def _told(bad: BadPayload) -> str:
    where = f"Row {bad.row}: " if bad.row is not None else ""
    return f"{where}{bad.field + ': ' if bad.field else ''}{bad}"


async def _read(headers: dict[str, str], receive: Receive) -> bytes:
    said = headers.get("content-length", "0")
    too_much = problem(413, "Too much", f"Send at most {MOST_BYTES >> 20} MB at a time.")
    if said.isdigit() and int(said) > MOST_BYTES:
        raise too_much
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise problem(400, "Cut off", "The connection ended before the body did.")
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            raise too_much
        if not message.get("more_body"):
            return bytes(body)


async def _reply(send: Send, answer: Answer) -> None:
    plain = answer.body.get("")
    body = plain if isinstance(plain, bytes) else msgspec.json.encode(answer.body)
    kind = "application/json" if answer.status < 400 else "application/problem+json"
    headers = {"Content-Type": kind, "Cache-Control": "no-store", **answer.headers}
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})


def make() -> Door:
    """The door that the environment describes."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    desk = Desk(
        nats_address.from_environment(),
        env.url("ANLAN_DATABASE_URL", "postgresql://anlan_app@127.0.0.1:5432/anlan"),
        options.log_limits(),
    )
    seed = env.secret("ANLAN_MQTT_SEED", "")
    return Door(desk, env.secret("ANLAN_METRICS_TOKEN", ""), Mqtt(desk, seed) if seed else None)
