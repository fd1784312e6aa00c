"""The log takes batches once, tells what waits, and refuses nothing in silence."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from anlan.telemetry import stream, wire
from anlan.telemetry.bench.cluster import Cluster
from anlan.telemetry.options import Limits
from anlan.telemetry.tests.servers import NatsServer


@pytest.fixture(scope="module")
def nats_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    server = NatsServer(tmp_path_factory.mktemp("nats"))
    server.start()
    yield server
    server.stop()


def _batch() -> bytes:
    return wire.encode(wire.batch_of([1, 2], [10, 20], [0.5, 1.5]))


def test_a_batch_is_taken_once_and_carries_when_it_came(nats_server: NatsServer) -> None:
    async def play() -> None:
        client = await stream.connect(nats_server.url, "test")
        js = client.jetstream()
        await stream.ensure(js)
        await stream.ensure(js, Limits(max_age_s=3600.0))
        publisher = stream.Publisher(client)
        moment = datetime(2026, 11, 22, 8, 0, 0, 5, UTC)
        first = await publisher.publish(7, _batch(), message_id="a", received=moment)
        again = await publisher.publish(7, _batch(), message_id="a")
        assert again == first
        sequences = await asyncio.gather(*(publisher.publish(7, _batch()) for _ in range(50)))
        assert sorted(sequences) == list(range(first + 1, first + 51))
        message = await js.get_msg(stream.STREAM, first)
        assert stream.received_at(message.headers) == moment
        assert stream.source_of(message.subject or "") == 7
        assert len(wire.decode(message.data or b"")) == 2
        waiting = await stream.backlog(js)
        assert waiting.messages == 51
        assert not waiting.is_tight
        assert (await js.stream_info(stream.STREAM)).config.max_age == 3600.0
        await client.close()

    asyncio.run(play())


def test_a_batch_without_an_answer_is_not_taken(nats_server: NatsServer) -> None:
    async def play() -> None:
        client = await stream.connect(nats_server.url, "test")
        await client.jetstream().delete_stream(stream.STREAM)
        with pytest.raises(stream.NotTaken):
            await stream.Publisher(client, timeout_s=0.5).publish(7, _batch())
        await client.close()

    asyncio.run(play())


def test_three_servers_keep_the_log_when_the_one_that_leads_is_killed(tmp_path: Path) -> None:
    async def play(cluster: Cluster) -> None:
        await cluster.ready()
        client = await stream.connect(cluster.url, "test")
        js = client.jetstream()
        assert (await stream.ensure(js, Limits())).config.num_replicas == 1
        assert (await stream.ensure(js, Limits(replicas=3))).config.num_replicas == 3
        publisher = stream.Publisher(client, timeout_s=1.0)

        async def send(number: int) -> int:
            while True:
                try:
                    return await publisher.publish(7, _batch(), message_id=f"m-{number}")
                except stream.NotTaken:
                    await asyncio.sleep(0.1)

        first = await asyncio.gather(*(send(k) for k in range(20)))
        sending = asyncio.gather(*(send(k) for k in range(10, 60)))
        dead = await cluster.kill_leader()
        after = await sending
        assert await cluster.leader() != dead
        assert sorted({*first, *after}) == list(range(1, 61))
        await client.close()

    with Cluster(tmp_path) as cluster:
        asyncio.run(play(cluster))


def test_a_server_alone_refuses_three_copies_and_keeps_the_one(nats_server: NatsServer) -> None:
    async def play() -> None:
        client = await stream.connect(nats_server.url, "test")
        js = client.jetstream()
        await stream.ensure(js)
        kept = await stream.ensure(js, Limits(replicas=3))
        assert kept.config.num_replicas == 1
        await client.close()

    asyncio.run(play())


def test_a_log_that_is_nearly_full_is_tight() -> None:
    assert stream.Backlog(messages=10, bytes=81, max_bytes=100).is_tight
    assert not stream.Backlog(messages=10, bytes=79, max_bytes=100).is_tight
    assert not stream.Backlog(messages=10, bytes=79, max_bytes=0).is_tight
    assert stream.received_at({}) is None
