"""MQTT clients of another make sign in with a token, publish, and cannot reach another's topics."""

import asyncio
import json
import math
import shutil
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from anlan.config.supervisor import certificate, nats
from anlan.config.supervisor.account import choose
from anlan.config.supervisor.folder import DataFolder
from anlan.config.supervisor.problem import Problem
from anlan.telemetry import mqtt, nkeys, sparkplug, stream, wire
from anlan.telemetry.desk import Desk
from anlan.telemetry.options import Limits
from anlan.telemetry.tests.servers import NatsServer, await_port, free_port
from anlan.telemetry.tests.test_door import TOKEN, a_directory

SEED = "a secret of the installation"
NOW_MS = int(time.time() * 1000)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[NatsServer, int]]:
    port = free_port()
    issuer = nkeys.Issuer(nkeys.seed_of(SEED)).public
    found = NatsServer(
        tmp_path_factory.mktemp("nats"),
        f"""
        authorization {{
          users: [ {{ user: "anlan", password: "p" }} ]
          auth_callout {{ issuer: "{issuer}", auth_users: [ "anlan" ] }}
          timeout: 5
        }}
        mqtt {{ host: "127.0.0.1", port: {port} }}
        """,
    )
    found.start()
    await_port(port)
    found.url = found.url.replace("nats://", "nats://anlan:p@")
    yield found, port
    found.stop()


def with_mqtt(
    server: tuple[NatsServer, int],
    play: Callable[["Heard"], Awaitable[None]],
    seed: str = SEED,
) -> None:
    async def run() -> None:
        desk = Desk(server[0].url, f"postgresql://nobody@127.0.0.1:{free_port()}/none", Limits())
        found = a_directory()
        found.sources[7] = replace(found.sources[7], group="G", node="N.1")
        desk.directory, desk.is_loaded = found, True
        await desk.start()
        entry = mqtt.Mqtt(desk, seed)
        entry.start()
        heard = Heard(desk, server[1])
        await heard.begin()
        try:
            await play(heard)
        finally:
            await entry.stop()
            await desk.stop()

    asyncio.run(run())


