"""The newest events in memory: one shared log a process, read by cursor.

Readers keep a sequence number instead of a queue, so a slow one costs nothing and loses nothing:
when the log no longer reaches back to its cursor it reads on from JetStream.
"""

import asyncio
import threading
from collections import deque
from itertools import islice

from anlan.base.live.message import Entry


class Bell:
    """Wakes the readers of one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: set[asyncio.Future[None]] = set()
        self._is_rung = False

    def ring(self) -> None:
        """Wake all readers; from any thread. A burst of events wakes them once."""
        if not self._is_rung:
            self._is_rung = True
            try:
                self._loop.call_soon_threadsafe(self._wake)
            except RuntimeError:  # the loop is closed, and its readers are gone
                self._is_rung = False

    def _wake(self) -> None:
        self._is_rung = False
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    async def wait(self, seconds: float) -> None:
        """Return at the next ring, or after `seconds`."""
        future: asyncio.Future[None] = self._loop.create_future()
        self._waiting.add(future)
        try:
            await asyncio.wait((future,), timeout=seconds)
        finally:
            self._waiting.discard(future)


class Log:
    """The last `capacity` events, in the order of the stream.

    It holds every event after `floor` up to `last`. `epoch` rises when the stream itself was
    begun anew, which makes every older cursor meaningless.
    """

    def __init__(self, capacity: int = 4096) -> None:
        self.capacity = capacity
        self.epoch = 0
        self.floor = 0
        self.last = 0
        self.is_current = False
        self._entries: deque[Entry] = deque()
        self._bells: dict[asyncio.AbstractEventLoop, Bell] = {}
        self._lock = threading.Lock()

    def begin(self, floor: int) -> None:
        """Forget everything; the next event has a sequence above `floor`."""
        with self._lock:
            self.epoch += 1
            self.floor = self.last = floor
            self._entries.clear()

    def add(self, entry: Entry) -> None:
        """Append the next event."""
        with self._lock:
            self._entries.append(entry)
            self.last = entry.seq
            if len(self._entries) > self.capacity:
                self.floor = self._entries.popleft().seq

    def skip(self, seq: int) -> None:
        """Note that nothing of use lies at `seq`."""
        with self._lock:
            self.last = max(self.last, seq)

    def after(self, cursor: int, limit: int = 500) -> list[Entry] | None:
        """Return up to `limit` events after `cursor`; None if the log does not reach back."""
        with self._lock:
            if cursor >= self.last:
                return []
            if cursor < self.floor:
                return None
            behind = 0
            for entry in reversed(self._entries):
                if entry.seq <= cursor:
                    break
                behind += 1
            start = len(self._entries) - behind
            return list(islice(self._entries, start, start + limit))

    def bell(self) -> Bell:
        """Return the bell of the running event loop."""
        loop = asyncio.get_running_loop()
        with self._lock:
            if loop not in self._bells:
                for old in [known for known in self._bells if known.is_closed()]:
                    del self._bells[old]
                self._bells[loop] = Bell(loop)
            return self._bells[loop]

    def ring(self) -> None:
        """Wake every reader in every loop."""
        for bell in list(self._bells.values()):
            bell.ring()
