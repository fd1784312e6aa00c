"""The collector against real OPC UA and Modbus servers, and a line that comes and goes."""

import asyncio
import json
import math
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet
import pytest
from asyncua import Server, ua
from asyncua.crypto.cert_gen import setup_self_signed_certificate
from asyncua.crypto.truststore import TrustStore
from asyncua.crypto.validator import CertificateValidator, CertificateValidatorOptions
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from pymodbus.client import AsyncModbusTcpClient
from pymodbus.datastore import ModbusDeviceContext, ModbusSequentialDataBlock, ModbusServerContext
from pymodbus.pdu import ExceptionResponse
from pymodbus.pdu.register_message import ReadHoldingRegistersResponse
from pymodbus.server import ModbusTcpServer

from anlan.telemetry.collect import files, modbus
from anlan.telemetry.collect.buffer import Buffer, NoBuffer, Sample
from anlan.telemetry.collect.config import BadConfig, Config, Modbus, OpcUa, Register, read
from anlan.telemetry.collect.modbus import blocks
from anlan.telemetry.collect.run import collect, fill_in
from anlan.telemetry.collect.sender import Sender
from anlan.telemetry.tests.servers import free_port

T0 = 1_763_800_000_000_000


class FakeDoor:
    """Takes batches as the door does; `answers` are given first, one a request."""

    def __init__(self, port: int = 0) -> None:
        self.batches: list[tuple[str, pa.Table]] = []
        self.answers: list[int] = []
        door = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = door.answers.pop(0) if door.answers else 202
                if status == 202:
                    table = pa.ipc.open_stream(body).read_all()
                    door.batches.append((self.headers["Anlan-Batch"], table))
                said = json.dumps({"status": status}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def rows(self) -> list[dict[str, object]]:
        return [row for _, table in self.batches for row in table.to_pylist()]

    def of(self, tag: str) -> list[float]:
        return [float(str(row["value"])) for row in self.rows() if row["tag"] == tag]


@pytest.fixture
def door() -> Iterator[FakeDoor]:
    found = FakeDoor()
    yield found
    found.close()


async def until(holds: object, seconds: float = 20) -> None:
    for _ in range(int(seconds / 0.05)):
        if holds():  # type: ignore[operator]
            return
        await asyncio.sleep(0.05)
    raise AssertionError("not in time")


def test_a_line_that_was_down_gets_everything_once_and_in_order(tmp_path: Path) -> None:
    port = free_port()
    first = Buffer(tmp_path)
    for k in range(3):
        first.add([Sample("A", T0 + k, float(k))])
        first.flush()
    first.close()
    buffer = Buffer(tmp_path)  # a restart in between
    buffer.add([Sample("A", T0 + 3, 3.0)])
    buffer.flush()

    async def play() -> FakeDoor:
        sending = asyncio.create_task(Sender(buffer, f"http://127.0.0.1:{port}", "t").run())
        await asyncio.sleep(0.3)
        assert buffer.waiting() == (4, 4)
        door = FakeDoor(port)
        door.answers = [503, 503, 202, 422]
        await until(lambda: buffer.waiting() == (0, 0))
        sending.cancel()
        return door

    door = asyncio.run(play())
    assert door.of("A") == [0.0, 2.0, 3.0]  # the second was refused and laid aside
    names = [name for name, _ in door.batches]
    assert len({name.rpartition("-")[0] for name in names}) == 1
    assert len(set(names)) == 3
    door.close()


def test_a_full_buffer_drops_the_oldest_and_counts(tmp_path: Path) -> None:
    buffer = Buffer(tmp_path, most_megabytes=0)
    for k in range(3):
        buffer.add([Sample("A", T0 + k, float(k))])
        buffer.flush()
    assert buffer.dropped == 2
    found = buffer.next()
    assert found is not None
    assert pa.ipc.open_stream(found.payload).read_all()["value"].to_pylist() == [2.0]


def test_opc_ua_values_come_with_time_quality_and_loss(tmp_path: Path, door: FakeDoor) -> None:
    async def play() -> None:
        server = Server()
        await server.init()
        url = f"opc.tcp://127.0.0.1:{free_port()}/"
        server.set_endpoint(url)
        place = await server.register_namespace("plant")
        plant = await server.nodes.objects.add_object(ua.NodeId("Plant", place), "Plant")
        unit = await plant.add_object(ua.NodeId("Unit", place), "Unit")
        level = await unit.add_variable(ua.NodeId("LT101", place), "LT101", 1.5)
        other = await unit.add_variable(ua.NodeId("TT102", place), "TT102", 20.0)
        config = Config(
            server=door.url, token="t", buffer=str(tmp_path),
            opcua=[OpcUa(url, {f"ns={place};s=LT101": "LT-101"}, [f"ns={place};s=Plant"], 50)],
        )  # fmt: skip
        over = asyncio.Event()
        async with server:
            work = asyncio.create_task(collect(config, over))
            await until(lambda: door.of("LT-101") == [1.5])
            moment = datetime(2026, 11, 22, 8, tzinfo=UTC)
            bad = ua.DataValue(
                ua.Variant(2.5), ua.StatusCode(ua.StatusCodes.BadSensorFailure), moment
            )
            await level.write_value(bad)
            await other.write_value(21.0)
            await until(lambda: 21.0 in door.of(f"ns={place};s=TT102"))
            await until(lambda: len(door.of("LT-101")) == 2)
            row = next(r for r in door.rows() if r["ts"] == moment)
            assert (row["tag"], row["quality"]) == ("LT-101", 2)
        await until(lambda: len(door.of("LT-101")) >= 3)  # the server has gone: said to be bad
        last = [row for row in door.rows() if row["tag"] == "LT-101"][-1]
        assert last["quality"] == 2
        over.set()
        await work

    asyncio.run(play())


def test_opc_ua_is_signed_and_encrypted_with_a_certificate_the_server_trusts(
    tmp_path: Path, door: FakeDoor
) -> None:
    async def identity(name: str, use: x509.ObjectIdentifier) -> tuple[Path, Path]:
        pem, key = tmp_path / f"{name}.der", tmp_path / f"{name}.key"
        await setup_self_signed_certificate(key, pem, f"urn:plant:{name}", "localhost", [use], {})
        return pem, key

    async def play() -> None:
        theirs, their_key = await identity("server", ExtendedKeyUsageOID.SERVER_AUTH)
        ours, our_key = await identity("collector", ExtendedKeyUsageOID.CLIENT_AUTH)
        trusted = tmp_path / "trusted"
        trusted.mkdir()
        shutil.copy(ours, trusted)
        store = TrustStore([trusted], [])
        await store.load()
        server = Server()
        await server.init()
        url = f"opc.tcp://127.0.0.1:{free_port()}/"
        server.set_endpoint(url)
        await server.set_application_uri("urn:plant:server")
        server.set_security_policy([ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt])
        await server.load_certificate(theirs)
        await server.load_private_key(their_key, format="pem")
        options = CertificateValidatorOptions.TRUSTED_VALIDATION
        server.set_certificate_validator(
            CertificateValidator(options | CertificateValidatorOptions.PEER_CLIENT, store)
        )
        place = await server.register_namespace("plant")
        await server.nodes.objects.add_variable(ua.NodeId("LT101", place), "LT101", 4.25)
        security = f"Basic256Sha256,SignAndEncrypt,{ours},{our_key},{theirs}"
        config = Config(
            server=door.url, token="t", buffer=str(tmp_path / "buffer"),
            opcua=[OpcUa(url, {f"ns={place};s=LT101": "LT-101"}, [], 50, security)],
        )  # fmt: skip
        over = asyncio.Event()
        async with server:
            work = asyncio.create_task(collect(config, over))
            await until(lambda: door.of("LT-101") == [4.25])
            over.set()
            await work

    asyncio.run(play())


def test_modbus_registers_are_read_scaled_and_said_bad_when_gone(
    tmp_path: Path, door: FakeDoor
) -> None:
    async def play() -> None:
        words = ModbusSequentialDataBlock(1, [7, 65535, 0x4148, 0x0000, 1])
        bits = ModbusSequentialDataBlock(1, [False, True])
        device = ModbusDeviceContext(hr=words, co=bits)
        context = ModbusServerContext(devices=device, single=True)
        port = free_port()
        server = ModbusTcpServer(context, address=("127.0.0.1", port))
        serving = asyncio.create_task(server.serve_forever())
        registers = [
            Register("A", 0, "uint16", scale=0.5, offset=1),
            Register("B", 1, "int16"),
            Register("C", 2, "float32"),
            Register("D", 1, "bit", "coil"),
        ]
        config = Config(
            server=door.url, token="t", buffer=str(tmp_path),
            modbus=[Modbus("127.0.0.1", registers, port, every_s=0.1)],
        )  # fmt: skip
        over = asyncio.Event()
        work = asyncio.create_task(collect(config, over))
        await until(lambda: all(door.of(tag) for tag in "ABCD"))
        good = {str(r["tag"]): r["value"] for r in door.rows() if r["quality"] == 0}
        assert good == {"A": 4.5, "B": -1.0, "C": 12.5, "D": 1.0}
        await server.shutdown()
        serving.cancel()
        await until(lambda: door.rows()[-1]["quality"] == 2)
        over.set()
        await work

    asyncio.run(play())


def test_neighbours_are_read_in_one_request() -> None:
    found = blocks([Register("a", 0), Register("b", 50, "float32"), Register("c", 500)])
    assert [(one.start, one.count) for one in found] == [(0, 52), (500, 1)]
    found = blocks([Register("a", 0), Register("b", 1, "float32"), Register("c", 4)], widest_gap=0)
    assert [(one.start, one.count) for one in found] == [(0, 3), (4, 1)]


class Device:
    """Answers in the place of a Modbus device: a range that is not all its own it refuses."""

    def __init__(self, words: dict[int, int]) -> None:
        self._words = words

    async def read_holding_registers(self, start: int, *, count: int, device_id: int) -> Any:
        wanted = range(start, start + count)
        if not all(address in self._words for address in wanted):
            return ExceptionResponse(3, 2)
        return ReadHoldingRegistersResponse(registers=[self._words[one] for one in wanted][:1])

    DATATYPE = AsyncModbusTcpClient.DATATYPE
    convert_from_registers = AsyncModbusTcpClient.convert_from_registers
    read_input_registers = read_coils = read_discrete_inputs = read_holding_registers


def test_a_refused_range_is_asked_in_parts_and_a_short_answer_is_bad(tmp_path: Path) -> None:
    registers = [Register("A", 0), Register("B", 9), Register("C", 20, "float32")]
    buffer = Buffer(tmp_path)
    reader = modbus.Reader(Modbus("device", registers), buffer)
    device: Any = Device({0: 7, 9: 8, 20: 1, 21: 2})

    async def play() -> None:
        for _round in range(2):
            for block in list(reader._blocks):
                await reader._ask(device, block)

    asyncio.run(play())
    found = [(one.tag, one.value) for one in buffer._held if one.quality == 0]
    assert found == [("A", 7.0), ("B", 8.0)]
    assert len(buffer._held) == 6
    buffer.close()


def test_a_folder_in_which_nothing_can_wait_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NoBuffer, match="file/buffer: values cannot wait there"):
        Buffer(tmp_path / "file" / "buffer")


