"""A fact without source or provenance must not get in."""

from datetime import date
from decimal import Decimal

import pytest

from anlan.facts import FactError, Provenance, load_packaged, load_table
from anlan.facts.loader import FACTS_ROOT

HEADER = """\
# dataset: t/one
# title_zh: 表
# title_en: table
# standard: GB 1
# edition: 2020
# effective_from: 2020-01-01
# clause: 4
# source A: a copy
"""
COLUMNS = "name,value,source,provenance\n"


def load(tmp_path, text, **options):
    file = tmp_path / "t.csv"
    file.write_text(text, encoding="utf-8")
    return load_table(file, **options)


def test_a_good_file(tmp_path):
    table = load(tmp_path, HEADER + COLUMNS + "x,0.10,A,single\n")
    row = table.rows[0]
    assert table.dataset.citation == "GB 1-2020"
    assert table.dataset.holds_on(date(2020, 1, 1))
    assert not table.dataset.holds_on(date(2019, 12, 31))
    assert (row["name"], row.decimal("value")) == ("x", Decimal("0.10"))
    assert (row.sources, row.provenance) == (("A",), Provenance.SINGLE)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("x,1,,single", "no source"),
        ("x,1,A,", "no provenance"),
        ("x,1,A,sure", "'sure' is unknown"),
        ("x,1,B,single", "'B' is not in the header"),
        ("x,1,A", "3 cells under 4 columns"),
        ('x,"1,A,single', "broken CSV"),
    ],
)
def test_a_bad_row_names_file_line_and_remedy(tmp_path, row, said):
    with pytest.raises(FactError, match=said) as caught:
        load(tmp_path, HEADER + COLUMNS + "ok,1,A,single\n" + row + "\n")
    assert caught.value.line == 11
    assert caught.value.remedy
    assert "t.csv, line 11" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HEADER.replace("# source A: a copy\n", "") + COLUMNS, "names no source"),
        (HEADER.replace("# edition: 2020\n", "") + COLUMNS, "lacks 'edition'"),
        (HEADER.replace("2020-01-01", "soon") + COLUMNS, "not a date"),
        (HEADER + "# what is this\n" + COLUMNS, "without a key"),
        (HEADER + "name,value,source\nx,1,A\n", "column missing: provenance"),
        (HEADER + "name,name,source,provenance\n", "occurs twice"),
    ],
)
def test_a_bad_header_is_refused(tmp_path, text, said):
    with pytest.raises(FactError, match=said):
        load(tmp_path, text)


def test_a_header_may_speak_for_all_rows(tmp_path):
    extra = "# row_source: A\n# row_provenance: official\nname\nx\n"
    assert load(tmp_path, HEADER + extra).rows[0].provenance is Provenance.OFFICIAL


def test_missing_and_wrongly_encoded_files(tmp_path):
    with pytest.raises(FactError, match="missing"):
        load_table(tmp_path / "none.csv")
    (tmp_path / "gbk.csv").write_bytes("苯".encode("gbk"))
    with pytest.raises(FactError, match="not UTF-8"):
        load_table(tmp_path / "gbk.csv")


def test_numbers_that_are_none(tmp_path):
    row = load(tmp_path, HEADER + COLUMNS + "x,NaN,A,single\n").rows[0]
    for read in (row.decimal, row.integer):
        with pytest.raises(FactError, match="not a number"):
            read("value")


@pytest.mark.parametrize(
    "file", sorted(p.relative_to(FACTS_ROOT) for p in FACTS_ROOT.rglob("*.csv"))
)
def test_every_shipped_file_loads(file):
    table = load_packaged(file.as_posix())
    assert len(table) > 0
