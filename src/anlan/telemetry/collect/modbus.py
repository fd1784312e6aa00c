"""Reads a Modbus TCP device by asking it, neighbours in one request."""

import asyncio
import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.exceptions import ModbusException

from anlan.telemetry.collect.buffer import Buffer, Sample, now_us
from anlan.telemetry.collect.config import Modbus, Register
from anlan.telemetry.wire import BAD, GOOD

logger = logging.getLogger("anlan.collect")

MOST_WORDS = 120
NO_SUCH_ADDRESS = 2
WORDS = {"int16": 1, "uint16": 1, "int32": 2, "uint32": 2, "float32": 2, "float64": 4, "bit": 1}


@dataclass(frozen=True, slots=True)
class Block:
    """Registers that one request reads."""

    table: str
    start: int
    count: int
    registers: tuple[Register, ...]


def blocks(registers: Sequence[Register], widest_gap: int = MOST_WORDS) -> list[Block]:
    """The requests that read all registers, by table and address.

    Between the registers of one lie at most `widest_gap` that nobody wants.
    """
    found: list[Block] = []
    for one in sorted(registers, key=lambda one: (one.table, one.address)):
        end = one.address + WORDS[one.kind]
        last = found[-1] if found else None
        is_near = last is not None and one.address - last.start - last.count <= widest_gap
        if last and is_near and last.table == one.table and end - last.start <= MOST_WORDS:
            count = max(last.count, end - last.start)
            found[-1] = Block(last.table, last.start, count, (*last.registers, one))
        else:
            found.append(Block(one.table, one.address, end - one.address, (one,)))
    return found


class Reader:
    """Asks one device for ever."""

    def __init__(self, config: Modbus, buffer: Buffer) -> None:
        self._config, self._buffer = config, buffer
        self._blocks = blocks(config.registers)
        self._failed: set[tuple[str, int]] = set()

    async def run(self) -> None:
        """Ask every `every_s` seconds; an answer that does not come is a bad value."""
        config = self._config
        client = AsyncModbusTcpClient(
            config.host, port=config.port, timeout=3, retries=1, reconnect_delay=0
        )
        loop = asyncio.get_running_loop()
        due = loop.time()
        try:
            while True:
                if not client.connected:
                    await client.connect()
                for block in list(self._blocks):
                    await self._ask(client, block)
                due = max(due + config.every_s, loop.time() - config.every_s)
                await asyncio.sleep(max(0.0, due - loop.time()))
        finally:
            client.close()

    async def _ask(self, client: AsyncModbusTcpClient, block: Block) -> None:
        read: Any = {
            "holding": client.read_holding_registers,
            "input": client.read_input_registers,
            "coil": client.read_coils,
            "discrete": client.read_discrete_inputs,
        }[block.table]
        at, name = now_us(), (block.table, block.start)
        try:
            answer = await read(block.start, count=block.count, device_id=self._config.unit)
            if getattr(answer, "exception_code", None) == NO_SUCH_ADDRESS:
                self._split(block)
            if answer.isError():
                raise ModbusException(str(answer))
            found = [
                Sample(one.tag, at, value(client, block, answer, one), GOOD)
                for one in block.registers
            ]
        # The last two: a device that answers with fewer words than it was asked for.
        except (TimeoutError, ModbusException, OSError, IndexError, ValueError) as error:
            if name not in self._failed:
                self._failed.add(name)
                logger.warning("%s: %s", self._config.host, error)
            self._buffer.add(Sample(one.tag, at, math.nan, BAD) for one in block.registers)
            return
        self._failed.discard(name)
        self._buffer.add(found)

    def _split(self, block: Block) -> None:
        """Ask without the gaps from now on: many devices refuse a range that is not all theirs."""
        parts = blocks(block.registers, widest_gap=0)
        if len(parts) > 1:
            place = self._blocks.index(block)
            self._blocks[place : place + 1] = parts


def value(client: Any, block: Block, answer: Any, one: Register) -> float:
    """One register's value out of a block's answer."""
    at = one.address - block.start
    if block.table in ("coil", "discrete"):
        return float(answer.bits[at])
    words = answer.registers[at : at + WORDS[one.kind]]
    if one.kind == "bit":
        return float(words[0] & 1)
    kind = getattr(client.DATATYPE, one.kind.upper())
    found = client.convert_from_registers(words, kind, word_order=one.word_order)
    return float(found) * one.scale + one.offset
