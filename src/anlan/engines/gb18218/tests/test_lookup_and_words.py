"""Names, CAS numbers, choosers, and that every text can be written."""

import string
from fractions import Fraction

import pytest

from anlan.engines.gb18218 import Chemical, Unit, assess, lookup, search, substances
from anlan.engines.gb18218.lookup import cas_is_valid, normalise, normalise_cas
from anlan.engines.gb18218.problem_texts import PROBLEMS
from anlan.engines.gb18218.step_texts import STEPS


def test_every_printed_name_and_alias_finds_its_row():
    for row in substances():
        for name in (row.name_zh, row.name_en, *row.aliases):
            assert row in lookup(name).rows, name


def test_every_printed_cas_is_valid_and_finds_its_row():
    for row in substances():
        for cas in row.cas:
            assert cas_is_valid(cas)
            assert row in lookup(cas=cas).rows


@pytest.mark.parametrize(
    "text", ["１，３－丁二烯", "1,3-丁二烯", " 1,3 - 丁二烯 ", "1，3—丁二烯", "1,3-Butadiene"]
)
def test_full_and_half_width_are_the_same(text):
    assert lookup(text).substance.seq == 47


@pytest.mark.parametrize("text", ["CAS 71-43-2", "71–43–2", "７１-43-2", "71432", "0071-43-2"])
def test_cas_numbers_as_people_write_them(text):
    assert normalise_cas(text) == "71-43-2"
    assert lookup(cas=text).substance.seq == 57


@pytest.mark.parametrize(
    ("text", "seq"),
    [("氯（液氯）", 12), ("液化天然气(LNG)", 49), ("氢气(H2)", 51), ("苯(C6H6)", 57)],
)
def test_a_name_may_be_followed_by_its_other_name_or_formula(text, seq):
    assert lookup(text).substance.seq == seq


@pytest.mark.parametrize(
    "text",
    ["苯(甲苯)", "苯(80%)", "氨(25%水溶液)", "硝酸铵(NH4NO3)", "盐酸(HCl)", "氨(氨水)", "硝酸(稀)"],
)
def test_any_other_bracket_may_be_a_condition(text):
    assert lookup(text).substance is None


def test_check_digits():
    assert cas_is_valid("18810-58-7")
    assert not cas_is_valid("18810-58-6")
    assert not cas_is_valid("71-43")


def test_no_two_rows_share_a_name_but_the_known_ones():
    seen = {}
    for row in substances():
        for name in (row.name_zh, *row.aliases):
            seen.setdefault(normalise(name), []).append(row.seq)
    assert {k: v for k, v in seen.items() if len(v) > 1} == {"硝化棉": [37, 38, 39, 40, 41]}


def test_search_finds_by_part_alias_and_cas():
    assert search("苯")[0].seq == 57
    assert [row.seq for row in search("光气")] == [6]
    assert search("7664")[0].cas
    assert search("  ") == ()


def test_a_near_miss_is_suggested():
    result = assess(Unit((Chemical(1, "丙酮氰纯"),), 1))
    assert "丙酮氰醇" in result.errors[0].render("zh")


def fields(text):
    return {name.split("!")[0] for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("code", sorted(STEPS))
def test_step_texts_use_the_same_numbers_in_both_languages(code):
    zh, en = STEPS[code]
    own_words = {"name", "level", "band", "minimum", "maximum"}
    assert fields(zh) - own_words == fields(en) - own_words


@pytest.mark.parametrize("code", sorted(PROBLEMS))
def test_problem_texts_are_complete(code):
    texts = PROBLEMS[code]
    assert len(texts) == 4
    assert all(texts)


def test_steps_are_numbered_with_clauses_and_render_in_both_languages():
    unit = Unit((Chemical(1, "氯"), Chemical(3, "丙烯", categories=("W2", "J3"))), 60)
    steps = assess(unit).steps
    assert [step.number for step in steps] == list(range(1, 9))
    expected = ["4.1.2", "4.2.2", "4.2.1", "3.4", "4.3.2", "4.3.2", "4.3.2", "4.3.3"]
    assert [step.clause for step in steps] == expected
    for step in steps:
        zh, en = step.render("zh"), step.render("en")
        assert zh
        assert en
        assert "{" not in zh + en
    assert "表 3，β = 4" in steps[4].render("zh")
    assert "table 3, β = 4" in steps[4].render("en")


@pytest.mark.parametrize("text", ["「苯」", "《苯》", "“苯”", "『苯』", "\u200b苯\u2060", '"苯"'])
def test_quotation_marks_and_invisible_characters_do_not_matter(text):
    assert lookup(text).substance.name_zh == "苯"


@pytest.mark.parametrize(
    "text",
    ["CAS号：71-43-2", "CAS 71-43-2", "CAS No. 71－43－2", "CAS RN: 71–43–2", "cas#71 - 43 - 2"],
)
def test_a_cas_number_may_be_announced(text):
    assert lookup(cas=text).substance.name_zh == "苯"


@pytest.mark.parametrize("symbol", ["「W5.1」", "ｗ５．１", "W 5.1", "易燃液体（W5.1）", "W5．1"])
def test_a_category_may_be_written_in_many_ways(symbol):
    result = assess(Unit((Chemical("10", categories=(symbol,)),), off_site_population=1))
    assert result.S == 1
    assert Fraction("1.5") == result.R
