"""A line that can be cut: forwards TCP, loses answers, breaks connections."""

import asyncio
import contextlib
import re
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass

RESET = struct.pack("ii", 1, 0)


@dataclass
class Break:
    """Where the line is to break: at the first request that fits.

    `way` is "before" (nothing of it passes), "half" (a part of it), "answer" (all of it passes, and
    the server's answer is lost).
    """

    request: re.Pattern[bytes]
    way: str


class Line:
    """Between the browser and the server, on a port of its own.

    `cut` breaks every connection and refuses new ones; `lose_answers` lets requests through and
    breaks before the first byte of an answer comes back; `break_at` cuts when a certain request
    passes; `mend` ends all. `cuts` counts. `server_port` may change: another server answers.
    """

    def __init__(self, port: int) -> None:
        self.server_port = port
        self.mode = "open"
        self.cuts = 0
        self._break_at: Break | None = None
        self._broken = threading.Event()
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    @property
    def port(self) -> int:
        """Where the browser connects."""
        return int(self._server.sockets[0].getsockname()[1])

    def cut(self) -> None:
        """Break everything."""
        self.cuts += 1
        self.mode = "cut"
        asyncio.run_coroutine_threadsafe(self._break(), self._loop).result(10)

    def lose_answers(self) -> None:
        """Let what is sent arrive and break the connection when an answer comes."""
        self.cuts += 1
        self.mode = "lose"

    def break_at(self, request: str, way: str) -> None:
        """Let everything through until a request fits the pattern, then be cut."""
        self._broken.clear()
        self._break_at = Break(re.compile(request.encode(), re.DOTALL | re.IGNORECASE), way)
        self.mode = "open"

    def wait_for_break(self, seconds: float = 60) -> None:
        """Wait until the line broke where it was to."""
        assert self._broken.wait(seconds), f"nothing like {self._break_at} was sent"

    def mend(self) -> None:
        """Let everything through again."""
        self._break_at = None
        self.mode = "open"

    def close(self) -> None:
        """End the line."""
        self.mode = "cut"
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._server = self._loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", 0)
        )
        self._ready.set()
        self._loop.run_forever()

    async def _break(self) -> None:
        for writer in list(self._writers):
            _reset(writer)

    async def _end(self) -> None:
        self._server.close()
        await self._break()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def _serve(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        if self.mode == "cut":
            return _reset(back)
        try:
            far, forth = await asyncio.open_connection("127.0.0.1", self.server_port)
        except OSError:
            return _reset(back)
        self._writers |= {back, forth}
        # What was asked on this connection last decides whether its answer is the one to lose.
        asked: list[Break] = []
        try:
            # Cancelled when the line ends.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(
                    self._pipe(near, forth, asked, answers=False),
                    self._pipe(far, back, asked, answers=True),
                )
        finally:
            self._writers -= {back, forth}
            _reset(back)
            _reset(forth)
        return None

    async def _pipe(
        self,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter,
        asked: list[Break],
        *,
        answers: bool,
    ) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while data := await source.read(16_384):
                if answers and self.mode == "lose":
                    return
                if answers and asked:
                    return await self._broke()
                found = None if answers else self._break_at
                if found is not None and found.request.search(data):
                    self._break_at = None
                    if found.way == "before":
                        return await self._broke()
                    if found.way == "half":
                        target.write(data[: len(data) // 2])
                        await target.drain()
                        return await self._broke()
                    asked.append(found)
                target.write(data)
                await target.drain()
        with contextlib.suppress(OSError):
            target.close()

    async def _broke(self) -> None:
        self.cuts += 1
        self.mode = "cut"
        await self._break()
        self._broken.set()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST, as a lost line would look."""
    found: socket.socket | None = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        if found is not None:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


@contextlib.contextmanager
def line_to(port: int) -> Iterator[Line]:
    """A line for a block."""
    line = Line(port)
    try:
        yield line
    finally:
        line.close()
