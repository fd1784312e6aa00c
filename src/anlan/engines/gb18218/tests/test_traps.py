"""The traps of the standard and the wrong figures met in public sources."""

from fractions import Fraction

import pytest

from anlan.engines.gb18218 import Chemical, Settings, Unit, assess, categories, substances


def one(chemical, settings=Settings(), people=10):  # noqa: B008 (frozen)
    result = assess(Unit((chemical,), people), settings)
    return result, result.lines[0]


def codes(result):
    return [problem.code for problem in result.problems]


def test_an_empty_unit_is_missing_data_not_no():
    result = assess(Unit((), off_site_population=10))
    assert result.is_major_hazard is None
    assert (result.S, result.R, result.level) == (None, None, None)
    assert codes(result) == ["no_chemicals"]


def test_nothing_stored_is_a_no():
    result, _ = one(Chemical(0, "苯"))
    assert (result.S, result.is_major_hazard) == (0, False)


@pytest.mark.parametrize(
    ("text", "n_forms"), [("硝酸铵", 2), ("硝化纤维素", 5), ("硝化棉", 5), ("nitrocellulose", 5)]
)
def test_a_name_that_fits_several_forms_asks(text, n_forms):
    result, line = one(Chemical(1, text))
    problem = result.errors[0]
    assert problem.code == "chemical.ambiguous"
    assert line.critical is None
    assert str(problem.params["forms_zh"]).count("；") == n_forms - 1


@pytest.mark.parametrize("cas", ["6484-52-2", "9004-70-0"])
def test_a_cas_that_fits_several_forms_asks(cas):
    result, _ = one(Chemical(1, cas=cas))
    assert codes(result)[0] == "chemical.ambiguous"


@pytest.mark.parametrize(
    ("name", "cas", "critical", "beta"),
    [
        ("硝酸铵（含可燃物≤0.2％）", "6484-52-2", 50, 1),
        ("硝酸铵肥料(含可燃物≤0.4%)", "6484-52-2", 200, 1),
        ("硝化纤维素（含乙醇≥25%）", "9004-70-0", 10, 2),
        ("硝化纤维素[含水>=25%]", "9004-70-0", 50, 1),
    ],
)
def test_the_name_picks_the_form_of_a_shared_cas(name, cas, critical, beta):
    result, line = one(Chemical(1, name, cas))
    assert not result.errors
    assert (line.critical, line.beta) == (critical, beta)


def test_lowest_form_is_only_a_what_if_setting():
    result, line = one(Chemical(1, cas="9004-70-0"), Settings(ambiguous_form="lowest_q"))
    assert line.critical == 1
    assert "form.lowest" in codes(result)


@pytest.mark.parametrize("cas", ["68476-85-7", "74-98-6", "106-97-8"])
def test_propane_and_butane_are_lpg_not_flammable_gas(cas):
    _, line = one(Chemical(1, cas=cas))
    assert (line.seq, line.critical, line.beta) == (52, 50, Fraction(3, 2))


@pytest.mark.parametrize("cas", ["74-82-8", "8006-14-2"])
def test_methane_and_natural_gas_share_a_row(cas):
    _, line = one(Chemical(1, cas=cas))
    assert (line.seq, line.critical) == (49, 50)


def test_table_1_name_wins_over_category():
    _, line = one(Chemical(1, "甲醇", categories=("W5.1",)))
    assert line.critical == 500
    assert line.beta == Fraction(3, 2)


def test_table_3_name_wins_over_category():
    _, line = one(Chemical(1, "氯", categories=("J3",)))
    assert line.beta == 4


def test_several_categories_take_the_lowest_q_and_the_larger_beta():
    _, line = one(Chemical(1, "某气体", categories=("J3", "W2")))
    assert (line.critical, line.category) == (10, "W2")
    assert (line.beta, line.beta_category) == (2, "J3")


def test_beta_of_the_class_that_gave_q_as_a_setting():
    result, line = one(
        Chemical(1, "某气体", categories=("J3", "W2")), Settings(several_classes="class_of_q")
    )
    assert (line.beta, line.beta_category) == (Fraction(3, 2), "W2")
    assert result.steps[4].items[0].code == "beta.table4_class_of_q"


def test_class_that_gave_q_takes_the_larger_beta_among_equals():
    # J3 and W4 both have Q = 50.
    _, line = one(Chemical(1, "x", categories=("W4", "J3")), Settings(several_classes="class_of_q"))
    assert (line.beta, line.beta_category) == (2, "J3")


@pytest.mark.parametrize(
    "text", ["w5.3", "Ｗ５．３", " W5.3 ", "W5.3,w5.3", "W5.3 易燃液体（类别2）", "易燃液体W5.3"]
)
def test_category_symbols_are_read_kindly(text):
    _, line = one(Chemical(1, "x", categories=(text,)))
    assert line.critical == 1000