def test_a_disk_that_takes_nothing_loses_nothing_at_first(tmp_path: Path) -> None:
    buffer = Buffer(tmp_path)
    pages = buffer._db.execute("PRAGMA page_count").fetchone()[0]
    buffer._db.execute(f"PRAGMA max_page_count = {pages}")
    samples = [Sample("A", n, float(n)) for n in range(6_000)]
    buffer.add(samples)
    assert buffer.waiting() == (0, 0)
    buffer._db.execute("PRAGMA max_page_count = 1000000")
    buffer.flush()
    assert (buffer.waiting(), buffer.dropped) == ((2, 6_000), 0)
    buffer.close()


def test_words_among_numbers_are_bad_values_and_other_faults_are_told_first(tmp_path: Path) -> None:
    wide = tmp_path / "wide.csv"
    wide.write_text("ts,LT-1,TI-9,note\n1763856000000,Bad,20.5,x\n1763856001000,1.5,,y\n")
    found = [(one.tag, one.value, one.quality) for one in files.read(wide)]
    assert found[1:] == [("TI-9", 20.5, 0), ("LT-1", 1.5, 0)]
    assert (found[0][0], math.isnan(found[0][1]), found[0][2]) == ("LT-1", True, 2)
    long = tmp_path / "long.csv"
    long.write_text("tag,ts,value,quality\nA,1763856000000,1,0\nA,1763856001000,2,7\n")
    with pytest.raises(files.BadFile, match="row 3, column 'quality'"):
        next(files.read(long))
    long.write_text("tag,ts,value\nA,1763856000000,1\nA,,2\n")
    with pytest.raises(files.BadFile, match="1 rows have no time"):
        next(files.read(long))


