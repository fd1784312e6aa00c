"""The worker: what it says depends on the log alone, whatever kills it on the way."""

import asyncio
import datetime as dt
import math
import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from django.db import connection, transaction
from nats.js.api import ConsumerConfig, ConsumerInfo, SequenceInfo

from anlan.base.actors.actor import SYSTEM
from anlan.modules.monitoring import alarms_core, alarms_replay
from anlan.modules.monitoring.alarms_worker import Judge, Worker, gone, judgements
from anlan.modules.monitoring.models import AlarmRule, AlarmState, WorkerPosition
from anlan.modules.monitoring.services.alarms import Judgement, standing, take_events
from anlan.modules.monitoring.tests.alarm_data import MONDAY, make_rule, raised
from anlan.telemetry import stream, wire
from anlan.telemetry.tests.servers import NatsServer
from tests.support.world import build_world

START_US = int(MONDAY.timestamp() * 1e6)
N_POINTS, N_MESSAGES, PARTS = 12, 900, 4


def _message(number: int, numbers: list[int]) -> bytes:
    """Return samples of all points at one step, a little out of order and now and then bad."""
    dice = random.Random(number)
    times = [START_US + number * 200_000 + dice.randrange(-150_000, 150_000) for _ in numbers]
    values = [
        80 + 10 * np.sin(number / 15 + place) + dice.gauss(0, 1.5) for place in range(len(numbers))
    ]
    quality = [2 if dice.random() < 0.02 else 0 for _ in numbers]
    return wire.encode(wire.batch_of(numbers, times, values, quality))


def test_a_tag_in_an_expression_is_known_by_its_number():
    numbers = {"LI-1": 7, "RUN": 8}
    assert alarms_core.by_number("{LI-1} > 3 and RUN == 0", numbers) == "{7} > 3 and {8} == 0"
    with pytest.raises(KeyError):
        alarms_core.by_number("{OTHER} > 3", numbers)


def test_settings_become_rules_and_what_cannot_be_judged_is_named(world):
    good = make_rule(world.plant_a, "LI-1", deadband=2, on_delay_s=5, suppressed_when="{LI-2} < 1")
    make_rule(world.plant_a, "LI-2", "LL", limit=10)
    faulty = make_rule(world.plant_a, "LI-3", suppressed_when="{NO} > 1")
    make_rule(world.plant_a, "LI-4", in_use=False)
    found = alarms_core.load()
    by_key = {rule.key: rule for rule in found.rules}
    assert len(by_key) == 3
    assert by_key[str(good.pk)].suppressed_when
    assert not by_key[str(faulty.pk)].suppressed_when
    assert set(found.faulty) == {faulty.pk}
    judge = Judge(found)
    number = good.point.number
    data = wire.encode(wire.batch_of([number] * 2, [START_US, START_US + 6_000_000], [90.0, 91.0]))
    (raised,) = judgements(judge.take(data, START_US / 1e6 + 7))
    assert (raised.rule_id, raised.what) == (good.pk, "raised")
    assert (raised.since, raised.at) == (MONDAY, MONDAY + dt.timedelta(seconds=6))


def test_a_snapshot_goes_on_where_it_was(world):
    rule = make_rule(world.plant_a, on_delay_s=10)
    first = Judge(alarms_core.load())
    number = rule.point.number
    first.take(wire.encode(wire.batch_of([number], [START_US], [90.0])), START_US / 1e6)
    second = Judge(alarms_core.load())
    second.restore(first.snapshot())
    (raised,) = judgements(second.tick(START_US / 1e6 + 30))
    assert raised.at == MONDAY + dt.timedelta(seconds=10)


def test_a_change_that_ends_behind_a_later_one_is_seen(world):
    first, second = make_rule(world.plant_a, "LI-1"), make_rule(world.plant_a, "LI-2")
    rules = AlarmRule.objects.for_actor(SYSTEM)
    rules.filter(pk=second.pk).update(limit=70, updated_at=MONDAY + dt.timedelta(minutes=1))
    before = alarms_core.mark()
    # A long import began before that, and is there only now.
    with transaction.atomic():
        rules.filter(pk=first.pk).update(limit=60, updated_at=MONDAY)
    assert alarms_core.mark() != before


