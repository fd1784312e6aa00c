"""Every field of the interface is filled, or it is said why not."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from anlan.base.actors.actor import SYSTEM
from anlan.exchange import fields, tables
from anlan.exchange.adapters import DIALECTS
from anlan.exchange.models import Endpoint
from anlan.exchange.queries import company_code_of
from anlan.exchange.rows.shape import Around
from anlan.exchange.tests import data
from anlan.facts.loader import load_packaged
from tests.support.world import World

LOADED = load_packaged("exchange/fields.csv")
EVERYTHING = ["chain", "commitment", "score", "objects"]


def test_the_tables_of_the_interface_are_all_there() -> None:
    named = {row["table"] for row in LOADED}
    sent = {table.name for table in tables.TABLES}
    left = {table for table, name in fields.not_carried() if name == "*"}
    assert sent | left == named
    assert not sent & left
    known = {(row["table"], row["field"]) for row in LOADED}
    assert {key for key in fields.not_carried() if key[1] != "*"} <= known
    assert all(reason.strip() for reason in fields.not_carried().values())


def test_every_field_sent_has_a_chinese_name() -> None:
    wanted = {one.name for table in tables.TABLES for one in fields.fields_of(table.name)}
    assert wanted == set(fields.chinese_names())


@pytest.fixture
def filled(world: World, settings: Settings, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = tmp_path
    data.fill_everything(world)
    return world


def _names(endpoint: Endpoint, table: Any) -> set[str]:
    rows = list(table.rows(SYSTEM, endpoint.enterprise_id))
    assert rows, f"the small world has no row of {table.name}"
    around = tables.around(SYSTEM, endpoint, company_code_of(endpoint), rows)
    return {name for row in rows for name in table.payload(row, around)}


def test_every_field_is_filled_or_said_why_not(filled: World) -> None:
    modes = [
        data.an_endpoint(
            filled, name=photos, photos=photos, parts=EVERYTHING, grade_codes="4,3,2,1"
        )
        for photos in ("attachments", "images")
    ]
    for table in tables.TABLES:
        wanted = {field.name for field in fields.fields_of(table.name)}
        left = {name for own, name in fields.not_carried() if own == table.name}
        carried = {name for endpoint in modes for name in _names(endpoint, table)}
        assert carried & left == set(), table.name
        assert carried | left == wanted, table.name


def test_times_are_those_of_shanghai(filled: World) -> None:
    endpoint = data.an_endpoint(filled, parts=EVERYTHING)
    (unit, *_rest) = tables.BY_NAME[fields.UNIT].rows(SYSTEM, endpoint.enterprise_id)
    unit.updated_at = dt.datetime(2026, 11, 21, 16, 30, tzinfo=dt.UTC)
    unit.object.updated_at = unit.created_at = unit.updated_at
    if unit.object.head:
        unit.object.head.updated_at = unit.updated_at
    around = tables.around(SYSTEM, endpoint, "990000000", [unit])
    moments = {path: (name, unit.updated_at) for path, (name, _at) in around.departments.items()}
    around = Around("990000000", "厂", moments)
    values = tables.BY_NAME[fields.UNIT].payload(unit, around)
    assert DIALECTS["national"].row(fields.UNIT, values)["updateDate"] == "20261122003000"
    assert DIALECTS["batch"].row(fields.UNIT, values)["updateDate"] == "2026-11-22 00:30:00"
