"""Events reach whoever may see them, in order, once, through every kind of interruption."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from anlan.base import live
from anlan.base.actors.models import Membership, Organisation, User
from anlan.base.actors.roles import Role
from anlan.base.live import bridge as bridges
from anlan.base.live import rights, streams
from anlan.base.live.log import Log
from anlan.base.live.message import decode, make
from anlan.base.live.tests.nats_server import NatsServer
from anlan.base.live.tests.page import Page
from tests.support.world import World

pytestmark = pytest.mark.django_db(transaction=True)

Open = Callable[..., Page]


@pytest.fixture
def server(tmp_path: Path, settings: Any) -> Iterator[NatsServer]:
    server = NatsServer(tmp_path)
    server.start()
    settings.NATS_URL = server.url
    bridges.close()
    yield server
    bridges.close()
    server.stop(hard=True)


@pytest.fixture
def pages(server: NatsServer) -> Iterator[Open]:
    opened: list[Page] = []

    def open_page(user: User, **more: object) -> Page:
        client = Client()
        client.force_login(user)
        opened.append(Page.open(client, **more))
        return opened[-1]

    yield open_page
    for page in opened:
        page.close()


def tell(place: Organisation, *numbers: int) -> None:
    for number in numbers:
        live.publish("tests", "number", number, row=place)


def numbers(page: Page) -> list[int]:
    return [data for _, name, data in page.events if name == "number"]


def test_an_event_reaches_those_in_scope_and_nobody_else(world: World, pages: Open) -> None:
    mine = pages(world.user(Role.SAFETY_MANAGER, "plant_a"))
    county = pages(world.user(Role.BUREAU_INSPECTOR, "county_a"))
    park = pages(world.user(Role.PARK_OFFICER, "park_a"))
    foreign = pages(world.user(Role.SAFETY_MANAGER, "plant_b"))
    contractor = pages(world.user(Role.CONTRACTOR, "contractor_a"))
    tell(world.plant_a, 1)
    live.publish("tests", "number", 2, user_id=world.user(Role.PARK_OFFICER, "park_a").pk)
    tell(world.plant_b, 3)
    foreign.until(lambda: numbers(foreign) == [3])
    mine.until(lambda: numbers(mine) == [1])
    county.until(lambda: numbers(county) == [1])
    park.until(lambda: numbers(park) == [1, 2])
    assert numbers(foreign) == [3]
    assert numbers(contractor) == []
    assert mine.headers["content-type"] == "text/event-stream"
    assert "no-store" in mine.headers["cache-control"]


def test_nothing_leaves_a_transaction_that_is_rolled_back(world: World, pages: Open) -> None:
    page = pages(world.user(Role.SAFETY_MANAGER, "plant_a"))
    with transaction.atomic():
        tell(world.plant_a, 1)
        transaction.set_rollback(True)
    tell(world.plant_a, 2)
    page.until(lambda: numbers(page) == [2])


def test_a_page_that_comes_back_misses_nothing_and_repeats_nothing(
    world: World, pages: Open
) -> None:
    user = world.user(Role.SAFETY_MANAGER, "plant_a")
    page = pages(user)
    tell(world.plant_a, 1, 2)
    page.until(lambda: numbers(page) == [1, 2])
    page.close()
    tell(world.plant_a, 3, 4)
    tell(world.plant_b, 99)
    again = pages(user, last_id=page.seen)
    tell(world.plant_a, 5)
    again.until(lambda: len(numbers(again)) == 3)
    assert numbers(again) == [3, 4, 5]


def test_resume_reads_on_from_the_stream_when_memory_does_not_reach_back(
    world: World, pages: Open
) -> None:
    user = world.user(Role.SAFETY_MANAGER, "plant_a")
    first = pages(user)
    first.close()
    bridges.bridge().log.capacity = 10
    tell(world.plant_a, *range(200))
    again = pages(user, last_id=first.seen)
    tell(world.plant_a, 200)
    again.until(lambda: len(numbers(again)) >= 201)
    assert numbers(again) == list(range(201))
    assert bridges.bridge().log.floor > first.seen


@pytest.mark.parametrize("hard", [False, True])
def test_a_restart_of_nats_loses_nothing_and_delays_no_request(
    world: World, pages: Open, server: NatsServer, hard: bool
) -> None:
    page = pages(world.user(Role.SAFETY_MANAGER, "plant_a"))
    tell(world.plant_a, 1)
    page.until(lambda: numbers(page) == [1])
    server.stop(hard=hard)
    began = time.monotonic()
    tell(world.plant_a, *range(2, 52))
    assert time.monotonic() - began < 0.5
    page.until(lambda: '"is_current":false' in page.text)
    server.start()
    page.until(lambda: len(numbers(page)) >= 51, 40)
    assert numbers(page) == list(range(1, 52))
    ids = [seq for seq, _, _ in page.events]
    assert ids == sorted(set(ids))


def test_a_new_process_resumes_pages_of_the_old_one(world: World, pages: Open) -> None:
    user = world.user(Role.SAFETY_MANAGER, "plant_a")
    page = pages(user)
    tell(world.plant_a, 1)
    page.until(lambda: numbers(page) == [1])
    bridges.close()  # ends the streams, as a stopping process does
    assert page.ended.wait(5)
    tell(world.plant_a, 2)
    again = pages(user, last_id=page.seen)
    again.until(lambda: numbers(again) == [2])


def test_a_stream_begun_anew_tells_pages_to_load_again(world: World, pages: Open) -> None:
    page = pages(world.user(Role.SAFETY_MANAGER, "plant_a"), last_id=10_000)
    page.until(lambda: "event: reset" in page.text)
    tell(world.plant_a, 1)
    page.until(lambda: numbers(page) == [1])


def test_deactivating_the_account_ends_its_streams_and_no_others(world: World, pages: Open) -> None:
    user = world.user(Role.SAFETY_MANAGER, "plant_a")
    page, other = pages(user), pages(world.user(Role.OPERATOR, "plant_a"))
    with transaction.atomic():
        user.is_active = False
        user.save()
        tell(world.plant_a, 1)
    assert page.ended.wait(10)
    assert numbers(page) == []
    other.until(lambda: numbers(other) == [1])
    assert pages(user).status == 401


def test_a_membership_that_ends_behind_our_back_is_noticed(world: World, pages: Open) -> None:
    user = world.user(Role.SAFETY_MANAGER, "plant_a")
    page = pages(user)
    assert rights.end_outdated() == 0
    Membership.objects.filter(user=user).delete()
    assert rights.end_outdated() == 1
    bridges.bridge().log.ring()
    assert page.ended.wait(10)


def test_a_revoked_session_ends_its_stream(world: World, pages: Open) -> None:
    page = pages(world.user(Role.SAFETY_MANAGER, "plant_a"))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_session")
    assert rights.end_outdated() == 1
    bridges.bridge().log.ring()
    assert page.ended.wait(10)


def test_without_an_account_there_is_no_stream(server: NatsServer, db: None) -> None:
    assert Client().get("/live/").status_code == 401


def test_the_number_of_streams_per_account_is_limited(
    world: World, pages: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "STREAMS_PER_USER", 2)
    user = world.user(Role.SAFETY_MANAGER, "plant_a")
    pages(user)
    pages(user)
    assert pages(user).status == 429
    assert pages(world.user(Role.OPERATOR, "plant_a")).status == 200


def test_an_open_stream_holds_no_thread_and_no_connection(world: World, pages: Open) -> None:
    user = world.user(Role.SAFETY_MANAGER, "plant_a")
    last = pages(user)

    def connections() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            return int(cursor.fetchone()[0])

    threads, before = threading.active_count(), connections()
    for _ in range(5):
        last = pages(user)
    # A backend needs a moment to leave the list after its client has gone.
    last.until(lambda: connections() <= before, 10)
    # Each page of the test reads in a thread of its own; the stream adds none.
    assert threading.active_count() <= threads + 5


def test_an_event_to_nobody_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="needs a row"):
        live.publish("tests", "number", 1)
    with pytest.raises(ValueError, match="lower-case"):
        live.publish("tests", "a\nb", 1, scope_path="cn/")


def test_the_log_forgets_its_oldest_and_says_so() -> None:
    import msgspec

    log = Log(capacity=3)
    log.begin(10)
    payload = msgspec.json.encode(make("t", "e", "line\nbreak", path="cn/"))
    for seq in (11, 12, 14, 15):  # 13 was deleted from the stream
        log.add(decode(seq, payload))
    assert log.after(10) is None
    assert [entry.seq for entry in log.after(11) or []] == [12, 14, 15]
    assert [entry.seq for entry in log.after(13) or []] == [14, 15]
    assert [entry.seq for entry in log.after(11, limit=1) or []] == [12]
    assert log.after(15) == []
    assert (log.after(14) or [])[0].chunk.count(b"\n") == 4


def test_500_pages_cost_one_wakeup_and_one_encoding_an_event() -> None:
    import asyncio

    async def measure() -> float:
        log = Log()
        log.begin(0)
        bell, woken = log.bell(), 0

        async def read() -> None:
            nonlocal woken
            await bell.wait(5)
            woken += 1

        readers = [asyncio.create_task(read()) for _ in range(500)]
        await asyncio.sleep(0)
        began = time.perf_counter()
        for _ in range(100):
            log.ring()
        await asyncio.gather(*readers)
        assert woken == 500
        return time.perf_counter() - began

    assert asyncio.run(measure()) < 0.5


def test_the_progress_of_a_job_reaches_who_started_it(world: World, pages: Open) -> None:
    from anlan.base.ids import uuid7
    from anlan.base.jobs.news import JobNews, tell

    user = world.user(Role.SAFETY_MANAGER, "plant_a")
    mine, other = pages(user), pages(world.user(Role.PRINCIPAL, "plant_a"))
    tell_job = JobNews(uuid7(), user.pk, "running", 3, 10)
    tell(tell_job)
    live.publish("tests", "number", 1, row=world.plant_a)
    mine.until(lambda: [name for _, name, _ in mine.events] == ["job", "number"])
    assert mine.events[0][2]["done"] == 3
    other.until(lambda: numbers(other) == [1])
    assert [name for _, name, _ in other.events] == ["number"]
