"""The way in by MQTT 3.1.1, through the message server's own gateway.

A sender signs in with any name and its source's token as password. Asked by the server (its
authorisation call-out), this process lets it publish below its own topics and nowhere else:

    anlan/<source number>            JSON rows or columns, as at the door
    anlan/<source number>/<tag>      one value: a number, or {"value", "ts", "quality"}
    spBv1.0/<group>/…/<node>/…       Sparkplug B, group and node as the source's settings say

What is published goes into a stream of its own, from there to the desk, and leaves the stream
when the log has it: a restart of this process loses nothing.
"""

import asyncio
import contextlib
import hashlib
import logging
import math
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, RetentionPolicy, StreamConfig

from anlan.config import nats_streams, tasks
from anlan.telemetry import nkeys, payloads, sparkplug, stream
from anlan.telemetry.desk import Desk, Wait
from anlan.telemetry.directory import Known, Refused
from anlan.telemetry.payloads import BadPayload
from anlan.telemetry.wire import BAD, GOOD

logger = logging.getLogger("anlan.door")

STREAM = "TELEMETRY_MQTT"
PLAIN, SPARKPLUG = "anlan", "spBv1//0"
CONSUMER = "door"
FETCH_MESSAGES = 500
FETCH_S = 0.2
KEPT_S = 72 * 3600.0
REBIRTH_EVERY_S = 30.0
# A node that names ever new ones begins anew, instead of filling this process.
MOST_ALIASES = 200_000
ACCOUNT = "$G"
AUTH_SUBJECT = "$SYS.REQ.USER.AUTH"


class Value(msgspec.Struct, frozen=True):
    """One value of a topic of its own."""

    value: float | bool | None
    ts: datetime | int | None = None
    quality: int = GOOD


_value_decoder = msgspec.json.Decoder(Value | float | bool | None)


class Gathered:
    """Samples of one source out of several messages.

    Each is looked at as it comes: a wrong one must not spoil those of other messages.
    """

    def __init__(self) -> None:
        self.tags: list[str | int] = []
        self.times_us: list[int] = []
        self.values: list[float | bool | None] = []
        self.quality: list[int] = []

    def add(
        self, tag: str | int, at: datetime | int, value: float | bool | None, quality: int
    ) -> None:
        """One more. Raises BadPayload, and then it is none."""
        if not GOOD <= quality <= BAD:
            raise BadPayload(payloads.NO_QUALITY, None, "quality")
        moment_us = payloads.moment_us(at)
        self.tags.append(tag)
        self.times_us.append(moment_us)
        self.values.append(value)
        self.quality.append(quality)

    def sent(self, source: Known, mark: str) -> Iterator[payloads.Sent]:
        """All of them, in bodies of a size that the door takes."""
        for start in range(0, len(self.tags), payloads.MOST_ROWS):
            part = slice(start, start + payloads.MOST_ROWS)
            yield payloads.timed(
                source,
                self.tags[part],
                self.times_us[part],
                self.values[part],
                self.quality[part],
                batch_id=f"{mark}-{start}",
            )


