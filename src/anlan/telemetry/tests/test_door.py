"""What the door takes, what it refuses with which words, and what it counts."""

import asyncio
import contextlib
import hashlib
import json
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from anlan.telemetry import desk as desks
from anlan.telemetry import directory, stream, wire
from anlan.telemetry.desk import Desk
from anlan.telemetry.directory import Directory, Key, Known
from anlan.telemetry.door import Door
from anlan.telemetry.intake import EARLIEST_US, Judge
from anlan.telemetry.options import Limits
from anlan.telemetry.tests.servers import NatsServer, free_port

NOW = datetime.now(UTC)
NOW_MS = int(NOW.timestamp() * 1000)


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin each test at the clock's time: a run of all comes here long after the import."""
    moment = datetime.now(UTC)
    monkeypatch.setitem(globals(), "NOW", moment)
    monkeypatch.setitem(globals(), "NOW_MS", int(moment.timestamp() * 1000))


TOKEN = "ans_aaaa_geheim"


def a_directory() -> Directory:
    source = Known(
        7, "DCS", True, {"LT-101": 1, "TI-9": 2, "40001": 2}, frozenset({1, 2}),
        kind="modbus", settings={"host": "10.0.0.7"}, addresses={"40001": "TI-9"},
    )  # fmt: skip
    off = Known(8, "off", False)
    digest = hashlib.sha256(b"geheim").digest()
    later = NOW + timedelta(days=1)
    keys = {
        "aaaa": Key(7, digest, frozenset({"ingest"}), later, False),
        "bbbb": Key(7, digest, frozenset({"directory"}), later, False),
        "cccc": Key(7, digest, frozenset({"ingest"}), NOW - timedelta(days=1), False),
        "dddd": Key(7, digest, frozenset({"ingest"}), later, True),
        "eeee": Key(8, digest, frozenset({"ingest"}), later, False),
    }
    found = Directory({7: source, 8: off}, keys, top=2)
    found.high[1] = 100.0
    return found


@pytest.fixture(scope="module")
def nats_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    server = NatsServer(tmp_path_factory.mktemp("nats"))
    server.start()
    yield server
    server.stop()


Post = Callable[..., Awaitable[tuple[int, dict[str, Any], dict[str, str]]]]


def with_door(server: NatsServer, play: Callable[[Post, Desk], Awaitable[None]]) -> None:
    """Run `play` with a way to send requests to a door that knows `a_directory`."""

    async def run() -> None:
        desk = Desk(server.url, f"postgresql://nobody@127.0.0.1:{free_port()}/none", Limits())
        desk.directory, desk.is_loaded = a_directory(), True
        door = Door(desk)
        await desk.start()
        while desk._publisher is None:  # noqa: ASYNC110 (no event tells it)
            await asyncio.sleep(0.01)
        await stream.ensure(desk.client.jetstream())  # type: ignore[union-attr]

        async def post(
            body: Any, *, token: str = TOKEN, kind: str = "application/json",
            path: str = "/ingest/", method: str = "POST", **headers: str,
        ) -> tuple[int, dict[str, Any], dict[str, str]]:  # fmt: skip
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            given = {"authorization": f"Bearer {token}", "content-type": kind, **headers}
            scope = {
                "type": "http", "path": path, "method": method,
                "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in given.items()],
            }  # fmt: skip
            sent: list[MutableMapping[str, Any]] = []

            async def receive() -> MutableMapping[str, Any]:
                return {"type": "http.request", "body": data, "more_body": False}

            async def send(message: MutableMapping[str, Any]) -> None:
                sent.append(message)

            await door(scope, receive, send)
            answered = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
            return sent[0]["status"], json.loads(sent[1]["body"]), answered

        try:
            await play(post, desk)
        finally:
            await desk.stop()

    asyncio.run(run())


async def _last(desk: Desk) -> tuple[wire.Batch, str]:
    assert desk.client is not None
    js = desk.client.jetstream()
    message = await js.get_last_msg(stream.STREAM, stream.SUBJECTS)
    return wire.decode(message.data or b""), message.subject or ""