def test_files_are_sent_long_and_wide(tmp_path: Path, door: FakeDoor) -> None:
    long = tmp_path / "long.csv"
    long.write_text(
        "tag,ts,value,quality\nA,2026-11-22T08:00:00+08:00,1.5,0\nB,2026-11-22T00:00:01Z,,\n"
    )
    wide = tmp_path / "wide.parquet"
    stamps = pa.array([datetime(2026, 11, 22, 8), datetime(2026, 11, 22, 9)])  # noqa: DTZ001
    pa.parquet.write_table(pa.table({"time": stamps, "A": [2.5, None], "B": [3, 4]}), wide)
    config = Config(server=door.url, token="t", buffer=str(tmp_path / "buffer"))

    assert asyncio.run(fill_in(config, [long, wide], "Asia/Shanghai")) == (5, 5)
    rows = [(r["tag"], r["ts"].hour, r["quality"]) for r in door.rows()]  # type: ignore[attr-defined]
    assert rows == [("A", 0, 0), ("B", 0, 2), ("A", 0, 0), ("B", 0, 0), ("B", 1, 0)]
    with pytest.raises(files.BadFile, match="zone"):
        list(files.read(wide))
    with pytest.raises(files.BadFile):
        list(files.read(tmp_path / "none.csv"))


@pytest.mark.parametrize(
    "text",
    ["", 'server = "x"\nbuffer = "b"\ntoken = "t"', 'server = "http://x"\nbuffer = "b"',
     'server = "http://x"\nbuffer = "b"\ntoken = "t"\nsurprise = 1', "not toml ["],
)  # fmt: skip
def test_a_bad_configuration_says_where(tmp_path: Path, text: str) -> None:
    file = tmp_path / "collect.toml"
    file.write_text(text)
    with pytest.raises(BadConfig, match=r"collect\.toml"):
        read(file)
