"""Cameras are asked whether they are there: what they answer, and where nobody is ever asked."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.roles import Role
from anlan.base.audit.models import AuditEvent
from anlan.base.clock import now
from anlan.base.errors import BadInput
from anlan.modules.monitoring import probing
from anlan.modules.monitoring.models import SafetyDevice
from anlan.modules.monitoring.probing import Outcome, Target, Why
from anlan.modules.monitoring.queries import systems as queries
from anlan.modules.monitoring.services import probes, systems
from anlan.modules.warnings import queries_patrol
from tests.support.world import World

HOME = ("127.0.0.0/8",)
RTSP = b"RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\nServer: Testcam 3\r\n\r\n"
CLOCK = """HTTP/1.1 200 OK\r\n\r\n<s:Envelope><s:Body><tds:GetSystemDateAndTimeResponse>
<tt:UTCDateTime><tt:Time><tt:Hour>{t.hour}</tt:Hour><tt:Minute>{t.minute}</tt:Minute>
<tt:Second>{t.second}</tt:Second></tt:Time><tt:Date><tt:Year>{t.year}</tt:Year>
<tt:Month>{t.month}</tt:Month><tt:Day>{t.day}</tt:Day></tt:Date></tt:UTCDateTime>
</tds:GetSystemDateAndTimeResponse></s:Body></s:Envelope>"""
DEVICE = """HTTP/1.1 200 OK\r\n\r\n<s:Envelope><s:Body><tds:GetDeviceInformationResponse>
<tds:Manufacturer>Testcam</tds:Manufacturer><tds:Model>T-9</tds:Model>
<tds:FirmwareVersion>1.2</tds:FirmwareVersion></tds:GetDeviceInformationResponse></s:Body>
</s:Envelope>"""
Answer = Callable[[bytes], bytes | None]


def ask(answer: Answer, addresses: list[str], **more: Any) -> list[Outcome]:
    """Ask these addresses (`{port}` filled in) of a server in this process."""

    async def run() -> list[Outcome]:
        server = await asyncio.start_server(_served(answer), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        limits = probing.limits_of(more.get("networks", HOME), [port, 9], timeout_s=0.3)
        targets = [Target(uuid4(), one.format(port=port)) for one in addresses]
        async with server:
            return await probing.probe_all(targets, limits)

    return asyncio.run(run())


def _served(answer: Answer) -> Callable[[Any, Any], Awaitable[None]]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        text = answer(await reader.readuntil(b"\r\n\r\n"))
        if text is None:
            await asyncio.sleep(1)
        else:
            writer.write(text)
            await writer.drain()
        writer.close()

    return serve


def test_rtsp_that_asks_for_a_password_is_on_line() -> None:
    (one,) = ask(lambda request: RTSP, ["rtsp://127.0.0.1:{port}/stream1"])
    assert (one.is_online, one.why, one.told) == (True, Why.OK, "Testcam 3")


def test_onvif_tells_its_clock_and_what_it_is() -> None:
    ahead = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=90)

    def answer(request: bytes) -> bytes:
        assert request.startswith(b"POST /onvif/device_service HTTP/1.0")
        text = CLOCK.format(t=ahead) if b"GetSystemDateAndTime" in request else DEVICE
        return text.encode()

    (one,) = ask(answer, ["http://127.0.0.1:{port}/"])
    assert (one.is_online, one.told) == (True, "Testcam T-9 1.2")
    assert one.clock_off_s is not None
    assert abs(one.clock_off_s - 90) < 3


def test_what_is_no_camera_or_says_nothing_is_off_line() -> None:
    strange, fails, silent, closed = ask(
        lambda request: {
            b"/a": b"SSH-2.0-OpenSSH_9\r\n\r\n",
            b"/b": b"RTSP/1.0 503 Service Unavailable\r\n\r\n",
        }.get(request.split(b" ")[1][-2:]),
        ["rtsp://127.0.0.1:{port}/a", "rtsp://127.0.0.1:{port}/b", "rtsp://127.0.0.1:{port}/c",
         "rtsp://127.0.0.1:9/d"],
    )  # fmt: skip
    assert [one.why for one in (strange, fails, silent, closed)] == [
        Why.STRANGE, Why.FAILS, Why.SILENT, Why.CLOSED,
    ]  # fmt: skip
    assert strange.is_online is False


def test_nobody_outside_the_networks_is_ever_connected_to() -> None:
    asked: list[bytes] = []
    wide = ("10.0.0.0/8", "0.0.0.0/0", "::/0")
    found = ask(
        lambda request: asked.append(request),  # type: ignore[func-returns-value]
        ["rtsp://127.0.0.1:{port}/", "rtsp://[::1]:{port}/", "rtsp://localhost:{port}/",
         "rtsp://[::ffff:127.0.0.1]:{port}/", "http://169.254.169.254:{port}/latest",
         "rtsp://127.0.0.1:6379/"],
        networks=wide,
    )  # fmt: skip
    assert {one.why for one in found} == {Why.FORBIDDEN}
    assert {one.is_online for one in found} == {None}
    assert not asked
    private = probing.limits_of(("10.0.0.0/8",), [554]).networks
    assert [probing.may_visit(one, private) for one in ("10.1.2.9", "8.8.8.8", "::1")] == [
        True, False, False,
    ]  # fmt: skip


# ---- written down ------------------------------------------------------------------------------


def camera(world: World, tag: str = "CAM-1", **more: Any) -> SafetyDevice:
    actor = world.actor(Role.EQUIPMENT_ENGINEER, "plant_a")
    given = {"kind": "camera", "tag": tag, "name": "罐区东侧", "address": "rtsp://10.1.2.9/1"}
    return systems.device_create(actor, given | more)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    ["rtsp://admin:secret@10.1.2.9/1", "http://10.1.2.9/x?password=1", "rtsp://8.8.8.8/1",
     "rtsp://127.0.0.1/1", "rtsp://10.1.2.9:6379/1", "ftp://10.1.2.9/", "10.1.2.9"],
)  # fmt: skip
def test_an_address_that_would_not_be_asked_is_refused(world: World, address: str) -> None:
    with pytest.raises(BadInput) as caught:
        camera(world, address=address)
    assert caught.value.problems[0].field == "address"


@pytest.mark.django_db
def test_the_line_is_written_with_since_when_and_why(world: World, count_queries: Any) -> None:
    first, second = camera(world), camera(world, "CAM-2")
    start = now()

    def round_at(minute: int, *whys: Why) -> probes.Probed:
        outcomes = [
            Outcome(row.pk, row.address, why)
            for row, why in zip((first, second), whys, strict=True)
        ]
        return probes.take(outcomes, start + dt.timedelta(minutes=minute))

    round_at(0, Why.OK, Why.FORBIDDEN)
    done = round_at(5, Why.SILENT, Why.FORBIDDEN)
    assert (done.offline, done.untold, done.lost) == (1, 1, 1)
    round_at(10, Why.CLOSED, Why.FORBIDDEN)
    first.refresh_from_db()
    assert (first.seen_at, first.offline_since) == (start, start + dt.timedelta(minutes=5))
    assert (first.is_online, first.probe_why) == (False, "closed")
    officer = world.actor(Role.BUREAU_INSPECTOR, "county_a")
    assert queries.cameras_by_enterprise(officer) == {world.plant_a.pk: (0, 1)}
    assert queries.standings(officer, [(world.plant_a.pk, "a")])[0].systems["video"].offline == 1
    round_at(15, Why.OK, Why.OK)
    first.refresh_from_db()
    assert (first.is_online, first.offline_since) == (True, None)
    events = AuditEvent.objects.filter(object_id=first.pk, event__startswith="monitoring.camera")
    assert [one.event for one in events.order_by("seq")] == [
        "monitoring.camera.lost", "monitoring.camera.back",
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_day_keeps_how_its_cameras_answered(world: World) -> None:
    first, second = camera(world), camera(world, "CAM-2")
    morning = dt.datetime(2026, 11, 16, 2, tzinfo=dt.UTC)
    rounds = ((Why.OK, Why.FORBIDDEN), (Why.SILENT, Why.FORBIDDEN), (Why.OK, Why.OK))
    for minute, whys in enumerate(rounds):
        outcomes = [
            Outcome(row.pk, row.address, why)
            for row, why in zip((first, second), whys, strict=True)
        ]
        probes.take(outcomes, morning + dt.timedelta(minutes=5 * minute))
    officer = world.actor(Role.BUREAU_INSPECTOR, "county_a")
    # Who could not be asked counts nowhere: three of four answers were "on line".
    assert queries.cameras_of_day(officer, morning.date()) == {world.plant_a.pk: (0.75, 2)}
    assert queries_patrol.patrol(officer, morning.date()).video == 0.75
    assert queries_patrol.patrol(officer, morning.date() - dt.timedelta(days=1)).video is None
    elsewhere = world.actor(Role.BUREAU_INSPECTOR, "county_b")
    assert queries.cameras_of_day(elsewhere, morning.date()) == {}


@pytest.mark.django_db
def test_the_job_asks_only_cameras_in_service_and_not_those_of_the_demo(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = (
        camera(world),
        camera(world, "CAM-2", in_service=False),
        camera(world, "CAM-3", address=""),
    )
    seen: list[Target] = []

    async def fake(targets: list[Target], limits: Any) -> list[Outcome]:
        seen.extend(targets)
        return [Outcome(one.pk, one.address, Why.OK) for one in targets]

    monkeypatch.setattr(probing, "probe_all", fake)
    assert probes.probe_cameras(now()).online == 1
    assert [one.pk for one in seen] == [rows[0].pk]
    assert SafetyDevice.objects.for_actor(SYSTEM).get(pk=rows[2].pk).probed_at is None
    client = Client()
    client.force_login(world.user(Role.EQUIPMENT_ENGINEER, "plant_a"))
    page = client.get(reverse("monitoring:devices_show", args=[rows[0].pk])).content.decode()
    assert "在线" in page
    listed = client.get(reverse("monitoring:devices") + "?kind=camera").content.decode()
    assert "从未探测" in listed
