"""The pages, as people and as strangers."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from anlan.base.actors.actor import SYSTEM, Actor
from anlan.base.actors.roles import Role
from anlan.base.clock import today as this_day
from anlan.base.inbox import kinds, queries, services, today
from anlan.base.inbox.models import Channel, HeldRun, Notice, NoticeState, Preference
from tests.support.world import World

KIND = kinds.register(kinds.Kind("tests.page", "Look at %(name)s", "Because of %(name)s"))


@pytest.fixture
def page(world: World, client: Client) -> Callable[..., Any]:
    """Return a function that asks for an address as somebody."""

    def ask(role: Role, place: str, url: str, data: dict[str, Any] | None = None) -> Any:
        client.force_login(world.user(role, place))
        return client.get(url) if data is None else client.post(url, data)

    return ask


@pytest.fixture
def providers() -> Iterator[dict[str, today.Provider]]:
    kept, today._providers = today._providers, {}
    yield today._providers
    today._providers = kept


def tell(world: World, name: str, **more: Any) -> Notice:
    services.notify(
        SYSTEM, [world.user(Role.SAFETY_MANAGER, "plant_a").pk], KIND.code, {"name": name}, **more
    )
    return Notice.objects.order_by("-created_at").first()  # type: ignore[return-value]


def test_home_shows_what_needs_me_grouped_and_nothing_of_others(
    world: World, page: Callable[..., Any]
) -> None:
    day = this_day()
    tell(world, "old", needs_action=True, due_on=day - dt.timedelta(days=2))
    tell(world, "now", needs_action=True, due_on=day)
    tell(world, "only to know")
    mine = page(Role.SAFETY_MANAGER, "plant_a", "/").content.decode()
    assert mine.index("Look at old") < mine.index("Look at now")
    assert "only to know" not in mine
    assert "Look at" not in page(Role.SAFETY_MANAGER, "plant_b", "/").content.decode()


def test_an_empty_home_offers_first_steps_to_who_may_take_them(
    world: World, page: Callable[..., Any]
) -> None:
    assert reverse("inbox:channels") in page(Role.SYSTEM_ADMIN, "plant_a", "/").content.decode()
    page(Role.OPERATOR, "plant_a", "/")
    assert today.steps_for(world.actor(Role.OPERATOR, "plant_a")) == []


def test_pages_of_home_keep_order_and_counts(
    world: World, page: Callable[..., Any], providers: dict[str, today.Provider]
) -> None:
    day = this_day()

    def many(_actor: Actor, _day: dt.date) -> today.Contribution:
        items = [today.Item(f"thing {n:03}", "/", due=day) for n in range(70)]
        figure = today.Figure("Waiting", 70, "/x/", "since today", is_over=True)
        rows = [today.Row("A row", "/r/", note="17:30")]
        cards = [today.Card("Levels", levels={1: 1, 2: 2, 3: 3, 4: 4}), today.Card("Rows", rows)]
        return today.Contribution(items, 170, [figure], cards)

    providers["many"] = many
    first = page(Role.OPERATOR, "plant_a", "/").content.decode()
    assert "thing 049" in first
    assert "thing 050" not in first
    assert "since today" in first
    assert "A row" in first
    second = page(Role.OPERATOR, "plant_a", "/?page=2").content.decode()
    assert "thing 050" in second


def test_a_provider_that_fails_does_not_take_the_day_with_it(
    world: World, page: Callable[..., Any], providers: dict[str, today.Provider]
) -> None:
    def broken(_actor: Actor, _day: dt.date) -> today.Contribution:
        raise KeyError("x")

    providers["broken"] = broken
    providers["fine"] = lambda _actor, _day: today.Contribution([today.Item("still here", "/")])
    response = page(Role.OPERATOR, "plant_a", "/")
    assert response.status_code == 200
    assert "still here" in response.content.decode()
    assert "an-banner--warn" in response.content.decode()


@time_machine.travel(dt.datetime(2026, 11, 20, 16, 30, tzinfo=dt.UTC), tick=False)
def test_items_are_grouped_by_their_day() -> None:
    day = dt.date(2026, 11, 21)
    late_evening = dt.datetime(2026, 11, 20, 17, tzinfo=dt.UTC)  # 01:00 on the 21st in Shanghai
    assert today.Item("a", "/", due=late_evening).group(day) == "today"
    gone = dt.datetime(2026, 11, 20, 16, 20, tzinfo=dt.UTC)  # 00:20 on the 21st, ten minutes ago
    assert today.Item("a", "/", due=gone).group(day) == "overdue"
    midnight = dt.datetime(2026, 11, 21, 16, tzinfo=dt.UTC)  # 24:00 of the 21st in Shanghai
    assert today.Item("a", "/", due=midnight).group(day) == "today"
    assert today.Item("a", "/", due=midnight - dt.timedelta(days=1)).group(day) == "overdue"
    assert today.Item("a", "/", due=dt.date(2026, 11, 20), decides=True).group(day) == "overdue"
    assert today.Item("a", "/", decides=True).group(day) == "decide"
    assert today.Item("a", "/", due=dt.date(2026, 11, 23)).group(day) == "soon"
    assert today.Item("a", "/").group(day) == "open"


def test_the_notice_centre_filters_opens_and_moves(
    world: World, page: Callable[..., Any], client: Client
) -> None:
    first = tell(world, "first", url="/help/")
    second = tell(world, "second", urgency=1)
    who = (Role.SAFETY_MANAGER, "plant_a")
    assert "Look at first" not in page(*who, "/inbox/?urgency=1").content.decode()
    opened = page(*who, f"/inbox/{first.pk}/")
    assert opened.url == "/help/"
    assert "Look at first" not in page(*who, "/inbox/?view=unread").content.decode()
    page(*who, "/inbox/move/", {"state": "done", "id": [str(second.pk), "nonsense"]})
    assert "Look at second" in page(*who, "/inbox/?view=done").content.decode()
    page(*who, "/inbox/move/", {"state": "unread", "id": [str(first.pk)]})
    page(*who, "/inbox/move/", {"state": "read", "all": "1", "next": "//evil.example/"})
    assert not Notice.objects.filter(state=NoticeState.UNREAD).exists()


def test_a_redirect_stays_here(world: World, page: Callable[..., Any]) -> None:
    data = {"state": "read", "all": "1", "next": "https://evil.example/"}
    response = page(Role.OPERATOR, "plant_a", "/inbox/move/", data)
    assert response.url == "/inbox/"


def test_the_list_costs_the_same_for_1_and_50(
    world: World, page: Callable[..., Any], count_queries: Callable[[Callable[[], Any]], int]
) -> None:
    who = (Role.SAFETY_MANAGER, "plant_a")
    tell(world, "one", needs_action=True)
    page(*who, "/inbox/")
    few = [count_queries(lambda u=url: page(*who, u)) for url in ("/inbox/", "/")]
    for n in range(49):
        tell(world, str(n), needs_action=True)
    many = [count_queries(lambda u=url: page(*who, u)) for url in ("/inbox/", "/")]
    assert many == few


def test_foreign_notices_are_not_found(world: World, page: Callable[..., Any]) -> None:
    notice = tell(world, "mine")
    assert page(Role.PRINCIPAL, "plant_a", f"/inbox/{notice.pk}/").status_code == 404
    page(Role.PRINCIPAL, "plant_a", "/inbox/move/", {"state": "done", "id": [str(notice.pk)]})
    notice.refresh_from_db()
    assert notice.state == NoticeState.UNREAD


def test_preferences_are_saved_and_a_wrong_one_is_explained(
    world: World, page: Callable[..., Any]
) -> None:
    data = {
        "channels": ["email"], "wants_digest": "on", "digest_at": "09:30",
        "quiet_from": "21:00", "quiet_until": "06:30",
    }  # fmt: skip
    assert page(Role.OPERATOR, "plant_a", "/inbox/preferences/", data).status_code == 302
    assert Preference.objects.get().digest_at == dt.time(9, 30)
    wrong = page(Role.OPERATOR, "plant_a", "/inbox/preferences/", {**data, "digest_at": "23:00"})
    assert wrong.status_code == 422
    assert page(Role.OPERATOR, "plant_a", "/inbox/preferences/").status_code == 200


def test_a_channel_is_set_up_on_the_page_and_its_secret_never_comes_back(
    world: World, page: Callable[..., Any]
) -> None:
    admin = (Role.SYSTEM_ADMIN, "plant_a")
    wrong = page(*admin, "/inbox/channels/new/wecom/", {"name": "群"})
    assert wrong.status_code == 422
    assert page(*admin, "/inbox/channels/new/email/").status_code == 200
    data = {"name": "群", "is_active": "on", "set-key": "TOP-SECRET", "set-address": ""}
    page(*admin, "/inbox/channels/new/wecom/", data)
    channel = Channel.objects.get()
    shown = page(*admin, f"/inbox/channels/{channel.pk}/")
    assert shown.status_code == 200
    assert "TOP-SECRET" not in shown.content.decode()
    assert "群" in page(*admin, "/inbox/channels/").content.decode()
    tested = page(*admin, f"/inbox/channels/{channel.pk}/test/", {})
    assert tested.status_code == 302  # nothing listens there in a test: the log tells
    assert "群" in page(*admin, "/inbox/deliveries/").content.decode()
    for role, place, status in (
        (Role.SYSTEM_ADMIN, "plant_b", 404), (Role.SAFETY_MANAGER, "plant_a", 403),
    ):  # fmt: skip
        assert page(role, place, f"/inbox/channels/{channel.pk}/").status_code == status
    for url in ("channels/", "deliveries/", "held/", "channels/new/email/"):
        assert page(Role.SAFETY_MANAGER, "plant_a", f"/inbox/{url}").status_code == 403


def test_a_held_run_is_decided_on_its_page(
    world: World, page: Callable[..., Any], settings: Any
) -> None:
    settings.INBOX_RUN_CAP = 1
    people = [world.user(role, "plant_a").pk for role in (Role.PRINCIPAL, Role.OPERATOR)]
    world.user(Role.SYSTEM_ADMIN, "plant_a")
    services.notify(SYSTEM, people, KIND.code, {"name": "x"})
    run = HeldRun.objects.get()
    admin = (Role.SYSTEM_ADMIN, "plant_a")
    assert "Look at x" in page(*admin, "/inbox/held/").content.decode()
    assert "Look at x" not in page(Role.SYSTEM_ADMIN, "plant_b", "/inbox/held/").content.decode()
    page(*admin, f"/inbox/held/{run.pk}/", {"decision": "resume"})
    assert queries.unread_count(world.actor(Role.OPERATOR, "plant_a")) == 1
    assert page(*admin, f"/inbox/held/{run.pk}/", {"decision": "resume"}).status_code == 404


def test_strangers_are_asked_to_sign_in(client: Client, db: None) -> None:
    for url in ("/", "/inbox/", "/inbox/preferences/", "/inbox/channels/", "/inbox/held/"):
        assert client.get(url).status_code == 302


def test_words_of_people_do_not_become_markup(world: World, page: Callable[..., Any]) -> None:
    tell(world, "<script>alert(1)</script>", needs_action=True)
    for url in ("/", "/inbox/"):
        html = page(Role.SAFETY_MANAGER, "plant_a", url).content.decode()
        assert "Look at &lt;script&gt;" in html
        assert "<script>alert" not in html