def _arrow(**columns: Any) -> bytes:
    table = pa.table(columns)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def test_rows_columns_and_arrow_say_the_same(nats_server: NatsServer) -> None:
    async def play(post: Post, desk: Desk) -> None:
        moments = [NOW_MS - 2000, NOW_MS - 1000]
        rows = [
            {"tag": "LT-101", "ts": moments[0], "value": 5.5},
            {"tag": "40001", "ts": moments[1], "value": True, "quality": 1},
        ]
        columns = {"tag": ["LT-101", 2], "ts": moments, "value": [5.5, 1], "quality": [0, 1]}
        stamps = pa.array(moments, pa.timestamp("ms", "UTC"))
        names = pa.array(["LT-101", "TI-9"]).dictionary_encode()
        arrow = _arrow(tag=names, ts=stamps, value=[5.5, 1.0], quality=pa.array([0, 1], pa.int64()))
        numbers = _arrow(tag=[1, 2], ts=moments, value=pa.array([5.5, 1], pa.float32()))
        iso = [{"tag": "LT-101", "ts": NOW.isoformat(), "value": 1}]
        for body, kind in (
            ({"rows": rows}, "application/json"),
            ({"columns": columns}, "application/json; charset=utf-8"),
            (arrow, "application/vnd.apache.arrow.stream"),
            (numbers, "application/vnd.apache.arrow.stream"),
        ):
            status, said, _ = await post(body, kind=kind)
            assert (status, said["samples"]) == (202, 2), said
            batch, subject = await _last(desk)
            assert subject == "tm.0.7"
            assert batch.tags.tolist() == [1, 2]
            assert batch.times_us.tolist() == [moment * 1000 for moment in moments]
            assert batch.values.tolist() == [5.5, 1.0]
        assert (await post({"rows": iso}))[0] == 202
        assert (await _last(desk))[0].times_us.tolist() == [round(NOW.timestamp() * 1e6)]

    with_door(nats_server, play)


def test_every_oddity_is_counted_and_nothing_measured_is_lost(nats_server: NatsServer) -> None:
    async def play(post: Post, desk: Desk) -> None:
        def row(tag: str, ago_ms: int, value: float | None, quality: int = 0) -> dict[str, Any]:
            return {"tag": tag, "ts": NOW_MS - ago_ms, "value": value, "quality": quality}

        rows = [
            row("LT-101", 5000, 50),
            row("LT-101", 5000, 50),  # repeated
            row("LT-101", 6000, 120),  # out of order, over range
            row("TI-9", 100_000, None),  # late, no number, so bad
            row("TI-9", 1000, 3, 2),  # bad quality
            row("PI-0", 1000, 3),  # unknown
            row("TI-9", -3_600_000, 4),  # an hour ahead
            row("LT-101", NOW_MS, 4),  # 1970
        ]
        status, said, _ = await post({"rows": rows})
        assert status == 202
        assert said == {
            "samples": 8, "late": 1, "out_of_order": 1, "repeated": 1, "not_a_number": 1,
            "bad_quality": 2, "unknown": 1, "over_range": 1, "clock_wrong": 2,
            "unknown_tags": ["PI-0"],
        }  # fmt: skip
        batch, _ = await _last(desk)
        assert len(batch) == 7
        assert batch.values[2] == 120
        assert np.isnan(batch.values[3])
        assert batch.quality.tolist() == [0, 0, 0, 2, 2, 1, 1]
        assert abs(batch.times_us[5:] - NOW_MS * 1000).max() < 60_000_000
        assert desk._heard[7].counts["unknown"] == 1
        assert desk._heard[7].error == "Unknown tags: PI-0"

    with_door(nats_server, play)


def test_clocks_far_beyond_all_time_end_between_2000_and_now() -> None:
    now = int(NOW.timestamp() * 1e6)
    times = [-(2**63), -62_135_625_600_000_000, 0, now, 2**63 - 1, now + 10**9]
    batch = wire.batch_of([1] * 6, times, [1.0] * 6)
    judged, counts = Judge().take(a_directory(), batch, now)
    assert counts.clock_wrong == 5
    assert judged.times_us.tolist() == [EARLIEST_US, EARLIEST_US, now, now, now, EARLIEST_US]
    # A point made since the register was read has no range yet.
    assert Judge().take(a_directory(), wire.batch_of([99], [now], [1e9]), now)[1].over_range == 0


def test_a_batch_sent_again_is_taken_once(nats_server: NatsServer) -> None:
    async def play(post: Post, desk: Desk) -> None:
        assert desk.client is not None
        js = desk.client.jetstream()
        body = _arrow(tag=["LT-101"], ts=[NOW_MS], value=[1.0])
        before = (await js.stream_info(stream.STREAM)).state.messages
        for _ in range(2):
            status, _, _ = await post(body, kind="application/octet-stream", anlan_batch="b-1")
            assert status == 202
        assert (await js.stream_info(stream.STREAM)).state.messages == before + 1

    with_door(nats_server, play)


@pytest.mark.parametrize(
    ("token", "status"),
    [
        ("ans_aaaa_wrong", 401),
        ("ans_zzzz_geheim", 401),
        ("", 401),
        ("ans_bbbb_geheim", 403),
        ("ans_cccc_geheim", 401),
        ("ans_dddd_geheim", 401),
        ("ans_eeee_geheim", 403),
    ],
)
def test_a_key_that_does_not_fit(token: str, status: int) -> None:
    from anlan.telemetry.directory import Refused

    with pytest.raises(Refused) as refused:
        a_directory().open(token, NOW)
    assert refused.value.status == status