class Mqtt:
    """Lets senders in, and takes in what they publish."""

    def __init__(self, desk: Desk, seed: str) -> None:
        self._desk = desk
        self._issuer = nkeys.Issuer(nkeys.seed_of(seed))
        self._births: dict[str, dict[int, str]] = defaultdict(dict)
        self._names: dict[str, set[str]] = defaultdict(set)
        self._asked: dict[str, float] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin, as soon as the desk has a connection."""
        self._tasks = [asyncio.create_task(self._run(), name="mqtt")]

    async def stop(self) -> None:
        """End."""
        await tasks.end(self._tasks)

    async def _run(self) -> None:
        while self._desk.client is None:  # noqa: ASYNC110 (it comes once, within a moment)
            await asyncio.sleep(0.1)
        client = self._desk.client
        await client.subscribe(AUTH_SUBJECT, queue="door", cb=self._on_sign_in)
        js = client.jetstream()
        while True:
            try:
                subscription = await _subscribed(js, self._desk.limits.replicas)
                while True:
                    await self._take(client, subscription)
            except stream.TROUBLE as error:
                logger.info("mqtt: the message server does not answer: %s", error)
                await asyncio.sleep(1)
            except Exception:  # nobody else would begin again; what was fetched comes once more
                logger.exception("mqtt: messages were not taken in")
                await asyncio.sleep(1)

    # ---- who comes in ------------------------------------------------------------------------

    async def _on_sign_in(self, message: Msg) -> None:
        try:
            claims = nkeys.read(message.data)["nats"]
            user, server = claims["user_nkey"], claims["server_id"]["id"]
            given = claims["connect_opts"]
        except (ValueError, KeyError, IndexError, TypeError):
            logger.warning("mqtt: a sign-in that cannot be read")
            return
        answer: dict[str, Any] = {"type": "authorization_response", "version": 2}
        try:
            source = self._desk.directory.open(str(given.get("pass", "")), datetime.now(UTC))
        except Refused as refused:
            answer["error"] = str(refused)
        else:
            answer["jwt"] = self._issuer.sign(
                user,
                ACCOUNT,
                {"type": "user", "version": 2, "subs": -1, "data": -1, "payload": -1,
                 **permissions(source)},
                name=f"source {source.number}",
            )  # fmt: skip
        await message.respond(self._issuer.sign(user, server, answer).encode())

    # ---- what they send ----------------------------------------------------------------------

    async def _take(self, client: Client, subscription: JetStreamContext.PullSubscription) -> None:
        try:
            messages = await subscription.fetch(FETCH_MESSAGES, timeout=FETCH_S)
        except TimeoutError:
            return
        gathered: dict[int, tuple[Known, Gathered]] = {}
        whole: list[tuple[Known, payloads.Sent]] = []
        for message in messages:
            source = self._source_of(message.subject)
            if source is None:
                continue
            _, into = gathered.setdefault(source.number, (source, Gathered()))
            try:
                sent = await self._read(client, source, message, into)
            except BadPayload as bad:
                self._note(source, message, str(bad))
            except Exception:  # one message that nobody foresaw must not stop all others
                logger.exception("mqtt: a message of source %d is left out", source.number)
                self._note(source, message, "cannot be read")
            else:
                if sent is not None:
                    whole.append((source, sent))
        # Named by all it is made of: what comes again may come with other messages, and the log
        # leaves out whatever has a name that it knows.
        sequences = ",".join(str(one.metadata.sequence.stream) for one in messages)
        mark = f"mqtt-{hashlib.sha256(sequences.encode()).hexdigest()[:32]}"
        for source, some in gathered.values():
            whole += [(source, sent) for sent in some.sent(source, mark)]
        for source, sent in whole:
            await self._put(source, sent)
        for message in messages:
            await message.ack()

    def _note(self, source: Known, message: Msg, why: str) -> None:
        self._desk.note_error(source, f"MQTT {topic_of(message.subject)}: {why}")

    async def _put(self, source: Known, sent: payloads.Sent) -> None:
        while True:
            try:
                await self._desk.take(source, sent)
            except Wait as wait:
                await asyncio.sleep(min(wait.seconds, 2))
                continue
            if sent.unknown_tags:
                self._desk.note_error(source, f"Unknown tags: {', '.join(sent.unknown_tags)}")
            return

    def _source_of(self, subject: str) -> Known | None:
        words = subject.split(".")
        found = self._desk.directory.sources
        if words[0] == PLAIN and len(words) > 1 and words[1].isdecimal():
            return found.get(int(words[1]))
        if words[0] == SPARKPLUG and len(words) > 3:
            pair = (words[1].replace("//", "."), words[3].replace("//", "."))
            return next((one for one in found.values() if (one.group, one.node) == pair), None)
        return None

    async def _read(
        self, client: Client, source: Known, message: Msg, into: Gathered
    ) -> payloads.Sent | None:
        """A whole body, or None after gathering single values. Raises BadPayload."""
        arrived = message.metadata.timestamp
        if message.subject.startswith(f"{PLAIN}."):
            tag = "/".join(topic_of(message.subject).split("/")[2:])
            if not tag:
                sent = payloads.read_json(message.data, source)
                sequence = message.metadata.sequence.stream
                mark = sent.batch_id or f"mqtt-{sequence}"
                return payloads.Sent(sent.batch, mark, sent.unknown, sent.unknown_tags)
            try:
                given = _value_decoder.decode(message.data)
            except msgspec.MsgspecError as error:
                raise BadPayload(f"neither a number nor a value: {error}") from error
            if not isinstance(given, Value):
                given = Value(given)
            into.add(tag, arrived if given.ts is None else given.ts, given.value, given.quality)
            return None
        await self._read_sparkplug(client, source, message, arrived, into)
        return None

    async def _read_sparkplug(
        self, client: Client, source: Known, message: Msg, arrived: datetime, into: Gathered
    ) -> None:
        words = topic_of(message.subject).split("/")
        group, kind, node = words[1], words[2], words[3]
        device = words[4] if len(words) > 4 else ""
        place = f"{group}/{node}"
        if kind in ("NDEATH", "DDEATH"):
            for name in self._names[f"{place}/{device}"] if device else self._all_of(place):
                into.add(name, arrived, math.nan, BAD)
            return
        if kind not in ("NBIRTH", "DBIRTH", "NDATA", "DDATA"):
            return
        try:
            metrics = sparkplug.read(message.data)
        except sparkplug.BadPayload as error:
            raise BadPayload(str(error)) from error
        aliases = self._births[place]
        if kind == "NBIRTH":
            aliases.clear()
        for one in metrics:
            if len(aliases) > MOST_ALIASES:
                aliases.clear()
            name = one.name
            if name and device:
                name = _named(source, device, name)
            if name and one.alias is not None:
                aliases[one.alias] = name
            if not name and one.alias is not None:
                name = aliases.get(one.alias, "")
                if not name:
                    await self._ask_birth(client, group, node)
                    continue
            if kind == "NBIRTH" and name in ("bdSeq", "Node Control/Rebirth"):
                continue
            if name in source.numbers:
                self._names[f"{place}/{device}"].add(name)
            try:
                at = arrived if one.time_ms is None else one.time_ms
                into.add(name, at, one.value, one.quality)
            except BadPayload as bad:
                self._note(source, message, f"{name}: {bad}")

    def _all_of(self, place: str) -> list[str]:
        return [
            name
            for key, names in self._names.items()
            if key.startswith(f"{place}/")
            for name in names
        ]

    async def _ask_birth(self, client: Client, group: str, node: str) -> None:
        """Names were told before this process began: have them told again."""
        now = time.monotonic()
        if now - self._asked.get(f"{group}/{node}", -REBIRTH_EVERY_S) < REBIRTH_EVERY_S:
            return
        self._asked[f"{group}/{node}"] = now
        logger.info("mqtt: asking %s/%s for its names", group, node)
        with contextlib.suppress(*stream.TROUBLE):
            await client.publish(
                f"{SPARKPLUG}.{subject_of(group)}.NCMD.{subject_of(node)}", sparkplug.rebirth()
            )


def _named(source: Known, device: str, name: str) -> str:
    """A device's metric is called with the device, or alone where that is a tag."""
    both = f"{device}/{name}"
    return name if both not in source.numbers and name in source.numbers else both