@pytest.mark.parametrize("text", ["W12", "W5", "W5.3,foo", "易燃液体", "W5.33"])
def test_an_unknown_category_lists_the_known_ones(text):
    result, _ = one(Chemical(1, "x", categories=(text,)))
    assert codes(result)[0] == "category.unknown"
    assert "W11" in result.errors[0].remedy("zh")


def test_a_wrong_category_stops_only_what_hangs_on_it():
    result, _ = one(Chemical(50, "苯", categories=("W99",)))
    assert (result.S, result.R) == (1, None)
    assert codes(result) == ["category.unknown"]
    result, _ = one(Chemical(50, "苯", categories=("W99",), beta=1))
    assert (result.S, result.R) == (1, 1)
    result, _ = one(Chemical(50, "某物", categories=("W99", "W2")))
    assert result.S is None


@pytest.mark.parametrize("name", ["盐酸", "氨水", "甲醛溶液", "氢氟酸", "发烟硫酸", "红磷"])
def test_look_alikes_ask_for_their_own_class(name):
    result, _ = one(Chemical(1, name))
    assert codes(result)[0] == "chemical.lookalike"


def test_hydrochloric_acid_does_not_hide_behind_the_cas_of_the_gas():
    for name in ("盐酸", "盐酸(37%)", "氯化氢水溶液"):
        result, line = one(Chemical(1, name, "7647-01-0"))
        assert line.critical is None
        assert result.errors


def test_a_solution_with_its_own_class_is_counted_by_it():
    result, line = one(Chemical(100, "氨水", categories=("J5",)))
    assert not result.errors
    assert (line.critical, line.beta) == (500, 1)


@pytest.mark.parametrize(
    "chemical", [Chemical(1, "甲醛"), Chemical(1, cas="50-00-0"), Chemical(1, "氯化氢")]
)
def test_a_row_with_a_condition_says_so_when_the_text_does_not(chemical):
    result, line = one(chemical)
    assert line.critical in (5, 20)
    assert "name.condition" in codes(result)


def test_a_row_named_in_full_needs_no_warning():
    result, _ = one(Chemical(1, "甲醛（含量＞90％）"))
    assert not result.problems


def test_name_and_cas_of_different_substances_are_refused():
    result, line = one(Chemical(1, "苯", "108-88-3"))
    assert codes(result)[0] == "cas.conflict"
    assert line.critical is None


@pytest.mark.parametrize(
    ("cas", "code"),
    # The first is a misprint met in a copy of the standard; its check digit fits by chance.
    [("13810-58-7", "cas.other"), ("18810-58-6", "cas.bad")],
)
def test_a_wrong_cas_beside_a_known_name_only_warns(cas, code):
    result, line = one(Chemical(1, "叠氮化钡", cas))
    assert line.critical == Fraction(1, 2)
    assert [p.code for p in result.warnings] == [code]


def test_coal_gas_beta_is_a_setting():
    _, line = one(Chemical(1, "焦炉煤气"))
    assert (line.seq, line.beta, line.beta_from) == (13, 2, "coal_gas")
    by_category = Settings(coal_gas="category")
    result, line = one(Chemical(1, "煤气"), by_category)
    assert line.beta is None
    assert codes(result) == ["beta.unknown"]
    _, line = one(Chemical(1, "煤气", categories=("W2",)), by_category)
    assert line.beta == Fraction(3, 2)


def test_carbon_monoxide_itself_has_its_beta_from_table_3():
    for chemical in (Chemical(1, "一氧化碳"), Chemical(1, cas="630-08-0")):
        _, line = one(chemical, Settings(coal_gas="category"))
        assert (line.critical, line.beta, line.beta_from) == (20, 2, "table3")


@pytest.mark.parametrize("name", ["砷化氢", "锑化氢", "硒化氢"])
def test_a_range_of_classes_leaves_r_open_but_not_s(name):
    result, line = one(Chemical(2, name))
    assert (result.S, result.R, result.level) == (2, None, None)
    assert codes(result) == ["beta.range"]
    _, line = one(Chemical(2, name), Settings(beta_hint_range="larger"))
    assert line.beta == 4
    _, line = one(Chemical(2, name, categories=("J3",)))
    assert line.beta == 2


def test_hints_carry_their_mark_and_can_be_switched_off():
    result, line = one(Chemical(50, "苯"))
    assert (line.beta_from, result.provenance) == ("hint", "recalled")
    assert "凭经验" in result.steps[4].render("zh")
    result, line = one(Chemical(50, "苯"), Settings(beta_hint="ask"))
    assert (result.S, result.R, line.beta) == (1, None, None)


def test_every_table_1_row_ends_with_a_beta_or_asks():
    for row in substances():
        result, line = one(Chemical(1, row.name_zh))
        assert line.critical == row.critical
        assert line.beta is not None or codes(result) == ["beta.range"], row.name_zh


def test_beta_is_not_one_for_everything_outside_table_3():
    by_symbol = {category.symbol: category.beta for category in categories()}
    assert by_symbol["W2"] == Fraction(3, 2)
    assert by_symbol["J1"] == 4
    assert by_symbol["W1.1"] == 2
    assert sum(beta == 1 for beta in by_symbol.values()) == 14


