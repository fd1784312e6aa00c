"""A line that can be cut: forwards TCP, loses answers, breaks connections."""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Iterator

RESET = struct.pack("ii", 1, 0)


class Line:
    """Between the browser and the server, on a port of its own.

    `cut` breaks every connection and refuses new ones; `lose_answers` lets requests through and
    breaks before the first byte of an answer comes back; `mend` ends both. `cuts` counts.
    """

    def __init__(self, port: int) -> None:
        self.server_port = port
        self.mode = "open"
        self.cuts = 0
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

    def mend(self) -> None:
        """Let everything through again."""
        self.mode = "open"

    def close(self) -> None:
        """End the line."""
        self.mode = "cut"
        asyncio.run_coroutine_threadsafe(self._break(), self._loop).result(10)
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

    async def _serve(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        if self.mode == "cut":
            return _reset(back)
        try:
            far, forth = await asyncio.open_connection("127.0.0.1", self.server_port)
        except OSError:
            return _reset(back)
        self._writers |= {back, forth}
        try:
            await asyncio.gather(
                self._pipe(near, forth, answers=False), self._pipe(far, back, answers=True)
            )
        finally:
            self._writers -= {back, forth}
            _reset(back)
            _reset(forth)
        return None

    async def _pipe(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while data := await source.read(16_384):
                if answers and self.mode == "lose":
                    return
                target.write(data)
                await target.drain()
        with contextlib.suppress(OSError):
            target.close()


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
