"""The life signs of a running job: progress and heartbeat on a connection of their own."""

import json
import logging
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import psycopg
from django.db import connection
from django.utils import translation
from procrastinate.contrib.django.utils import connector_params

from anlan.base.errors import Text
from anlan.base.jobs.news import JobNews, tell
from anlan.base.jobs.registry import Stopped

log = logging.getLogger(__name__)

THROTTLE_SECONDS = 0.4
BEAT_SECONDS = 5.0

REPORT = """
    UPDATE jobs_job
       SET heartbeat_at = clock_timestamp(), done = %s, total = %s, message = %s, params = %s
     WHERE id = %s AND attempt = %s AND state = 'running'
    RETURNING cancel_requested_at
"""
BEAT = """
    UPDATE jobs_job SET heartbeat_at = clock_timestamp()
     WHERE id = %s AND attempt = %s AND state = 'running'
    RETURNING cancel_requested_at
"""


def msgid(text: Text) -> str:
    """Return the English source of a translatable text, to be translated when it is read."""
    with translation.override(None):
        return str(text)


class Pulse:
    """Writes progress and heartbeats of one run. Use as a context.

    With `apart` (in a worker) it opens its own connection, because the work's transaction hides
    what is written inside of it; tests that run inside a transaction go without.
    """

    def __init__(self, job_id: UUID, owner_id: UUID | None, attempt: int, *, apart: bool) -> None:
        self._job_id, self._owner_id, self._attempt, self._apart = job_id, owner_id, attempt, apart
        self._params = connector_params() if apart else {}
        self._link: psycopg.Connection[Any] | None = None
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._stop = False
        self._written_at = float("-inf")
        self._last: tuple[int, int | None, str, str] | None = None
        self._thread = threading.Thread(target=self._beat, name=f"pulse-{job_id}", daemon=True)

    def __enter__(self) -> Self:
        if self._apart:
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        if self._apart:
            self._thread.join()
        if self._last is not None and error is None:
            self._write(REPORT, (*self._last, self._job_id, self._attempt))
        if self._link is not None:
            self._link.close()

    def report(
        self, done: int, total: int | None, message: Text, params: Mapping[str, Any]
    ) -> None:
        """Note the progress; write it if the last write is long enough ago. Raises Stopped."""
        if self._stop:
            raise Stopped()
        moment = time.monotonic()
        self._last = (done, total, msgid(message)[:300], json.dumps(dict(params), default=str))
        if moment - self._written_at < THROTTLE_SECONDS:
            return
        self._written_at = moment
        self._write(REPORT, (*self._last, self._job_id, self._attempt))
        tell(JobNews(self._job_id, self._owner_id, "running", done, total))
        if self._stop:
            raise Stopped()

    def _beat(self) -> None:
        while not self._over.wait(BEAT_SECONDS):
            self._write(BEAT, (self._job_id, self._attempt))

    def _write(self, statement: str, values: tuple[Any, ...]) -> None:
        if not self._apart:
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
                self._judge(cursor.fetchone())
            return
        with self._lock:
            try:
                if self._link is None or self._link.closed:
                    self._link = psycopg.connect(**self._params, autocommit=True)
                row = self._link.execute(statement, values).fetchone()
            except psycopg.Error as error:
                # A missed life sign is not worth the work; the next one is tried anew.
                log.warning("job %s: progress could not be written: %s", self._job_id, error)
                self._link = None
                return
        self._judge(row)

    def _judge(self, row: tuple[Any, ...] | None) -> None:
        # No row: the sweep gave the job to somebody else, or it was ended.
        self._stop = row is None or row[0] is not None
