"""Runs readers, buffer and sender until a signal; or fills in files and ends."""

import asyncio
import logging
import signal
from collections.abc import Sequence
from pathlib import Path

from anlan.config import tasks
from anlan.telemetry.collect import files, folders, modbus, opcua
from anlan.telemetry.collect.buffer import Buffer
from anlan.telemetry.collect.config import Config
from anlan.telemetry.collect.sender import Sender
from anlan.telemetry.collect.settings import with_settings

logger = logging.getLogger("anlan.collect")

FLUSH_S = 1.0
TELL_S = 60.0


async def collect(config: Config, stop: asyncio.Event | None = None) -> None:
    """Read and send until SIGTERM, Ctrl-C or `stop`. What is read by then is on disk.

    Raises BadConfig where the settings of the source are wanted and cannot be used.
    """
    over = stop or asyncio.Event()
    if stop is None:
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, over.set)
    config = await asyncio.to_thread(with_settings, config)
    kept = Path(config.buffer)
    buffer = Buffer(kept, config.buffer_megabytes)
    sender = Sender(buffer, config.server, config.secret(), config.certificates)
    work = [
        asyncio.create_task(sender.run()),
        asyncio.create_task(_flush(buffer)),
        asyncio.create_task(_tell(buffer, sender)),
        *(asyncio.create_task(opcua.Reader(one, buffer, kept).run()) for one in config.opcua),
        *(asyncio.create_task(modbus.Reader(one, buffer).run()) for one in config.modbus),
        *(asyncio.create_task(folders.Reader(one, buffer).run()) for one in config.folders),
    ]
    ending = asyncio.create_task(over.wait())
    try:
        done, _ = await asyncio.wait([ending, *work], return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()  # a part that ends by itself has failed: say with what
    finally:
        await tasks.end([ending, *work])
        buffer.close()


async def fill_in(config: Config, paths: Sequence[Path], zone: str) -> tuple[int, int]:
    """Send files; returns how many samples were read and taken by the server. Raises BadFile."""
    buffer = Buffer(Path(config.buffer) / "files", config.buffer_megabytes)
    try:
        read = 0
        for path in paths:
            for sample in files.read(path, zone):
                buffer.add([sample])
                read += 1
        buffer.flush()
        sender = Sender(buffer, config.server, config.secret(), config.certificates)
        await sender.run(until_empty=True)
        return read, sender.sent
    finally:
        buffer.close()


async def _flush(buffer: Buffer) -> None:
    while True:
        await asyncio.sleep(FLUSH_S)
        await asyncio.to_thread(buffer.flush)


async def _tell(buffer: Buffer, sender: Sender) -> None:
    while True:
        await asyncio.sleep(TELL_S)
        batches, samples = await asyncio.to_thread(buffer.waiting)
        logger.info(
            "%d samples sent, %d in %d batches wait, %d dropped",
            sender.sent, samples, batches, buffer.dropped,
        )  # fmt: skip