def test_mixture_of_the_same_class_counts_whole_as_the_pure_substance():
    _, line = one(Chemical(100, "苯混合物", mixture_of="苯", same_class=True))
    assert (line.critical, line.ratio) == (50, 2)


def test_mixture_of_another_class_counts_by_its_own():
    result, line = one(
        Chemical(100, "乙醇溶液", mixture_of="乙醇", same_class=False, categories=("W5.4",))
    )
    assert not result.errors
    assert line.critical == 5000


def test_mixture_asks_what_it_needs():
    result, _ = one(Chemical(1, "x", mixture_of="苯"))
    assert codes(result)[0] == "mixture.class_unsaid"
    result, _ = one(Chemical(1, "x", mixture_of="苯", same_class=False))
    assert codes(result)[0] == "mixture.class_missing"


def test_given_figures_need_no_known_name():
    result, line = one(Chemical(10, "某物", critical_t="2.5", beta="1.5"))
    assert not result.problems
    assert (line.ratio, line.weighted) == (4, 6)


def test_given_q_keeps_the_beta_of_the_name():
    _, line = one(Chemical(10, "液氯", critical_t=10))
    assert (line.critical, line.beta) == (10, 4)


def test_given_q_without_a_beta_leaves_r_open():
    result, _ = one(Chemical(10, "某物", critical_t=5))
    assert (result.S, result.R, result.is_major_hazard) == (2, None, True)
    assert codes(result) == ["beta.unknown"]


def test_without_people_r_is_open_but_s_is_not():
    result, _ = one(Chemical(100, "苯"), people=None)
    assert (result.S, result.is_major_hazard, result.R, result.level) == (2, True, None, None)
    assert codes(result) == ["alpha.unknown"]


def test_given_alpha_wins_and_a_disagreement_is_told():
    result = assess(Unit((Chemical(50, "苯"),), off_site_population=200, alpha=1))
    assert result.alpha == 1
    assert codes(result) == ["alpha.overrides"]
    result = assess(Unit((Chemical(50, "苯"),), alpha="1.3"))
    assert codes(result) == ["alpha.unusual"]


def test_a_bad_alpha_is_not_replaced_by_the_table():
    result = assess(Unit((Chemical(50, "苯"),), off_site_population=200, alpha="two"))
    assert codes(result) == ["number.not_a_number"]
    assert (result.S, result.R) == (1, None)


@pytest.mark.parametrize(
    ("people", "code"),
    [(-1, "number.negative"), ("49.5", "number.not_whole"), (True, "number.boolean"),
     ("many", "number.not_a_number"), ("NaN", "number.not_finite")],
)  # fmt: skip
def test_bad_head_counts_are_refused(people, code):
    result = assess(Unit((Chemical(50, "苯"),), people))
    assert codes(result) == [code]
    assert (result.S, result.R) == (1, None)


@pytest.mark.parametrize(
    ("q", "code"),
    [
        (None, "number.missing"), ("", "number.missing"), (-1, "number.negative"),
        ("abc", "number.not_a_number"), ("NaN", "number.not_finite"),
        ("Infinity", "number.not_finite"), ("-inf", "number.not_finite"),
        (True, "number.boolean"), (0.5, "number.float"), (10**10, "number.too_large"),
        ("1e400", "number.too_large"), ("1e999999999", "number.too_large"),
        pytest.param(10**5000, "number.too_large", id="5000 digits"),
        ("1e-999999999", "number.too_fine"),
        ("1_000", "number.not_a_number"), ("1,00", "number.not_a_number"),
        ([1], "number.not_a_number"), ("5 t", "number.not_a_number"),
    ],
)  # fmt: skip
def test_bad_quantities_name_field_and_remedy(q, code):
    result = assess(Unit((Chemical(1, "苯"), Chemical(q, "甲苯")), 1))
    problem = result.errors[0]
    assert (problem.code, problem.field) == (code, "chemicals[1].q_t")
    assert result.S is None
    assert result.is_major_hazard is None
    for lang in ("zh", "en"):
        assert problem.render(lang)
        assert problem.remedy(lang)


@pytest.mark.parametrize("q", ["10.5", " 10.5 ", "１０.５", "10,500.25", "+3", "1e2", "0"])
def test_numbers_as_people_write_them(q):
    result, _ = one(Chemical(q, "苯"))
    assert not result.errors


def test_the_part_that_is_decided_is_told_when_it_reaches_one():
    result = assess(Unit((Chemical(60, "苯"), Chemical(1, "不认识")), 1))
    assert result.s_at_least == Fraction(6, 5)
    assert result.is_major_hazard is None
    assert "≥ 1" in result.steps[2].render("en")


def test_equal_names_simply_add():
    result = assess(Unit((Chemical(20, "苯"), Chemical(30, "苯")), 1))
    assert result.S == 1
    assert len(result.lines) == 2
