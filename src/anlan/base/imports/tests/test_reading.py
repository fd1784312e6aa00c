"""Opening files, the friendly and the hostile."""

import contextlib
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from django.utils import translation

from anlan.base.imports import refusals
from anlan.base.imports.headers import find_head
from anlan.base.imports.reading import read_table
from anlan.base.imports.sheet import Sheet, SheetColumn


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


SHEET = Sheet(
    name="things",
    title="things",
    key=("code",),
    columns=[
        SheetColumn("code", "Code", required=True),
        SheetColumn("name", "Name", required=True),
        SheetColumn("amount", "Amount", "number", unit="t"),
    ],
    existing=lambda actor, keys, lock=False: {},
    write=lambda actor, changes: None,
    permission="x",
)


def book(path: Path, rows, *, name="things", **more) -> Path:
    made = xlsxwriter.Workbook(str(path))
    sheet = made.add_worksheet(name)
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            if isinstance(value, tuple):
                sheet.write_formula(i, j, value[0], None, value[1])
            elif value is not None:
                sheet.write(i, j, value)
    more.get("then", lambda made, sheet: None)(made, sheet)
    made.close()
    return path


def raw(path: Path, sheet_xml: str, **parts: str) -> Path:
    """Write the least package that is a workbook, with this sheet."""
    ns = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{types}"/>',
        "xl/workbook.xml": f'<workbook {ns} xmlns:r="{rel}"><sheets>'
        '<sheet name="things" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/'
        f'package/2006/relationships"><Relationship Id="rId1" Type="{rel}/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet_xml.replace("<worksheet>", f"<worksheet {ns}>"),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in {**files, **parts}.items():
            package.writestr(name, text)
    return path


def one_cell(ref: str) -> str:
    cell = f'<c r="{ref}" t="inlineStr"><is><t>x</t></is></c>'
    return f"<worksheet><sheetData><row>{cell}</row></sheetData></worksheet>"


HEAD = ["Code", "Name", "Amount, t"]


