"""An open page: the event stream read through the ASGI application, as a browser would."""

import asyncio
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.test import Client


@dataclass
class Page:
    """Reads `/live/` in a thread of its own until `close`; `events` holds (id, name, data)."""

    session: str
    last_id: int | None = None
    query: str = ""
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    text: str = ""
    ended: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def open(cls, client: Client, **more: Any) -> "Page":
        """Open with the client's session and wait for the first words."""
        page = cls(client.cookies[settings.SESSION_COOKIE_NAME].value, **more)
        page._thread = threading.Thread(target=lambda: asyncio.run(page._read()), daemon=True)
        page._thread.start()
        page.until(lambda: "event: clock" in page.text or page.ended.is_set())
        return page

    async def _read(self) -> None:
        self._loop, self._leave = asyncio.get_running_loop(), asyncio.Event()
        headers = [(b"host", b"testserver")]
        headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={self.session}".encode()))
        if self.last_id is not None:
            headers.append((b"last-event-id", str(self.last_id).encode()))
        scope = {
            "type": "http", "method": "GET", "path": "/live/", "headers": headers,
            "query_string": self.query.encode(), "http_version": "1.1", "scheme": "http",
            "server": ("testserver", 80), "client": ("127.0.0.1", 1), "root_path": "",
        }  # fmt: skip
        asked = False

        async def receive() -> dict[str, Any]:
            nonlocal asked
            if not asked:
                asked = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await self._leave.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                self.status = message["status"]
                self.headers = {k.decode().lower(): v.decode() for k, v in message["headers"]}
            else:
                self.text += message.get("body", b"").decode()

        try:
            await get_asgi_application()(scope, receive, send)
        finally:
            self.ended.set()

    @property
    def events(self) -> list[tuple[int, str, Any]]:
        """What was read, without heartbeats."""
        found = []
        for block in self.text.split("\n\n"):
            lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
            if "event" in lines and lines["event"] != "clock":
                found.append((int(lines["id"]), lines["event"], json.loads(lines["data"])))
        return found

    @property
    def seen(self) -> int:
        """The last id a browser would send when it comes back."""
        ids = [line[4:] for line in self.text.splitlines() if line.startswith("id: ")]
        return int(ids[-1])

    def until(self, condition: Any, seconds: float = 20.0) -> None:
        """Wait for a condition; fails with what was read."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"still waiting; {self.status} read: {self.text!r}"
            time.sleep(0.02)

    def close(self) -> None:
        """Leave as a closed tab does."""
        if not self.ended.is_set():
            self._loop.call_soon_threadsafe(self._leave.set)
        self._thread.join(10)
        assert not self._thread.is_alive()
