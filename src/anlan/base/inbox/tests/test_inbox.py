"""Who is told what, when, and by what."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.loading import load_actor
from anlan.base.actors.models import Membership, User
from anlan.base.actors.roles import Role
from anlan.base.audit.models import AuditEvent
from anlan.base.clock import SHANGHAI
from anlan.base.errors import BadInput, Forbidden, NotYours
from anlan.base.inbox import kinds, queries, services
from anlan.base.inbox.drafts import Draft
from anlan.base.inbox.models import (
    Channel,
    Delivery,
    DeliveryState,
    HeldRun,
    Notice,
    NoticeState,
    Purpose,
    Urgency,
)
from anlan.base.inbox.tests.fakes import FakeHttp, http_server
from anlan.modules.registry.models import Enterprise
from tests.support.world import World

KIND = kinds.register(kinds.Kind("tests.told", "About %(name)s", "Body of %(name)s"))
CALL = kinds.register(kinds.Kind("tests.call", _("Open"), is_immediate=True))


def at(hour: int, minute: int = 0, day: int = 21) -> dt.datetime:
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def fake(settings: Any) -> Iterator[FakeHttp]:
    settings.CHANNEL_PRIVATE_NETWORKS = ["127.0.0.0/8"]
    with http_server() as server:
        server.answer = {"errcode": 0}
        yield server


def robot(world: World, fake: FakeHttp, place: str = "plant_a", name: str = "群") -> Channel:
    admin = world.actor(Role.SYSTEM_ADMIN, place)
    return services.channel_save(
        admin,
        organisation_id=world.places[place].pk,
        kind="wecom",
        name=name,
        values={"key": "TOP-SECRET", "address": fake.url},
    )


def tell(
    world: World, role: Role = Role.SAFETY_MANAGER, place: str = "plant_a", **more: Any
) -> Any:
    kind = more.pop("kind", KIND.code)
    return services.notify(SYSTEM, [world.user(role, place).pk], kind, {"name": "T-101"}, **more)


def test_a_notice_speaks_its_readers_language(world: World) -> None:
    tell(world, kind=CALL.code)
    notice = queries.notices(world.actor(Role.SAFETY_MANAGER, "plant_a")).get()
    with override("en"):
        assert notice.title == "Open"
    with override("zh-hans"):
        assert notice.title == "打开"


def test_nobody_reads_or_moves_the_notices_of_others(world: World) -> None:
    tell(world)
    mine = queries.notices(world.actor(Role.SAFETY_MANAGER, "plant_a")).get()
    other = world.actor(Role.PRINCIPAL, "plant_a")
    assert not queries.notices(other).exists()
    assert services.notices_move(other, NoticeState.DONE, [mine.pk]) == 0
    with pytest.raises(NotYours):
        services.open_notice(other, mine.pk)


def test_who_loses_the_place_no_longer_reads_about_it(world: World) -> None:
    user = world.user(Role.BUREAU_INSPECTOR, "county_a")
    plant = Enterprise.objects.unscoped("test").get(name="plant_a")
    services.notify(SYSTEM, [user.pk], KIND.code, {"name": "x"}, row=plant)
    assert queries.unread_count(load_actor(user)) == 1
    Membership.objects.filter(user=user).update(organisation=world.county_b)
    assert queries.unread_count(load_actor(user)) == 0
    for role, place in ((Role.PARK_OFFICER, "park_a"), (Role.GROUP_HSE, "group")):
        services.notify(SYSTEM, [world.user(role, place).pk], KIND.code, {"name": "x"}, row=plant)
    for role, place, n in (
        (Role.PARK_OFFICER, "park_a", 1),
        (Role.GROUP_HSE, "group", 1),
        (Role.OPERATOR, "plant_b", 0),
    ):
        actor = world.actor(role, place)
        unread = queries.notices(actor).filter(state=NoticeState.UNREAD)
        assert queries.unread_count(actor) == unread.count() == n
    assert queries.unread_count(SYSTEM) == 0


def test_a_key_tells_once_and_the_doer_is_not_told(world: World) -> None:
    me = world.actor(Role.SAFETY_MANAGER, "plant_a")
    other = world.user(Role.PRINCIPAL, "plant_a")
    for _round in range(2):
        sent = services.notify(me, [me.user_id, other.pk], KIND.code, {"name": 1}, dedupe_key="k")
    assert sent.repeated == 1
    assert Notice.objects.count() == 1


def test_recipients_are_found_from_the_row_upwards(world: World) -> None:
    plant = Enterprise.objects.unscoped("test").get(name="plant_a")
    wanted = [
        world.user(Role.SAFETY_MANAGER, "plant_a"),
        world.user(Role.BUREAU_INSPECTOR, "city_a"),
        world.user(Role.PARK_OFFICER, "park_a"),
        world.user(Role.GROUP_HSE, "group"),
    ]
    world.user(Role.SAFETY_MANAGER, "plant_b")
    world.user(Role.BUREAU_INSPECTOR, "county_b")
    world.user(Role.PARK_OFFICER, "park_b")
    world.user(Role.OPERATOR, "plant_a")
    roles = {Role.SAFETY_MANAGER, Role.BUREAU_INSPECTOR, Role.PARK_OFFICER, Role.GROUP_HSE}
    assert set(queries.recipients_for(plant, roles)) == {user.pk for user in wanted}


def test_an_ordinary_notice_waits_for_the_digest_and_comes_once(
    world: World, fake: FakeHttp
) -> None:
    robot(world, fake)
    with time_machine.travel(at(7, 30), tick=False):
        tell(world)
        tell(world, needs_action=True, due_on=dt.date(2026, 11, 25))
        assert services.send_due(at(7, 30)) == {"sent": 0, "put_off": 0, "failed": 0}
        assert services.digest_run(at(7, 59)) == 0
    with time_machine.travel(at(8), tick=False):
        assert services.digest_run(at(8)) == 1
        assert services.digest_run(at(8, 1)) == 0
        assert services.send_due(at(8, 1))["sent"] == 1
        tell(world)
        assert services.digest_run(at(9)) == 0
    assert "T-101" in fake.seen[0][2]["text"]["content"]
    assert "2026-11-25" in fake.seen[0][2]["text"]["content"]
    with time_machine.travel(at(8, day=22), tick=False):
        assert services.digest_run(at(8, day=22)) == 1
    assert len(fake.seen) == 1


def test_urgent_leaves_at_once_but_the_night_is_kept_except_for_red(
    world: World, fake: FakeHttp
) -> None:
    robot(world, fake)
    with time_machine.travel(at(23), tick=False):
        tell(world, kind=CALL.code)
        assert services.send_due(at(23))["sent"] == 0
        tell(world, urgency=Urgency.RED)
        assert services.send_due(at(23))["sent"] == 1
    assert services.send_due(at(7, day=22))["sent"] == 1


def test_one_person_gets_few_urgent_messages_and_the_rest_as_digest(
    world: World, fake: FakeHttp
) -> None:
    robot(world, fake)
    person = world.user(Role.SAFETY_MANAGER, "plant_a").pk
    with time_machine.travel(at(7, 50), tick=False):
        sent = services.notify_many(
            SYSTEM, [Draft(person, CALL.code, urgency=Urgency.RED) for _n in range(30)]
        )
        assert (sent.notices, sent.immediate) == (30, 5)
        assert services.send_due(at(7, 50))["sent"] == 5
        services.digest_run(at(8))
    assert len(Delivery.objects.get(purpose=Purpose.DIGEST).notices) == 25


def test_a_run_that_is_too_large_is_held_and_decided_once(
    world: World, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.INBOX_RUN_CAP = 3
    admin = world.actor(Role.SYSTEM_ADMIN, "plant_a")
    foreign = world.actor(Role.SYSTEM_ADMIN, "plant_b")
    person = world.user(Role.SAFETY_MANAGER, "plant_a").pk
    drafts = [Draft(person, KIND.code, {"name": n}, due_on=dt.date(2026, 1, 2)) for n in range(4)]
    sent = services.notify_many(SYSTEM, drafts)
    assert sent.held is not None
    assert "held back" in caplog.text
    assert not Notice.objects.filter(recipient=person).exists()
    assert queries.notices(admin).get().kind == "inbox.run_tripped"
    assert not queries.notices(foreign).exists()
    with pytest.raises(NotYours):
        services.run_resume(foreign, sent.held)
    with pytest.raises(Forbidden):
        services.run_resume(world.actor(Role.SAFETY_MANAGER, "plant_a"), sent.held)
    assert services.run_resume(admin, sent.held).notices == 4
    assert Notice.objects.filter(recipient=person, due_on="2026-01-02").count() == 4
    with pytest.raises(NotYours):
        services.run_drop(admin, sent.held)
    assert AuditEvent.objects.filter(event="inbox.run.resumed").count() == 1


def test_a_digest_for_too_many_is_held_once_a_day(
    world: World, fake: FakeHttp, settings: Any
) -> None:
    settings.INBOX_DIGEST_CAP = 1
    robot(world, fake)
    with time_machine.travel(at(7), tick=False):
        tell(world)
        tell(world, Role.PRINCIPAL)
    with time_machine.travel(at(8), tick=False):
        assert services.digest_run(at(8)) == 0
        assert services.digest_run(at(8, 1)) == 0
        run = HeldRun.objects.get()
        services.run_resume(world.actor(Role.SYSTEM_ADMIN, "plant_a"), run.pk)
        assert services.digest_run(at(8, 2)) >= 2


def test_the_digest_costs_the_same_for_1_and_40(
    world: World, fake: FakeHttp, count_queries: Callable[[Callable[[], Any]], int]
) -> None:
    robot(world, fake)

    def run(people: int, day: int) -> int:
        for number in range(people):
            user = User.objects.create(username=f"p{day}-{number}", display_name="p")
            Membership.objects.create(
                user=user, organisation=world.plant_a, role=Role.SAFETY_MANAGER
            )
            services.notify(SYSTEM, [user.pk], KIND.code, {"name": 1})
        with time_machine.travel(at(8, day=day), tick=False):
            return count_queries(lambda: services.digest_run(at(8, day=day)))

    first = run(1, 21)
    assert run(40, 22) == first
    assert Delivery.objects.count() == 41


def test_a_throttled_channel_rests_and_tries_again_then_gives_up(
    world: World, fake: FakeHttp
) -> None:
    robot(world, fake)
    moment = at(10)
    with time_machine.travel(moment, tick=False):
        tell(world, urgency=Urgency.RED)
        tell(world, Role.PRINCIPAL, urgency=Urgency.RED)
    fake.answer = {"errcode": 45009}
    assert services.send_due(moment)["put_off"] == 2
    assert len(fake.seen) == 1  # the second would hear the same
    assert services.send_due(moment)["put_off"] == 0
    fake.answer = {"errcode": 0}
    assert services.send_due(moment + dt.timedelta(minutes=2))["sent"] == 2
    with time_machine.travel(moment, tick=False):
        tell(world, urgency=Urgency.RED)
    fake.status = 503
    for _round in range(10):
        moment += dt.timedelta(days=1)
        services.send_due(moment)
    assert Delivery.objects.filter(state=DeliveryState.FAILED, attempts=6).count() == 1


def test_a_revoked_key_stops_the_channel_until_it_is_put_right(
    world: World, fake: FakeHttp
) -> None:
    channel = robot(world, fake)
    admin = world.actor(Role.SYSTEM_ADMIN, "plant_a")
    with time_machine.travel(at(10), tick=False):
        tell(world, urgency=Urgency.RED)
    fake.answer = {"errcode": 93000, "errmsg": "invalid webhook url"}
    services.send_due(at(10))
    channel.refresh_from_db()
    assert "93000" in channel.problem
    assert queries.open_actions(admin).get().params["name"] == "群"
    assert services.send_due(at(12)) == {"sent": 0, "put_off": 0, "failed": 0}
    fake.answer = {"errcode": 0}
    services.channel_save(admin, channel.pk, name="群", values={"address": fake.url})
    assert services.send_due(at(12))["sent"] >= 1


def test_a_worker_killed_while_sending_leaves_a_message_that_is_tried_again(
    world: World, fake: FakeHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    from anlan.base.inbox.services import sending

    robot(world, fake)
    with time_machine.travel(at(10), tick=False):
        tell(world, urgency=Urgency.RED)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sending, "_try", killed)
        with pytest.raises(KeyboardInterrupt):
            services.send_due(at(10))
    assert services.send_due(at(10, 5))["sent"] == 0
    assert services.send_due(at(10, 11))["sent"] == 1


def test_secrets_are_sealed_kept_and_never_in_history(world: World, fake: FakeHttp) -> None:
    channel = robot(world, fake)
    admin = world.actor(Role.SYSTEM_ADMIN, "plant_a")
    assert b"TOP-SECRET" not in bytes(channel.sealed)
    assert "TOP-SECRET" not in str(channel.settings)
    services.channel_save(admin, channel.pk, name="群二", values={"key": "", "address": fake.url})
    history = AuditEvent.objects.filter(event="inbox.channel.saved")
    assert "TOP-SECRET" not in str(list(history.values()))
    assert services.channel_test(admin, channel.pk).state == DeliveryState.SENT
    assert "key=TOP-SECRET" in fake.seen[-1][0]


def test_channels_belong_to_their_organisation(world: World, fake: FakeHttp) -> None:
    channel = robot(world, fake)
    with pytest.raises(NotYours):
        services.channel_test(world.actor(Role.SYSTEM_ADMIN, "plant_b"), channel.pk)
    with pytest.raises(Forbidden):
        services.channel_test(world.actor(Role.SAFETY_MANAGER, "plant_a"), channel.pk)
    with pytest.raises(NotYours):
        services.channel_save(
            world.actor(Role.SYSTEM_ADMIN, "plant_b"),
            organisation_id=world.plant_a.pk, kind="wecom", name="x", values={"key": "k"},
        )  # fmt: skip
    with pytest.raises(BadInput) as wrong:
        services.channel_save(
            world.actor(Role.SYSTEM_ADMIN, "plant_a"),
            organisation_id=world.plant_a.pk, kind="email", name="x",
            values={"port": "abc", "security": "rot13"},
        )  # fmt: skip
    assert set(wrong.value.by_field()) == {"host", "port", "security", "sender"}


def test_the_nearest_organisations_channel_is_used(world: World, fake: FakeHttp) -> None:
    robot(world, fake, "city_a", "市")
    near = robot(world, fake, "plant_a", "厂")
    with time_machine.travel(at(10), tick=False):
        tell(world, urgency=Urgency.RED)
        tell(world, Role.SAFETY_MANAGER, "plant_b", urgency=Urgency.RED)
    assert Delivery.objects.get().channel == near


def test_preferences_are_respected_and_checked(world: World, fake: FakeHttp) -> None:
    robot(world, fake)
    me = world.actor(Role.SAFETY_MANAGER, "plant_a")
    usual: dict[str, Any] = {
        "channels": [], "quiet_from": dt.time(22), "quiet_until": dt.time(7),
        "wants_digest": True, "digest_at": dt.time(8),
    }  # fmt: skip
    services.preference_save(me, **usual)
    tell(world, urgency=Urgency.RED)
    assert not Delivery.objects.exists()
    with pytest.raises(BadInput):
        services.preference_save(me, **{**usual, "digest_at": dt.time(6)})


def test_the_worker_knows_the_tasks() -> None:
    from procrastinate.contrib.django import app

    assert {"inbox.minute", "inbox.send"} <= set(app.tasks)
