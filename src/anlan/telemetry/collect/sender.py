"""The line to the door: one batch after the other, oldest first, until it is taken."""

import asyncio
import logging

import urllib3
from urllib3.exceptions import HTTPError

from anlan.telemetry.collect.buffer import Buffer, Waiting

logger = logging.getLogger("anlan.collect")

LONGEST_PAUSE_S = 10.0
IDLE_S = 0.5
NOT_LET_IN_S = 30.0
KIND = "application/vnd.apache.arrow.stream"


class Sender:
    """Sends what waits in a buffer. `sent` counts samples taken by the server."""

    def __init__(self, buffer: Buffer, server: str, token: str, certificates: str = "") -> None:
        self._buffer, self._token = buffer, token
        self._url = server.rstrip("/") + "/ingest/"
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=5, read=30),
            retries=False,
            ca_certs=certificates or None,
        )
        self.sent = 0
        self.is_up: bool | None = None
        self._pause = 0.5

    async def run(self, *, until_empty: bool = False) -> None:
        """Send for ever, or until nothing waits."""
        while True:
            batch = await asyncio.to_thread(self._buffer.next)
            if batch is None:
                if until_empty:
                    return
                await asyncio.sleep(IDLE_S)
                continue
            await asyncio.sleep(await asyncio.to_thread(self._send, batch))

    def _send(self, batch: Waiting) -> float:
        """Try once; returns how long to wait before the next."""
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": KIND,
            "Anlan-Batch": batch.name,
        }
        try:
            answer = self._pool.request("POST", self._url, body=batch.payload, headers=headers)
        except (HTTPError, OSError) as error:
            return self._later(f"the line is down ({type(error).__name__})")
        if answer.status == 202:
            self._buffer.done(batch)
            self.sent += batch.rows
            self._pause = 0.5
            if self.is_up is not True:
                self.is_up = True
                logger.info("the server takes values; %d batches wait", self._buffer.waiting()[0])
            return 0.0
        said = answer.data[:300].decode(errors="replace")
        if answer.status in (400, 413, 415, 422):
            self._buffer.refuse(batch, said)
            logger.error("batch %s is refused and laid aside: %s", batch.name, said)
            return 0.0
        if answer.status in (401, 403):
            self.is_up = False
            logger.error("the server does not let us in: %s", said)
            return NOT_LET_IN_S
        pause = self._later(f"the server says {answer.status}")
        wanted = answer.headers.get("Retry-After", "")
        return float(wanted) if wanted.isdigit() else pause

    def _later(self, why: str) -> float:
        if self.is_up is not False:
            self.is_up = False
            logger.warning("%s; values are kept on disk", why)
        pause, self._pause = self._pause, min(LONGEST_PAUSE_S, self._pause * 2)
        return pause