def test_a_collector_asks_what_its_source_says(nats_server: NatsServer) -> None:
    async def play(post: Post, desk: Desk) -> None:
        status, said, _ = await post(b"", token="ans_bbbb_geheim", path="/settings/", method="GET")
        assert status == 200
        assert said == {
            "number": 7, "name": "DCS", "kind": "modbus", "settings": {"host": "10.0.0.7"},
            "points": {"40001": "TI-9"},
        }  # fmt: skip
        assert (await post(b"", path="/settings/", method="GET"))[0] == 403

    with_door(nats_server, play)


def test_a_key_made_this_moment_is_known_soon(
    nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its message to the door may be lost: the door looks again when it meets an unknown key."""
    known = a_directory()
    read = [known, Directory(known.sources, {}, top=2)]

    async def connect(_: str) -> contextlib.AbstractAsyncContextManager[None]:
        return contextlib.nullcontext()

    async def load(_: object) -> Directory:
        return read.pop() if len(read) > 1 else known

    monkeypatch.setattr(directory, "connect", connect)

    async def write(*_: object) -> None:
        pass

    monkeypatch.setattr(directory, "load", load)
    monkeypatch.setattr(directory, "write", write)
    monkeypatch.setattr(desks, "WATCH_S", 0.05)

    async def play(post: Post, desk: Desk) -> None:
        while desk.directory.keys:  # noqa: ASYNC110 (as above)
            await asyncio.sleep(0.01)
        body = {"rows": [{"tag": "LT-101", "ts": NOW_MS, "value": 1}]}
        assert (await post(body))[0] == 401
        until = time.monotonic() + desks.REFRESH_S / 2
        while (await post(body))[0] == 401:
            assert time.monotonic() < until
            await asyncio.sleep(0.05)

    with_door(nats_server, play)


def test_what_cannot_be_read_is_refused_by_row_and_field(nats_server: NatsServer) -> None:
    good = {"tag": "LT-101", "ts": NOW_MS, "value": 1}
    arrow = "application/vnd.apache.arrow.stream"
    cases: list[tuple[Any, str, int, int | None, str]] = [
        (b"{", "application/json", 422, None, ""),
        ({}, "application/json", 422, None, ""),
        ({"rows": [good, {**good, "value": "high"}]}, "application/json", 422, 1, "value"),
        ({"rows": [good, good, {"tag": "LT-101", "value": 1}]}, "application/json", 422, 2, ""),
        ({"rows": [{**good, "ts": "2026-11-22T08:00:00"}]}, "application/json", 422, 0, "ts"),
        ({"rows": [{**good, "ts": 10**17}]}, "application/json", 422, 0, "ts"),
        ({"rows": [{**good, "quality": 3}]}, "application/json", 422, 0, "quality"),
        ({"rows": [good, {**good, "quality": 10**30}]}, "application/json", 422, 1, "quality"),
        ({"columns": {"tag": ["LT-101"], "ts": [1, 2], "value": [1]}}, "", 422, 1, "ts"),
        (b"nonsense", arrow, 422, None, ""),
        (_arrow(tag=["a"], ts=[1]), arrow, 422, None, "value"),
        (_arrow(tag=["a", None], ts=[1, 2], value=[1.0, 2.0]), arrow, 422, 1, "tag"),
        (_arrow(tag=[1.5], ts=[1], value=["x"]), arrow, 422, None, ""),
        (b"x", "text/csv", 415, None, ""),
    ]

    async def play(post: Post, desk: Desk) -> None:
        for body, kind, status, row, field in cases:
            got, said, headers = await post(body, kind=kind)
            assert got == status, said
            assert headers["content-type"] == "application/problem+json"
            assert said["status"] == status
            assert said["detail"]
            assert (said.get("row"), said.get("field") or "") == (row, field), said
        assert (await post({}, path="/x"))[0] == 404
        assert (await post({}, method="GET"))[0] == 405
        assert (await post(b"", content_length=str(17 << 20)))[0] == 413
        assert (await post({}, token="ans_zzzz_x"))[0] == 401

    with_door(nats_server, play)


def test_a_full_log_and_an_absent_server_ask_to_wait(nats_server: NatsServer) -> None:
    async def play(post: Post, desk: Desk) -> None:
        body = {"rows": [{"tag": "LT-101", "ts": NOW_MS, "value": 1}]}
        desk._is_tight = True
        status, _, headers = await post(body)
        assert (status, headers["retry-after"]) == (503, "10")
        desk._is_tight = False
        assert (await post(b"", path="/healthz", method="GET"))[0] == 200
        assert desk.client is not None
        await desk.client.close()
        assert (await post(body))[0] == 503
        assert (await post(b"", path="/healthz", method="GET"))[0] == 503

    with_door(nats_server, play)
