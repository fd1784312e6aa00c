"""Findings are found by words, and only where the searcher may look."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction
from django.http import QueryDict

from anlan.base.actors import wall
from anlan.base.actors.roles import Role
from anlan.base.lists import showing
from anlan.base.lists.showing import show
from anlan.base.search_key import typed
from anlan.base.ui.navigation import nav_for
from anlan.modules.findings import queries, words
from anlan.modules.findings.models import Finding
from anlan.modules.findings.tests import data
from anlan.modules.findings.ui.lists import FINDINGS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch):
    monkeypatch.setattr(words, "_frequent", {})


@pytest.fixture
def plant_b(world):
    return world.actor(Role.SAFETY_MANAGER, "plant_b")


@pytest.fixture
def manager(world):
    return world.actor(Role.SAFETY_MANAGER, "plant_a")


def found(actor, text):
    with wall.acting_as(actor.scope):
        return {row.title for row in queries.search(queries.findings(actor), text)}


def asked(text):
    return words.pieces(typed(text).split())


@pytest.mark.parametrize("rare", [True, False])
def test_words_find_what_they_stand_in(world, manager, monkeypatch, rare):
    monkeypatch.setattr(words, "FEW", 100 if rare else 0)
    data.report(manager, world.plant_a, "P-101泵法兰泄漏")
    data.report(manager, world.plant_a, "消防栓箱门未关")
    assert words.are_few(asked("法兰")) is rare
    for text in ("法兰", "兰泄", "p-101", "101", "泵 泄漏", "falan"):
        assert found(manager, text) == {"P-101泵法兰泄漏"}
    assert found(manager, "消防栓 法兰") == set()
    assert found(manager, "兰法") == set()


def test_a_changed_text_is_found_by_its_new_words(world, manager):
    row = data.report(manager, world.plant_a, "法兰泄漏")
    with wall.acting_as(manager.scope):
        row.search_key = "yh-1 压力表损坏"
        row.save(update_fields=["search_key"])
    assert found(manager, "压力表") == {"法兰泄漏"}
    assert found(manager, "法兰") == set()


def test_others_findings_are_not_found(world, manager, plant_b):
    data.report(manager, world.plant_a, "法兰泄漏")
    assert found(plant_b, "法兰") == set()


def test_the_application_cannot_read_the_pieces(world, manager):
    data.report(manager, world.plant_a)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT finding_id FROM findings_piece")


def test_pieces_are_the_same_here_and_in_the_database(world, manager):
    text = "yh-2026-000123 p-101泵法兰泄漏 2号 p-101bengfalanxielou x1 ab 𠮷田 t_9 罐区"
    row = data.report(manager, world.plant_a)
    with wall.acting_as(manager.scope):
        Finding.objects.for_actor(manager).filter(pk=row.pk).update(search_key=text)
    with connection.cursor() as cursor:
        cursor.execute("SELECT findings_pieces(%s)", [text])
        assert tuple(sorted(cursor.fetchone()[0])) == words.pieces(text.split())


def test_short_words_have_no_pieces():
    assert words.pieces(["阀", "fl", "ang"]) == ()
    assert len(words.pieces(["falan"])) == 2


def test_marks_are_the_same_here_and_in_the_database(world, manager):
    row = data.report(manager, world.plant_a)
    row.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT findings_marks(%s, %s, 'accepted', 1::smallint),"
            " findings_marks(%s, %s, 'reported', 0::smallint)",
            [row.scope_path, row.registered_at] * 2,
        )
        closed, reported = map(set, cursor.fetchone())
    steps = row.scope_path.split("/")
    places = {words.place("/".join(steps[:n]) + "/") for n in (3, 4, 5) if steps[n - 1]}
    month = set(words.months(row.registered_at.astimezone(dt.UTC).date(), 1))
    assert closed == places | month | {words.MAJOR}
    assert reported == places | month | {words.OPEN}


@pytest.mark.parametrize("few", [True, False])
@pytest.mark.parametrize("who", ["manager", "plant_b", "county", "leader"])
def test_the_list_finds_what_a_plain_search_finds(world, request, monkeypatch, few, who):
    """Same rows and totals for every place, whichever way the index and the planner go."""
    monkeypatch.setattr(words, "FEW", 100 if few else 0)
    manager, plant_b = request.getfixturevalue("manager"), request.getfixturevalue("plant_b")
    for text in ("法兰泄漏", "P-101泵法兰锈蚀", "消防栓箱门未关", "falan标识"):
        data.report(manager, world.plant_a, text)
        data.report(plant_b, world.plant_b, text)
    closed = data.report(manager, world.plant_a, "法兰垫片老化")
    with wall.acting_as(manager.scope):
        Finding.objects.for_actor(manager).filter(pk=closed.pk).update(state="dismissed", level=1)
    actor = {
        "manager": manager,
        "plant_b": plant_b,
        "county": world.actor(Role.BUREAU_INSPECTOR, "county_a"),
        "leader": world.actor(Role.BUREAU_LEADER, "province"),
    }[who]
    for query in (
        "q=法兰",
        "q=falan",
        "is=open&q=法兰",
        "level=1&q=法兰",
        "state=dismissed&q=法兰 片",
    ):
        params = QueryDict(query + "&view=all")
        with wall.acting_as(actor.scope):
            shown = show(actor, FINDINGS, params)
            plain = queries.findings(actor)
            for word in params["q"].split():
                plain = plain.filter(search_key__contains=word)
            if "is" in params:
                plain = plain.filter(queries.open_())
            for name in {"level", "state"} & {*params}:
                plain = plain.filter(**{name: params[name]})
            wanted = list(plain.order_by("-registered_at", "pk"))
        assert [row.id for row in shown.rows] == [str(row.pk) for row in wanted], query
        assert (shown.total.n, shown.total.more) == (len(wanted), False), query


def test_the_newest_of_many_come_first_and_the_older_follow(world, manager, monkeypatch):
    monkeypatch.setattr(showing, "SOON_SORTED", 1)
    rows = [data.report(manager, world.plant_a, f"法兰 {n}") for n in range(4)]
    for n, row in enumerate(rows):
        registered = row.registered_at - dt.timedelta(days=40 * n)
        Finding.objects.unscoped("a test").filter(pk=row.pk).update(registered_at=registered)
    small = replace(FINDINGS, page_size=2)
    pages = [show(manager, small, QueryDict(f"view=all&page={n}")).rows for n in (1, 2)]
    assert [row.id for page in pages for row in page] == [str(row.pk) for row in rows]


def test_the_navigation_counts_what_the_list_shows_as_open(world, manager, plant_b):
    for n in range(3):
        data.report(manager, world.plant_a, f"法兰 {n}")
    closed = Finding.objects.unscoped("a test").first()
    Finding.objects.unscoped("a test").filter(pk=closed.pk).update(state="dismissed")
    everybody = [
        (world.actor(role, place), n)
        for role, place, n in (
            (Role.PARK_OFFICER, "park_a", 2),
            (Role.GROUP_HSE, "group", 2),
            (Role.BUREAU_LEADER, "province", 2),
            (Role.CONTRACTOR, "contractor_a", 0),
        )
    ]
    for actor, n in [(manager, 2), (plant_b, 0), *everybody]:
        assert queries.figures(actor)["open"] == n
        with connection.cursor() as cursor:
            cursor.execute(*queries.counting_open(actor))
            assert cursor.fetchone() == (n,)


def test_the_navigation_tells_them_to_the_enterprise(world, manager, plant_b):
    data.report(manager, world.plant_a)
    for actor, n in ((manager, 1), (plant_b, 0)):
        with wall.acting_as(actor.scope):
            shown = {e.key: e.n for group in nav_for(actor, "/") for e in group.entries}
        assert (shown["findings"], shown["monitoring.alarms"], shown["warnings"]) == (n, 0, 0)