def test_rows_keep_their_numbers_and_columns(tmp_path):
    path = tmp_path / "a.xlsx"
    made = xlsxwriter.Workbook(str(path))
    sheet = made.add_worksheet("things")
    for place, text in enumerate(HEAD):
        sheet.write(2, place + 1, text)
    sheet.write(5, 1, "A1")
    sheet.write(5, 3, 1.5)
    made.close()
    table = read_table(path, SHEET)
    head = find_head(table, SHEET)
    assert head.number == 3
    assert head.places == {"code": 1, "name": 2, "amount": 3}
    assert table.rows == [(6, [None, "A1", None, 1.5])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_the_encodings_of_the_country(tmp_path, encoding, delimiter):
    path = tmp_path / "a.csv"
    text = delimiter.join(["Code", "Name"]) + "\r\n" + delimiter.join(["A1", "苯储罐"]) + "\r\n"
    path.write_bytes(text.encode(encoding))
    table = read_table(path, SHEET)
    find_head(table, SHEET)
    assert table.rows == [(2, ["A1", "苯储罐"])]


def test_unknown_bytes_are_no_text(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"Code,Name\n\xff\xff\xff\x80,x")
    with pytest.raises(refusals.Unreadable):
        read_table(path, SHEET)
    path.write_bytes(b"Code,Name\nA\x00B,x")
    with pytest.raises(refusals.WrongType):
        read_table(path, SHEET)


def test_formulas_are_known_by_their_cell(tmp_path):
    path = book(tmp_path / "a.xlsx", [HEAD, ["A1", "x", ("=1+1", 2)], ["A2", ("=A1", "A1"), 1]])
    table = read_table(path, SHEET)
    assert table.formulas == {(2, 3): False, (3, 2): True}
    assert table.rows[1] == (2, ["A1", "x", 2.0])


def test_a_formula_without_result_is_known_too(tmp_path):
    path = tmp_path / "a.xlsx"
    made = openpyxl.Workbook()
    made.active.append(HEAD)
    made.active.append(["A1", "x", "=1+1"])
    made.save(path)
    table = read_table(path, SHEET)
    assert table.formulas == {(2, 3): False}
    assert table.rows[1] == (2, ["A1", "x", None])


def test_the_sheet_of_our_title_is_read_and_others_named(tmp_path):
    def more(made, first):
        first.write(0, 0, "something")
        other = made.add_worksheet("Things")
        for place, text in enumerate([*HEAD]):
            other.write(0, place, text)
        hidden = made.add_worksheet("secret")
        hidden.write(0, 0, "x")
        hidden.hide()

    table = read_table(book(tmp_path / "a.xlsx", [], name="cover", then=more), SHEET)
    assert table.sheet_name == "Things"
    assert len(table.notes) == 2


def test_merged_rows_are_refused_with_their_ranges(tmp_path):
    path = book(
        tmp_path / "a.xlsx",
        [HEAD],
        then=lambda made, sheet: sheet.merge_range("A2:A3", "A1"),
    )
    with pytest.raises(refusals.MergedCells) as error:
        find_head(read_table(path, SHEET), SHEET)
    assert "A2:A3" in error.value.message()


def test_a_merged_title_above_the_head_is_no_harm(tmp_path):
    def more(made, sheet):
        sheet.merge_range("A1:C1", "Things of 2026")
        for place, text in enumerate(HEAD):
            sheet.write(1, place, text)
        sheet.write(2, 0, "A1")

    table = read_table(book(tmp_path / "a.xlsx", [], then=more), SHEET)
    assert find_head(table, SHEET).number == 2


def test_a_far_cell_does_not_make_us_allocate_the_sheet(tmp_path):
    sheet = one_cell("XFD1")
    with pytest.raises(refusals.TooManyColumns) as error:
        read_table(raw(tmp_path / "a.xlsx", sheet), SHEET)
    assert "XFD" in error.value.message()
    sheet = one_cell("A1048576")
    with pytest.raises(refusals.TooManyRows):
        read_table(raw(tmp_path / "b.xlsx", sheet), SHEET)


def test_cells_without_address_are_counted_too(tmp_path):
    cells = '<c t="inlineStr"><is><t>x</t></is></c>' * 600
    sheet = f"<worksheet><sheetData><row>{cells}</row></sheetData></worksheet>"
    with pytest.raises(refusals.TooManyColumns):
        read_table(raw(tmp_path / "a.xlsx", sheet), SHEET)


@pytest.mark.parametrize("ref", ["A0", "ZZZZ1", "a1", "1A", "A99999999", ""])
def test_odd_addresses_end_in_a_refusal_or_in_rows(tmp_path, ref):
    sheet = one_cell(ref)
    with contextlib.suppress(refusals.FileRefused):
        read_table(raw(tmp_path / "a.xlsx", sheet), SHEET)


def test_a_doctype_is_refused_unexpanded(tmp_path):
    bomb = (
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        '<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>&b;</v></c></row></sheetData>'
        "</worksheet>"
    )
    with pytest.raises(refusals.Forbidden):
        read_table(raw(tmp_path / "a.xlsx", bomb), SHEET)
    outside = '<!DOCTYPE x SYSTEM "file:///etc/passwd"><sst/>'
    plain = "<worksheet><sheetData/></worksheet>"
    with pytest.raises(refusals.Forbidden):
        read_table(raw(tmp_path / "b.xlsx", plain, **{"xl/sharedStrings.xml": outside}), SHEET)


def test_a_zip_bomb_is_refused_by_its_directory(tmp_path):
    zeros = "0" * 60_000_000
    with pytest.raises(refusals.Bomb):
        read_table(raw(tmp_path / "a.xlsx", "<worksheet/>", **{"xl/media/a.bin": zeros}), SHEET)


def test_a_directory_that_lies_is_caught_while_unpacking(tmp_path, monkeypatch):
    from anlan.base.imports import package

    monkeypatch.setattr(package, "MOST_UNPACKED", 200_000)
    monkeypatch.setattr(package, "RATIO_FROM", 10**12)
    path = raw(
        tmp_path / "a.xlsx", "<worksheet><sheetData>" + " " * 500_000 + "</sheetData></worksheet>"
    )
    data = bytearray(path.read_bytes())
    at = data.rfind(b"PK\x01\x02")  # the last entry of the directory: the sheet
    data[at + 24 : at + 28] = (100).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises((refusals.Bomb, refusals.Damaged)):
        read_table(path, SHEET)


def test_truncated_and_garbled_files_are_damaged(tmp_path):
    good = book(tmp_path / "a.xlsx", [HEAD, ["A1", "x", 1]]).read_bytes()
    for cut in (10, len(good) // 2, len(good) - 30):
        path = tmp_path / "b.xlsx"
        path.write_bytes(good[:cut])
        with pytest.raises(refusals.FileRefused):
            read_table(path, SHEET)


def test_every_single_wrong_byte_is_survived(tmp_path):
    good = book(tmp_path / "a.xlsx", [HEAD, ["A1", "x", 1]]).read_bytes()
    path = tmp_path / "b.xlsx"
    for at in range(0, len(good), 37):
        path.write_bytes(good[:at] + bytes([good[at] ^ 0xFF]) + good[at + 1 :])
        with contextlib.suppress(refusals.FileRefused):
            read_table(path, SHEET)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", refusals.Empty),
        (b"%PDF-1.7 ...", refusals.WrongType),
        (b"\x89PNG\r\n\x1a\n", refusals.WrongType),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, refusals.Damaged),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + b"\0" * 504
            + "EncryptedPackage".encode("utf-16-le"),
            refusals.Encrypted,
        ),
    ],
)
def test_other_files_are_named(tmp_path, content, expected):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    with pytest.raises(expected):
        read_table(path, SHEET)


def test_a_word_file_and_a_plain_zip_are_named(tmp_path):
    for inside, found in (
        ("word/document.xml", "Word"),
        ("readme.txt", "zip"),
        ("xl/workbook.bin", "xlsb"),
    ):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as package:
            package.writestr(inside, "x")
        path = tmp_path / "a.xlsx"
        path.write_bytes(buffer.getvalue())
        with pytest.raises(refusals.WrongType) as error:
            read_table(path, SHEET)
        assert found in error.value.message()


@pytest.mark.parametrize(
    ("heads", "words"),
    [
        (["Code", "Name", "Name"], "twice"),
        (["Code", "Nmae"], "did you mean “Name”"),
        (["Name", "Amount"], "“Code” is missing"),
    ],
)
def test_wrong_heads_say_what_is_wrong(tmp_path, heads, words):
    table = read_table(book(tmp_path / "a.xlsx", [heads, ["A1", "x"]]), SHEET)
    with pytest.raises(refusals.BadHeaders) as error:
        find_head(table, SHEET)
    with translation.override("en"):
        assert words in error.value.message()


def test_a_strange_column_is_skipped_and_named(tmp_path):
    table = read_table(book(tmp_path / "a.xlsx", [[*HEAD, "My own"], ["A1", "x"]]), SHEET)
    head = find_head(table, SHEET)
    assert "My own" in head.notes[0]


def test_no_heads_at_all(tmp_path):
    table = read_table(book(tmp_path / "a.xlsx", [["a", "b"], [1, 2]]), SHEET)
    with pytest.raises(refusals.NoHeaders):
        find_head(table, SHEET)