def permissions(source: Known) -> dict[str, Any]:
    """What a source may publish and hear, in NATS's subjects."""
    publish = [f"{PLAIN}.{source.number}", f"{PLAIN}.{source.number}.>"]
    hear = ["$MQTT.sub.>"]
    if source.group and source.node:
        group, node = subject_of(source.group), subject_of(source.node)
        publish += [f"{SPARKPLUG}.{group}.*.{node}", f"{SPARKPLUG}.{group}.*.{node}.>"]
        hear += [
            f"{SPARKPLUG}.{group}.NCMD.{node}",
            f"{SPARKPLUG}.{group}.DCMD.{node}.>",
            f"{SPARKPLUG}.STATE.>",
        ]
    return {"pub": {"allow": publish}, "sub": {"allow": hear}}


def subject_of(topic: str) -> str:
    """A topic as the gateway makes a subject of it."""
    return "\0".join(topic.split(".")).replace("/", ".").replace("\0", "//")


def topic_of(subject: str) -> str:
    """The topic that the gateway made a subject of."""
    return "\0".join(subject.split("//")).replace(".", "/").replace("\0", ".")


async def _subscribed(js: JetStreamContext, replicas: int) -> JetStreamContext.PullSubscription:
    wanted = StreamConfig(
        name=STREAM,
        subjects=[
            f"{PLAIN}.*",
            f"{PLAIN}.*.>",
            *(f"{SPARKPLUG}.*.{kind}.>" for kind in
              ("NBIRTH", "NDATA", "NDEATH", "DBIRTH", "DDATA", "DDEATH")),
        ],
        retention=RetentionPolicy.WORK_QUEUE,
        max_age=KEPT_S,
        num_replicas=replicas,
        description="What came by MQTT and is not in the log of samples yet",
    )  # fmt: skip
    await nats_streams.ensure(js, wanted)
    return await js.pull_subscribe(
        "",
        durable=CONSUMER,
        stream=STREAM,
        config=ConsumerConfig(ack_policy=AckPolicy.EXPLICIT, ack_wait=60, max_ack_pending=5_000),
    )
