"""The door's SQL against the tables of monitoring, behind the second wall."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from django.db import connection

from anlan.base.actors.roles import Role
from anlan.base.clock import now
from anlan.modules.monitoring.models import Point, Source, SourceToken
from anlan.telemetry import directory
from anlan.telemetry.directory import Directory, Heard, Refused
from tests.support.world import World, build_world


def address() -> str:
    """The test's database, as the application's role reaches it."""
    given = connection.settings_dict
    login = f"{given['USER']}:{quote(given['PASSWORD'])}" if given["PASSWORD"] else given["USER"]
    return f"postgresql://{login}@{given['HOST']}:{given['PORT']}/{given['NAME']}"


def fill(world: World) -> Source:
    plant = world.plant_a
    here = {"enterprise": plant, "scope_path": plant.path}
    source = Source.objects.create(
        **here, name="DCS", kind="http", settings={"topic": "spBv1.0/G/+/N/#"}
    )
    SourceToken.objects.create(
        **here,
        source=source,
        prefix="abcd1234",
        secret_hash=hashlib.sha256(b"secret").digest(),
        scopes=["ingest"],
        expires_at=now() + timedelta(days=1),
    )
    common = {**here, "kind": "level", "source": source}
    Point.objects.create(**common, tag="LI-1", name="a", address="ns=2;s=a", range_high=10.0)
    Point.objects.create(**common, tag="LI-2", name="b", address="LI-1")
    Point.objects.create(**common, tag="LI-3", name="c", removed_at=now())
    Point.objects.create(**{**common, "source": None}, tag="LI-4", name="d")
    source.refresh_from_db()
    return source


def connected(play: Callable[[object], Awaitable[Directory]]) -> Directory:
    async def run() -> Directory:
        async with await directory.connect(address()) as found:
            return await play(found)

    return asyncio.run(run())


def test_the_door_knows_sources_keys_and_tags(open_world: World) -> None:
    source = fill(open_world)

    found = connected(directory.load)  # type: ignore[arg-type]

    one = found.open("ans_abcd1234_secret", datetime.now(UTC))
    points = {point.tag: point.number for point in all_points(open_world)}
    assert (one.number, one.name, one.group, one.node) == (source.number, "DCS", "G", "N")
    assert (one.kind, one.addresses) == ("http", {"ns=2;s=a": "LI-1", "LI-1": "LI-2"})
    first, second = points["LI-1"], points["LI-2"]
    assert one.numbers == {"LI-1": first, "LI-2": second, "ns=2;s=a": first}
    assert one.own == {first, second}
    assert found.high[points["LI-1"]] == 10.0
    assert found.low[points["LI-1"]] == float("-inf")
    with pytest.raises(Refused):
        found.open("ans_abcd1234_wrong", datetime.now(UTC))


def test_counters_add_up_on_the_row(open_world: World) -> None:
    source = fill(open_world)
    first = datetime(2026, 11, 22, 8, tzinfo=UTC)

    async def play(found: object) -> Directory:
        for step, error in enumerate(("", "Row 3: ts has no zone")):
            heard = Heard(first + timedelta(minutes=step), {"samples": 10, "late": step}, error)
            await directory.write(found, {source.number: heard})  # type: ignore[arg-type]
        quiet = Heard(first + timedelta(hours=1), {}, "Unknown tags: X")
        await directory.write(found, {source.number: quiet})  # type: ignore[arg-type]
        return directory.EMPTY

    connected(play)

    row = Source.objects.for_actor(open_world.actor(Role.SAFETY_MANAGER, "plant_a")).get()
    assert row.counters == {"samples": 20, "late": 1}
    assert row.last_seen_at == first + timedelta(minutes=1)
    assert row.last_error == "Unknown tags: X"
    assert row.last_error_at is not None


def all_points(world: World) -> list[Point]:
    return list(Point.objects.for_actor(world.actor(Role.SAFETY_MANAGER, "plant_a")))


@pytest.fixture
def open_world(committed: None) -> World:
    """Rows that another connection sees."""
    return build_world()


@pytest.mark.parametrize("topic", ["", "plant/a/b/c", "spBv1.0/+/+/N/#", "spBv1.0/G/NDATA"])
def test_a_topic_without_an_edge_node_opens_none(topic: str) -> None:
    assert directory.edge_node(topic) == ("", "")
