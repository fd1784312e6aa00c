"""A safety manager brings her tanks from Excel and gets an explained calculation."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from tests.journeys.visitor import Visitor

UNIT = "加氢装置"  # below the threshold in the demo city
Open = Callable[..., Visitor]

# Columns of the template by their Chinese heads, as she sees them.
GOOD = (
    {"单元编码": "U02", "化学品": "苯", "位置": "V-901", "取值依据": "computed",
     "容积（m³）": 900, "充装系数": 0.85, "密度（t/m³）": 0.879},
    {"单元编码": "U02", "化学品": "甲苯", "位置": "V-902", "取值依据": "computed",
     "容积（m³）": 600, "充装系数": 0.85, "密度（t/m³）": 0.867},
)  # fmt: skip
WRONG = (
    {"单元编码": "U99", "化学品": "苯", "位置": "V-903"},
    {"单元编码": "U02", "化学品": "苯", "位置": "V-904", "容积（m³）": "一百"},
)


def fill(template: Path, to: Path) -> Path:
    """Fill the template as she would, good rows and wrong ones."""
    book = load_workbook(template)
    sheet = book.worksheets[0]
    heads = {str(cell.value).rstrip(" *"): cell.column for cell in sheet[1]}
    basis = _basis_words(book)
    for number, row in enumerate((*GOOD, *WRONG), start=2):
        for head, value in row.items():
            assert head in heads, (head, list(heads))
            value = basis if value == "computed" else value
            sheet.cell(number, heads[head], value)
    book.save(to)
    return to


def _basis_words(book: Any) -> str:
    """Return the words of "volume × fill × density" in the drop-down of the template."""
    for row in book["_lists"].iter_rows(values_only=True):
        for value in row:
            if value and "×" in str(value):
                return str(value)
    raise AssertionError("the template offers no basis")


def open_unit(visitor: Visitor, name: str = UNIT) -> None:
    visitor.go("/registry/units/?view=all")
    visitor.page.click(f"[data-an-main]:has-text('{name}')")
    visitor.page.click("a[href*='/grading/units/'] >> nth=0")
    visitor.page.wait_for_url("**/grading/units/**")


def result(visitor: Visitor) -> tuple[float, float]:
    """Return R and S of the result card."""
    values = visitor.page.locator(".an-hero__value").all_inner_texts()
    return float(values[0].replace(",", "")), float(values[1].replace(",", ""))


def test_from_a_spreadsheet_to_the_printed_report(visit: Open, tmp_path: Path) -> None:
    her = visit("safety")
    open_unit(her)
    r_before, s_before = result(her)
    assert s_before < 1

    her.go("/imports/inventories/")
    template = her.download("a[href$='template.xlsx']", tmp_path)
    filled = fill(template, tmp_path / "我的储罐.xlsx")
    her.page.set_input_files("input[type=file]", filled)
    her.page.click("main button[type=submit]")
    her.page.wait_for_url("**/imports/run/**")
    her.page.wait_for_selector("button[value=good]", timeout=60_000)
    preview = her.text("main")
    assert "U99" in preview or "MHI" in preview or "单元" in preview
    assert "我的储罐.xlsx" in preview
    wrong = her.page.locator("main tbody tr").all_inner_texts()
    assert any(row.startswith("4") for row in wrong), wrong
    assert any(row.startswith("5") for row in wrong), wrong

    marked = her.download("a[href$='marked.xlsx']", tmp_path)
    assert "V-903" in sheet_text(marked)

    her.page.click("button[value=good]")
    her.page.wait_for_selector(".an-banner--done", timeout=60_000)
    assert "2" in her.text(".an-banner--done")

    her.go("/registry/inventories/?view=all&q=V-90")
    listed = her.text("main")
    assert "V-901" in listed
    assert "V-902" in listed
    assert "V-903" not in listed

    open_unit(her)
    r_after, s_after = result(her)
    # 900 m³ × 0.85 × 0.879 ÷ 50 t more benzene, 600 × 0.85 × 0.867 ÷ 500 t more toluene.
    added = 900 * 0.85 * 0.879 / 50 + 600 * 0.85 * 0.867 / 500
    assert abs((s_after - s_before) - added) < 0.02
    assert r_after > r_before
    steps = her.text("#wi-steps")
    assert "4.2.1" in steps
    assert "≥ 1，构成重大危险源" in steps

    papers(her, tmp_path, s_after)

    her.page.click("main a[href*='/registry/units/'] >> nth=0")
    her.page.wait_for_url("**/registry/units/**")
    her.go("/history/")
    words = her.text("main")
    assert "V-901" in words or "苯" in words or "导入" in words
    assert "inventory." not in words
    assert not her.complaints


def papers(her: Visitor, folder: Path, s_value: float) -> None:
    """Download the report as Word and PDF and look into them."""
    shown = f"{s_value:.2f}"
    word = her.download("a[href$='.docx']", folder)
    with zipfile.ZipFile(word) as archive:
        text = re.sub(r"<[^>]+>", "", archive.read("word/document.xml").decode())
    for expected in (UNIT, "V-901", "GB 18218", shown):
        assert expected in text, expected
    pdf = her.download("a[href$='.pdf']", folder).read_bytes()
    assert pdf.startswith(b"%PDF-")
    assert len(pdf) > 20_000
    assert b"/Page" in pdf


def sheet_text(path: Path) -> str:
    rows = load_workbook(path).worksheets[0].iter_rows(values_only=True)
    return " ".join(str(value) for row in rows for value in row if value is not None)