class Heard:
    """What reaches the log from the beginning of a test on."""

    def __init__(self, desk: Desk, port: int) -> None:
        self.desk, self.port = desk, port
        self._read = 0

    async def begin(self) -> None:
        while self.desk.client is None or not self.desk.client.is_connected:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        self.js = self.desk.client.jetstream()
        self._read = (await stream.ensure(self.js)).state.last_seq
        await asyncio.sleep(0.3)

    async def samples(self, least: int, seconds: float = 15) -> list[tuple[int, int, float, int]]:
        """Tag, milliseconds, value and quality of at least so many samples."""
        found: list[tuple[int, int, float, int]] = []
        until = time.monotonic() + seconds
        while len(found) < least:
            assert time.monotonic() < until, found
            last = (await self.js.stream_info(stream.STREAM)).state.last_seq
            for sequence in range(self._read + 1, last + 1):
                message = await self.js.get_msg(stream.STREAM, sequence)
                assert message.subject == "tm.0.7"
                batch = wire.decode(message.data or b"")
                found += zip(
                    batch.tags.tolist(),
                    (batch.times_us // 1000).tolist(),
                    batch.values.tolist(),
                    batch.quality.tolist(),
                    strict=True,
                )
                self._read = sequence
            await asyncio.sleep(0.05)
        return found

    def connected(
        self, password: str = TOKEN, certificate: Path | None = None
    ) -> paho.Client | None:
        """A paho client that is signed in, over TLS with a certificate; None if not let in."""
        client = paho.Client(paho.CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
        client.username_pw_set("device", password)
        if certificate is not None:
            client.tls_set(str(certificate))
        answered: list[Any] = []
        client.on_connect = lambda *given: answered.append(given[3])
        client.connect("127.0.0.1", self.port)
        client.loop_start()
        until = time.monotonic() + 10
        while not answered and time.monotonic() < until:
            time.sleep(0.02)
        if answered and not answered[0].is_failure:
            return client
        client.loop_stop()
        return None


async def in_thread(work: Callable[[], Any]) -> Any:
    return await asyncio.get_running_loop().run_in_executor(None, work)


@pytest.mark.skipif(shutil.which("mosquitto_pub") is None, reason="mosquitto-clients is not there")
def test_mosquitto_publishes_values(server: tuple[NatsServer, int]) -> None:
    def publish(port: int, topic: str, text: str, password: str = TOKEN) -> int:
        command = ["mosquitto_pub", "-V", "mqttv311", "-h", "127.0.0.1", "-p", str(port)]
        command += ["-u", "device", "-P", password, "-q", "1", "-t", topic, "-m", text]
        return subprocess.run(command, capture_output=True, timeout=20, check=False).returncode

    async def play(heard: Heard) -> None:
        rows = f'{{"rows": [{{"tag": "TI-9", "ts": {NOW_MS}, "value": 7.25}}]}}'
        for topic, text in (("anlan/7/LT-101", "41.5"), ("anlan/7", rows)):
            assert await in_thread(lambda t=topic, x=text: publish(heard.port, t, x)) == 0  # type: ignore[misc]
        found = await heard.samples(2)
        assert sorted((tag, value) for tag, _, value, _ in found) == [(1, 41.5), (2, 7.25)]
        assert await in_thread(lambda: publish(heard.port, "anlan/7", "1", "wrong")) != 0

    with_mqtt(server, play)


def test_values_bodies_and_another_ones_topics(server: tuple[NatsServer, int]) -> None:
    async def play(heard: Heard) -> None:
        client = await in_thread(heard.connected)
        assert client is not None
        client.publish("anlan/8/LT-101", "1", qos=1)  # not its own: dropped by the server
        client.publish("anlan/7/LT-101", "nonsense", qos=1)
        client.publish("anlan/7/PI-0", "5", qos=1)
        # Wrong ones spoil nobody else's, nor the way in.
        client.publish("anlan/7/TI-9", '{"value": 3, "quality": 9}', qos=1)
        client.publish("anlan/7/TI-9", '{"value": 3, "ts": "2026-01-01T00:00:00"}', qos=1)
        endless = {"tag": "TI-9", "ts": NOW_MS, "value": 3, "quality": 10**30}
        client.publish("anlan/7", json.dumps({"rows": [endless]}), qos=1)
        client.publish("anlan/7/LT-101", f'{{"value": 2, "ts": {NOW_MS}, "quality": 1}}', qos=1)
        client.publish("anlan/7/TI-9", "null", qos=0)
        found = await heard.samples(2)
        assert (1, NOW_MS, 2.0, 1) in found
        assert any(tag == 2 and math.isnan(value) and q == 2 for tag, _, value, q in found)
        assert heard.desk._heard[7].counts["unknown"] == 1
        assert heard.desk._heard[7].error
        client.disconnect()
        client.loop_stop()
        assert await in_thread(lambda: heard.connected("ans_zzzz_x")) is None

    with_mqtt(server, play)


@pytest.fixture
def tls_server(tmp_path: Path) -> Iterator[tuple[NatsServer, int, Path, str]]:
    """The server as the supervisor configures it, with its certificate and the door's secret."""
    pem, key = self_signed(tmp_path)
    folder = DataFolder(tmp_path / "data", choose(tmp_path / "data", None))
    folder.create()
    made = nats.Nats(folder, nats.Mqtt("127.0.0.1", free_port(), (pem, key)))
    made.prepare()
    found = NatsServer(tmp_path)
    found.port, found.url = made.port, made.url()
    found.file = folder / "streams" / "nats.conf"
    found.start()
    assert made.mqtt is not None
    await_port(made.mqtt.port)
    yield found, made.mqtt.port, pem, folder.secret(nats.MQTT_ISSUER)
    found.stop()


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine's loopback address, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "plant")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    builder = builder.public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(now - timedelta(days=1))
    builder = builder.not_valid_after(now + timedelta(days=9)).add_extension(names, critical=False)
    pem, secret = folder / "server.pem", folder / "server.key"
    pem.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return pem, secret


def test_with_a_certificate_the_gateway_speaks_tls_alone(
    tls_server: tuple[NatsServer, int, Path, str],
) -> None:
    server, port, pem, seed = tls_server

    async def play(heard: Heard) -> None:
        client = await in_thread(lambda: heard.connected(certificate=pem))
        assert client is not None
        client.publish("anlan/7/LT-101", "3.5", qos=1)
        assert [value for _, _, value, _ in await heard.samples(1)] == [3.5]
        client.disconnect()
        client.loop_stop()
        with pytest.raises(OSError, match="timed out|reset|closed"):
            await in_thread(lambda: plain(port))

    with_mqtt((server, port), play, seed)


def plain(port: int) -> None:
    """Speak MQTT without TLS; the server hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00")
        if not line.recv(1) or not line.recv(64):
            raise ConnectionError("closed")


def test_a_certificate_that_cannot_serve_is_named(tmp_path: Path) -> None:
    pem, key = self_signed(tmp_path)
    found = certificate.read(pem, key)
    assert found.names == ("127.0.0.1",)
    assert found.ends_at > datetime.now(UTC) + timedelta(days=8)
    (other := tmp_path / "other").mkdir()
    with pytest.raises(Problem, match="is not the key of"):
        certificate.read(pem, self_signed(other)[1])
    with pytest.raises(Problem, match="no certificate"):
        certificate.read(key, key)
    with pytest.raises(Problem, match="cannot be read"):
        certificate.read(tmp_path / "none.pem", key)


def test_sparkplug_births_data_by_alias_and_deaths(server: tuple[NatsServer, int]) -> None:
    def payload(*metrics: dict[str, Any]) -> bytes:
        made = sparkplug.Payload(timestamp=NOW_MS, seq=0)
        for metric in metrics:
            made.metrics.add(**metric)
        return bytes(made.SerializeToString())

    async def play(heard: Heard) -> None:
        asked: list[bytes] = []
        client = await in_thread(heard.connected)
        assert client is not None
        client.on_message = lambda _c, _u, message: asked.append(message.payload)
        client.subscribe("spBv1.0/G/NCMD/N.1", qos=0)
        place = "spBv1.0/G/{}/N.1"
        await asyncio.sleep(0.3)
        # Names not told yet: they are asked for.
        client.publish(place.format("NDATA"), payload({"alias": 5, "double_value": 1.0}), qos=0)
        until = time.monotonic() + 10
        while not asked:
            assert time.monotonic() < until
            await asyncio.sleep(0.02)
        assert sparkplug.read(asked[0])[0].name == "Node Control/Rebirth"
        birth = payload(
            {"name": "bdSeq", "long_value": 0},
            {"name": "LT-101", "alias": 5, "double_value": 10.5},
            {"name": "note", "alias": 6},
        )
        client.publish(place.format("NBIRTH"), birth, qos=0)
        client.publish(
            place.format("DBIRTH") + "/D",
            payload({"name": "TI-9", "alias": 7, "datatype": 3, "int_value": 2**32 - 4}),
        )
        client.publish(place.format("NDATA"), payload({"alias": 5, "float_value": 11.5}))
        client.publish(place.format("DDATA") + "/D", payload({"alias": 7, "is_null": True}))
        client.publish(place.format("NDEATH"), payload({"name": "bdSeq", "long_value": 0}))
        found = await heard.samples(6)
        assert [(tag, q) for tag, _, v, q in found if not math.isnan(v)] == [(1, 0), (2, 0), (1, 0)]
        assert [v for _, _, v, _ in found if not math.isnan(v)] == [10.5, -4.0, 11.5]
        assert sorted(tag for tag, _, v, q in found if math.isnan(v) and q == 2) == [1, 2, 2]
        client.disconnect()
        client.loop_stop()

    with_mqtt(server, play)


def test_a_payload_of_the_specification_is_read() -> None:
    # timestamp 1000; metric: name "A", timestamp 2000, datatype 10 (Double), value 1.5
    metric = b"\x0a\x01A" + b"\x18\xd0\x0f" + b"\x20\x0a" + b"\x69" + b"\x00" * 6 + b"\xf8\x3f"
    data = b"\x08\xe8\x07" + b"\x12" + bytes([len(metric)]) + metric + b"\x18\x00"
    assert sparkplug.read(data) == [sparkplug.Metric("A", None, 2000, 1.5, 0)]
    with pytest.raises(sparkplug.BadPayload):
        sparkplug.read(b"\xff\xff\xff")


def test_topics_and_subjects_are_each_others_image() -> None:
    assert mqtt.subject_of("spBv1.0/G/NDATA/N.1") == "spBv1//0.G.NDATA.N//1"
    assert mqtt.topic_of("spBv1//0.G.NDATA.N//1") == "spBv1.0/G/NDATA/N.1"


def test_many_single_values_go_in_several_bodies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt.payloads, "MOST_ROWS", 3)
    some = mqtt.Gathered()
    for second in range(7):
        some.add("LT-101", NOW_MS + 1000 * second, float(second), 0)
    found = list(some.sent(a_directory().sources[7], "m"))
    assert [len(one.batch) for one in found] == [3, 3, 1]
    assert len({one.batch_id for one in found}) == 3
