"""MQTT clients of another make sign in with a token, publish, and cannot reach another's topics."""

import asyncio
import math
import shutil
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any

import paho.mqtt.client as paho
import pytest

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


def with_mqtt(server: tuple[NatsServer, int], play: Callable[["Heard"], Awaitable[None]]) -> None:
    async def run() -> None:
        desk = Desk(server[0].url, f"postgresql://nobody@127.0.0.1:{free_port()}/none", Limits())
        found = a_directory()
        found.sources[7] = replace(found.sources[7], group="G", node="N.1")
        desk.directory, desk.is_loaded = found, True
        await desk.start()
        entry = mqtt.Mqtt(desk, SEED)
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

    def connected(self, password: str = TOKEN) -> paho.Client | None:
        """A paho client that is signed in; None if it is not let in."""
        client = paho.Client(paho.CallbackAPIVersion.VERSION2, protocol=paho.MQTTv311)
        client.username_pw_set("device", password)
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
