"""The journal against the log: judged anew without interruption, it must say the same.

Of use where the log is whole and the settings are those it was judged by, as in measurements and
tests that kill the worker.
"""

import asyncio
import datetime as dt
import math
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from anlan.base.actors.actor import SYSTEM
from anlan.engines.alarms.rules import Event
from anlan.modules.monitoring import alarms_core
from anlan.modules.monitoring.alarms_worker import Judge, judgements
from anlan.modules.monitoring.choices import Happening
from anlan.modules.monitoring.models import AlarmEvent
from anlan.telemetry import stream

Line = tuple[UUID, str, dt.datetime | None, dt.datetime]
"""Rule, what happened, since when, at which time."""
JUDGED = (Happening.RAISED, Happening.CLEARED, Happening.SUPPRESSED, Happening.UNSUPPRESSED)


@dataclass(frozen=True, slots=True)
class Compared:
    """How many messages were judged and lines wanted; what the journal lacks or has too often."""

    messages: int
    wanted: int
    missing: tuple[Line, ...]
    extra: tuple[Line, ...]


def replayed(url: str, partition: int = 0, now: float | None = None) -> Compared:
    """Judge the whole log with the settings of now and compare the journal with what comes of it.

    With `now` (seconds, UTC) the clock goes on up to there after the last message.
    """
    judge = Judge(alarms_core.load())
    messages, found = asyncio.run(_judged(judge, url, partition))
    if now is not None:
        found += judge.tick(math.floor(now))
    want: Counter[Line] = Counter(
        (one.rule_id, one.what, one.since, one.at) for one in judgements(found)
    )
    have: Counter[Line] = Counter(journal())
    return Compared(
        messages,
        want.total(),
        tuple((want - have).elements()),
        tuple((have - want).elements()),
    )


def journal() -> list[Line]:
    """What stands in the journal of what a worker writes."""
    rows = AlarmEvent.objects.for_actor(SYSTEM).filter(what__in=JUDGED)
    return list(rows.values_list("rule_id", "what", "since", "at"))


async def _judged(judge: Judge, url: str, partition: int) -> tuple[int, list[Event]]:
    found, messages = [], 0
    async for data, arrived in _log(url, partition):
        messages += 1
        found += judge.take(data, arrived)
        judge.calculated()  # not asked for here, and gathered until somebody takes them
    return messages, found


async def _log(url: str, partition: int) -> AsyncIterator[tuple[bytes, float]]:
    client = await stream.connect(url, "anlan-replay")
    try:
        js = client.jetstream()
        subject = stream.subject(partition, 0).removesuffix("0") + "*"
        found = await js.stream_info(stream.STREAM, subjects_filter=subject)
        left = sum((found.state.subjects or {}).values())
        subscription = await js.subscribe(subject, ordered_consumer=True)
        while left:
            message = await subscription.next_msg(10)
            left = message.metadata.num_pending
            yield message.data, message.metadata.timestamp.timestamp()
    finally:
        await client.close()