def _one(judge: Judge, number: int, value: float, second: int):
    moment = START_US + second * 1_000_000
    data = wire.encode(wire.batch_of([number], [moment], [value]))
    return judgements(judge.take(data, moment / 1e6))


def test_without_a_snapshot_the_journal_says_what_stands(world):
    over, still = make_rule(world.plant_a, "LI-1"), make_rule(world.plant_a, "LI-2")
    masked = make_rule(world.plant_a, "LI-3", suppressed_when="{LI-1} > 50")
    take_events(
        [
            raised(over), raised(still, 1), raised(masked, 2),
            Judgement(masked.pk, "suppressed", MONDAY, MONDAY),
        ],
        None,
    )  # fmt: skip
    judge = Judge(alarms_core.load())
    judge.stand(standing())
    assert standing().written_at is not None
    # What suppressed an alarm is not known yet, so it sounds again; what still holds says nothing.
    (unmasked,) = _one(judge, still.point.number, 90.0, 100)
    assert (unmasked.rule_id, unmasked.what) == (masked.pk, "unsuppressed")
    (cleared,) = _one(judge, over.point.number, 20.0, 101)
    assert (cleared.rule_id, cleared.what) == (over.pk, "cleared")
    take_events([unmasked, cleared], None)
    rows = {row.rule_id: row for row in AlarmState.objects.for_actor(SYSTEM)}
    assert [rows[one.pk].condition for one in (over, still, masked)] == [False, True, True]
    assert not rows[masked.pk].suppressed


def test_what_stands_of_a_rule_that_has_gone_is_closed(world):
    kept, left = make_rule(world.plant_a, "LI-1"), make_rule(world.plant_a, "LI-2")
    take_events([raised(kept), raised(left)], None)
    AlarmRule.objects.for_actor(SYSTEM).filter(pk=left.pk).update(in_use=False)
    judge = Judge(alarms_core.load())
    take_events(gone(standing(), judge.core.keys, MONDAY + dt.timedelta(hours=1)), None)
    rows = {row.rule_id: row.condition for row in AlarmState.objects.for_actor(SYSTEM)}
    assert rows == {kept.pk: True, left.pk: False}


