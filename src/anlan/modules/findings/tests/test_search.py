"""Findings are found by words, and only where the searcher may look."""

import pytest
from django.db import DatabaseError, connection, transaction

from anlan.base.actors import wall
from anlan.base.actors.roles import Role
from anlan.base.search_key import typed
from anlan.modules.findings import queries, words
from anlan.modules.findings.models import Finding
from anlan.modules.findings.tests import data

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
    monkeypatch.setattr(words, "RARE", 100 if rare else 0)
    data.report(manager, world.plant_a, "P-101泵法兰泄漏")
    data.report(manager, world.plant_a, "消防栓箱门未关")
    assert words.are_rare(asked("法兰")) is rare
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


def test_pinyin_and_single_characters_have_no_pieces():
    assert words.pieces(["falan", "阀", "fl"]) == ()
