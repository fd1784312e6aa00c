"""`anlan findings check` as a user runs it."""

import json

import pytest
from click.testing import CliRunner

from anlan.cli.findings import command

HEAD = "id,text,basis,category,level\n"


def check(data, *options, expect=0):
    raw = data if isinstance(data, bytes) else data.encode()
    result = CliRunner().invoke(command, ["check", "-", *options], input=raw)
    assert result.exit_code == expect, result.output
    return json.loads(result.stdout) if expect == 0 else result.stderr


def test_a_list_with_a_major_and_two_alike():
    out = check(
        HEAD
        + "A1,T-101法兰漏,,设备与管道,一般\n"
        + "A2,T-102 法兰渗漏,,设备与管道,一般\n"
        + "A3,硝化装置未实现自动化控制,,仪表联锁,一般\n",
        "--on",
        "2024-05-01",
    )
    assert [one["id"] for one in out["findings"]] == ["A1", "A2", "A3"]
    assert [one["major"] for one in out["findings"]] == [False, False, True]
    major = out["findings"][2]
    assert major["category"] == "仪表联锁"
    assert set(major) == {"id", "category", "major", "criteria"}
    assert set(major["criteria"][0]) == {"code", "why"}
    assert {one["code"] for one in major["criteria"]} >= {"MH17-04", "MH26-5.5.3"}
    assert major["criteria"][0]["code"] == "MH17-04"
    assert out["clusters"] == [{"ids": ["A1", "A2"], "score": 1.0}]


def test_explained_it_says_more():
    data = HEAD + "A3,硝化装置未实现自动化控制,,仪表联锁,一般\n"
    (told,) = check(data, "--on", "2024-05-01", "--explain")["findings"]
    assert told["entered_as_general"]
    assert told["category_why"]
    assert (told["criteria"][0]["strength"], told["criteria"][0]["in_force"]) == ("likely", True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings(encoding):
    data = "id,text\n1,灭火器压力不足\n".encode(encoding)
    assert check(data)["findings"][0]["category"] == "消防与应急"


def test_only_a_head_is_an_empty_list():
    assert check("id,text\n") == {"findings": [], "clusters": []}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "row 1: column 'id' is missing"),
        ("id,what\n1,a\n", "row 1: column 'text' is missing"),
        ("id,text,text\n1,a,b\n", "occurs twice"),
        ("id,text\n1,a\n\n1,b\n", "row 4, column 'id': '1' stands in row 2 too"),
        ("id,text\n1,\n", "row 2, column 'text': is empty"),
        ("id,text\n,a\n", "row 2, column 'id': is empty"),
        ("id,text\n1,a,b\n", "row 2: 3 cells under 2 columns"),
        ('id,text\n1,"a\n', "broken CSV"),
        ("id,text\n1," + "长" * 4001 + "\n", "row 2, column 'text': has 4001 characters"),
        (b"\xff\xff\x00", "neither UTF-8 nor GB 18030"),
    ],
)
def test_errors_name_row_column_and_remedy(data, said):
    assert said in check(data, expect=2)


def test_a_missing_file_and_a_bad_day():
    result = CliRunner().invoke(command, ["check", "/nowhere/at/all.csv"])
    assert result.exit_code == 2
    assert "cannot be read" in result.stderr
    assert "--on" in check("id,text\n", "--on", "yesterday", expect=2)


def test_empty_cells_at_the_end_of_a_row_may_be_missing_or_too_many():
    out = check('text,level,id\n"罐区\n""洗眼器""没有水",一般,1,,\n灭火器压力不足,,2\n')
    assert [one["id"] for one in out["findings"]] == ["1", "2"]
    (told,) = check(HEAD + "7,灭火器压力不足\n")["findings"]
    assert (told["id"], told["category"]) == ("7", "消防与应急")