class Log:
    """Takes batches, or does not answer."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str, wire.Batch]] = []
        self.is_away = False

    async def publish(self, source, payload, *, message_id, partition):
        if self.is_away:
            raise stream.NotTaken("away")
        where = stream.subject(partition, source)
        self.taken.append((message_id, where, wire.decode(payload)))


def test_calculated_values_go_back_into_the_log_once(world):
    number = make_rule(world.plant_a, "LI-1").point.number
    twice = make_rule(world.plant_a, "LI-9", limit=150).point
    twice.expression = "{LI-1} * 2"
    twice.save()
    judge, worker, log = Judge(alarms_core.load()), Worker("nats://nowhere"), Log()
    worker._publisher, log.is_away = log, True
    data = wire.encode(wire.batch_of([number], [START_US], [80.0]))
    (raised,) = judge.take(data, START_US / 1e6)
    assert raised.rule.tag == str(twice.number)
    worker.sequence = 7
    worker._hold(judge.calculated(), 7)
    assert judge.calculated() is None
    asyncio.run(worker._send())
    assert log.taken == []
    # What the log did not take is held, under the same id, until it does.
    log.is_away = False
    asyncio.run(worker._send())
    asyncio.run(worker._send())
    ((name, where, batch),) = log.taken
    assert (name, where) == ("calculated-0-7-7-0", "tm.calculated.0")
    assert batch.tags.tolist() == [twice.number]
    assert (batch.times_us.tolist(), batch.values.tolist()) == ([START_US], [160.0])


class _Log:
    """A log that says how far it has delivered and what waits."""

    def __init__(self, delivered: int, pending: int) -> None:
        self.told = ConsumerInfo(
            name="", stream_name="", config=ConsumerConfig(), created=MONDAY, num_pending=pending,
            delivered=SequenceInfo(consumer_seq=delivered, stream_seq=delivered),
        )  # fmt: skip

    async def consumer_info(self, *_: object, **__: object) -> ConsumerInfo:
        return self.told


def test_the_clock_waits_for_messages_that_are_stored_and_not_here_yet(world):
    make_rule(world.plant_a)
    judge, worker = Judge(alarms_core.load()), Worker("nats://nobody")
    worker._delivered, worker._missed = 5, 0
    began = MONDAY.timestamp()

    def idle(delivered: int, pending: int) -> bool:
        log = _Log(delivered, pending)
        return asyncio.run(worker._idle(judge, log, began))  # type: ignore[arg-type]

    assert idle(5, pending=2)
    assert [idle(7, pending=0) for _ in range(3)] == [True, True, False]  # it will not come
    assert judge.ticked == -math.inf
    assert idle(5, pending=0)
    assert judge.ticked == began - 1


@pytest.mark.usefixtures("committed")
def test_kills_under_load_leave_the_journal_of_an_undisturbed_run(tmp_path):
    world = build_world()
    for place in range(N_POINTS):
        make_rule(world.plant_a, f"LI-{place}", on_delay_s=place % 3, off_delay_s=place % 2)
        make_rule(world.plant_a, f"LI-{place}", "BAD", limit=None)
    rules = list(AlarmRule.objects.for_actor(SYSTEM).select_related("point"))
    numbers = sorted({rule.point.number for rule in rules})
    server = NatsServer(tmp_path)
    server.start()
    process = None
    try:
        process = _worker(server.url)
        for part in range(PARTS - 1):
            asyncio.run(_publish(server.url, numbers, part))
            _await(lambda part=part: _sequence() > N_MESSAGES * part // PARTS)
            os.kill(process.pid, signal.SIGKILL)
            process.wait(30)
            process = _worker(server.url)
        # The last part is left to the worker that is then told to stop.
        asyncio.run(_publish(server.url, numbers, PARTS - 1))
        _await(lambda: _sequence() >= N_MESSAGES)
        process.terminate()
        assert process.wait(20) == 0
        process = None
        found = alarms_replay.replayed(server.url)
    finally:
        if process is not None:
            process.kill()
            process.wait(30)
        server.stop()
    assert (found.messages, found.missing, found.extra) == (N_MESSAGES, (), ())
    assert found.wanted > 100
    raised = {pk for pk, what, _since, _at in alarms_replay.journal() if what == "raised"}
    assert raised == {row.rule_id for row in AlarmState.objects.for_actor(SYSTEM) if row.opened}


def _worker(url: str) -> subprocess.Popen[bytes]:
    given = connection.settings_dict
    database = (
        f"postgresql://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}"
        f"/{given['NAME']}"
    )
    environment = {
        **os.environ, "ANLAN_DATABASE_URL": database, "ANLAN_DATABASE_OWNER_URL": database,
        "ANLAN_NATS_URL": url,
    }  # fmt: skip
    command = ["-m", "anlan.config.manage", "alarm_worker", "--snapshot-seconds", "0.3"]
    return subprocess.Popen([sys.executable, *command], env=environment)


async def _publish(url: str, numbers: list[int], part: int) -> None:
    client = await stream.connect(url, "test")
    await stream.ensure(client.jetstream())
    publisher = stream.Publisher(client)
    for number in range(N_MESSAGES * part // PARTS, N_MESSAGES * (part + 1) // PARTS):
        await publisher.publish(1, _message(number, numbers))
    await client.close()


def _sequence() -> int:
    row = WorkerPosition.objects.filter(partition=0).first()
    return row.sequence if row else 0


def _await(done) -> None:
    until = time.monotonic() + 120
    while not done():
        assert time.monotonic() < until, "the worker did not get there"
        time.sleep(0.05)
