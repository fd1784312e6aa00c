"""The door's view of sources, their keys and their tags, and what it writes back of them.

A few lines of SQL beside Django: the door is a small process of its own. It reads everything and
writes only the four columns of a source that are made for it.
"""

import hashlib
import hmac
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.types.json import Jsonb

INGEST = "ingest"
SETTINGS = "directory"


@dataclass(frozen=True, slots=True)
class Key:
    """One token of a source. Only the digest of its secret is known."""

    source: int
    digest: bytes
    scopes: frozenset[str]
    expires_at: datetime
    is_revoked: bool


@dataclass(frozen=True, slots=True)
class Known:
    """One source: what it may send. Names are tags, and addresses where no tag is called so."""

    number: int
    name: str
    enabled: bool
    numbers: dict[str, int] = field(default_factory=dict)
    own: frozenset[int] = frozenset()
    group: str = ""
    """Sparkplug's group id and edge node id, from the topic in the source's settings."""
    node: str = ""
    kind: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    """The tags of its points by their address, of those that have one."""


class Refused(Exception):
    """A key that opens nothing. `status` is HTTP's."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class Directory:
    """All sources, keys and ranges at one moment."""

    def __init__(self, sources: dict[int, Known], keys: dict[str, Key], top: int = 0) -> None:
        self.sources, self.keys = sources, keys
        self.low = np.full(top + 1, -np.inf)
        self.high = np.full(top + 1, np.inf)

    def open(self, token: str, now: datetime, scope: str = INGEST) -> Known:
        """The source that a token belongs to. Raises Refused."""
        _, _, rest = token.partition("_")
        prefix, _, secret = rest.partition("_")
        key = self.keys.get(prefix)
        digest = hashlib.sha256(secret.encode()).digest()
        if not hmac.compare_digest(key.digest if key else bytes(32), digest) or key is None:
            raise Refused(401, "The token is not known.")
        if key.is_revoked or key.expires_at <= now:
            raise Refused(401, "The token is no longer valid.")
        if scope not in key.scopes:
            raise Refused(403, f"The token may not do this: it lacks the scope {scope}.")
        source = self.sources.get(key.source)
        if source is None or not source.enabled:
            raise Refused(403, "The source is switched off.")
        return source

    def limits(self, tags: NDArray[np.int32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The ranges of the instruments of these tags; a tag named since has none here yet."""
        place = np.where(tags < len(self.low), tags, 0)
        return self.low[place], self.high[place]


EMPTY = Directory({}, {})


@dataclass(slots=True)
class Heard:
    """What a source did since it was last written down."""

    at: datetime
    counts: dict[str, int] = field(default_factory=dict)
    error: str = ""

    def add(self, counts: dict[str, int], at: datetime) -> None:
        """More came."""
        self.at = at
        for name, n in counts.items():
            if n:
                self.counts[name] = self.counts.get(name, 0) + n


def edge_node(topic: str) -> tuple[str, str]:
    """Sparkplug's group and edge node in a topic such as `spBv1.0/G/+/N/#`; empty if none."""
    words = topic.split("/")
    if len(words) < 4 or words[0] != "spBv1.0" or {"+", "#", ""} & {words[1], words[3]}:
        return "", ""
    return words[1], words[3]


async def connect(url: str) -> psycopg.AsyncConnection:
    """A connection that sees all sources. Raises psycopg.OperationalError."""
    connection = await psycopg.AsyncConnection.connect(
        url, autocommit=True, connect_timeout=5, application_name="anlan-door"
    )
    await connection.execute(
        "SELECT set_config('role', 'anlan_app', false)"
        " WHERE EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'anlan_app')"
        " AND pg_has_role(session_user, 'anlan_app', 'MEMBER')"
    )
    await connection.execute("SELECT set_config('anlan.everything', 'on', false)")
    return connection


async def load(connection: psycopg.AsyncConnection) -> Directory:
    """Read all of it. Raises psycopg.Error."""
    sources = {}
    rows = await connection.execute(
        "SELECT number, name, enabled, kind, settings FROM monitoring_source"
        " WHERE removed_at IS NULL"
    )
    async for number, name, enabled, kind, settings in rows:
        given = settings if isinstance(settings, dict) else {}
        node = edge_node(str(given.get("topic", "")))
        sources[number] = Known(number, name, enabled, {}, frozenset(), *node, kind, given)
    rows = await connection.execute(
        """SELECT s.number, p.tag, p.address, p.number, p.range_low, p.range_high
           FROM monitoring_point p JOIN monitoring_source s ON s.id = p.source_id
           WHERE p.removed_at IS NULL AND s.removed_at IS NULL"""
    )
    points = await rows.fetchall()
    found = Directory(sources, {}, max((row[3] for row in points), default=0))
    for source, tag, _, number, low, high in points:
        sources[source].numbers[tag] = number
        found.low[number] = -np.inf if low is None else low
        found.high[number] = np.inf if high is None else high
    for source, tag, address, number, _, _ in points:
        if address:
            sources[source].numbers.setdefault(address, number)
            sources[source].addresses[address] = tag
    for one in list(sources.values()):
        sources[one.number] = replace(one, own=frozenset(one.numbers.values()))
    rows = await connection.execute(
        """SELECT t.prefix, s.number, t.secret_hash, t.scopes, t.expires_at, t.revoked_at
           FROM monitoring_sourcetoken t JOIN monitoring_source s ON s.id = t.source_id"""
    )
    async for prefix, source, digest, scopes, expires_at, revoked_at in rows:
        found.keys[prefix] = Key(
            source, bytes(digest), frozenset(scopes), expires_at, revoked_at is not None
        )
    return found


async def write(connection: psycopg.AsyncConnection, heard: dict[int, Heard]) -> None:
    """Add to the sources' counters. Raises psycopg.Error, and then nothing is added."""
    async with connection.transaction(), connection.cursor() as cursor:
        for number in sorted(heard):
            one = heard[number]
            await cursor.execute(
                """UPDATE monitoring_source SET
                     last_seen_at = greatest(last_seen_at, %(at)s),
                     counters = counters || (
                       SELECT coalesce(jsonb_object_agg(
                         key, value::bigint + coalesce((counters ->> key)::bigint, 0)), '{}')
                       FROM jsonb_each_text(%(counts)s)),
                     last_error = CASE WHEN %(error)s = '' THEN last_error ELSE %(error)s END,
                     last_error_at = CASE WHEN %(error)s = '' THEN last_error_at ELSE %(now)s END
                   WHERE number = %(number)s""",
                {
                    "at": one.at if one.counts else None,
                    "counts": Jsonb(one.counts),
                    "error": one.error[:500],
                    "now": datetime.now(UTC),
                    "number": number,
                },
            )
