"""The tables of GB 18218-2018 against figures counted and read apart from the files."""

from anlan.facts import Provenance, load_packaged


def table(name):
    return load_packaged(f"gb18218/{name}.csv")


def test_row_counts():
    counts = {"table1": 85, "table2": 24, "table3": 14, "table4": 24, "table5": 5, "table6": 4}
    assert {name: len(table(name)) for name in counts} == counts


def test_figures_that_public_sources_get_wrong():
    q = {row["name_zh"]: row["critical_t"] for row in table("table1")}
    assert (q["丙酮"], q["甲醇"], q["苯乙烯"]) == ("500", "500", "500")
    assert q["硝酸铵肥料(含可燃物≤0.4%)"] == "200"
    beta = {row["name_zh"]: row["beta"] for row in table("table3")}
    assert (beta["硫化氢"], beta["氯化氢"], beta["溴甲烷"]) == ("5", "3", "3")
    assert [row["r_min_inclusive"] for row in table("table6")] == ["100", "50", "10", ""]


def test_tables_2_and_4_name_the_same_categories():
    assert [r["symbol"] for r in table("table2")] == [r["symbol"] for r in table("table4")]


def test_official_figures_are_cross_checked_and_hints_are_not():
    for name in ("table1", "table2", "table3", "table4", "table5", "table6"):
        assert {row.provenance for row in table(name)} == {Provenance.CROSS_CHECKED}
    for name in ("beta_hints", "lookalikes", "usual_categories"):
        assert {row.provenance for row in table(name)} == {Provenance.RECALLED}


def test_hints_cover_what_table_3_does_not_and_agree_with_table_4():
    named = {row["name_zh"] for row in table("table3")}
    beta = {row["symbol"]: row["beta"] for row in table("table4")}
    hints = {row["seq"]: row for row in table("beta_hints")}
    for row in table("table1"):
        base = row["name_zh"].partition("(")[0]
        # Row 13, coal gas, is a setting of the engine.
        expected = base not in named and row["seq"] != "13"
        assert (row["seq"] in hints) == expected, row["name_zh"]
    for hint in hints.values():
        values = sorted({float(beta[symbol]) for symbol in hint.parts("categories")})
        low_high = [float(part) for part in hint["beta"].split("-")]
        assert max(low_high) == max(values), hint["name_zh"]
