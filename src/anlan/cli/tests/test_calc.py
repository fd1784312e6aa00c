"""`anlan calc gb18218` as a user runs it."""

import json
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import pytest
from click.testing import CliRunner

from anlan.cli.calc import command


def calc(text, *options, expect=0):
    data = text if isinstance(text, bytes) else text.encode()
    result = CliRunner().invoke(command, ["gb18218", "-", *options], input=data)
    assert result.exit_code == expect, result.output
    return json.loads(result.stdout, parse_float=Decimal) if expect == 0 else result.stderr


def one(chemicals, **unit):
    return calc(json.dumps([{"id": "u", "chemicals": chemicals, **unit}]))[0]


def test_a_file_with_good_and_bad_entries(tmp_path):
    entries = [
        {"id": 1, "chemicals": [{"name_zh": "苯", "q_t": 50}], "off_site_population": 10},
        {"id": 1, "chemicals": [{"name_zh": "不认识", "q_t": 5}], "off_site_population": 10},
        {"id": "c", "chemicals": []},
        {"chemicals": [{"cas": "7782-50-5", "q_t": "125", "junk": 1}], "alpha": 1, "more": None},
    ]
    file = tmp_path / "units.json"
    file.write_text(json.dumps(entries), encoding="utf-8-sig")
    result = CliRunner().invoke(command, ["gb18218", str(file)])
    good, unknown, empty, chlorine = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (good["id"], good["S"], good["R"], good["level"]) == (1, 1, 1, 4)
    assert good["is_major_hazard"] is True
    assert good["edition"] == "GB 18218-2018"
    assert "error" not in good
    assert unknown["error"].startswith("chemicals[0].name_zh")
    assert (unknown["S"], unknown["is_major_hazard"]) == (None, None)
    assert empty["is_major_hazard"] is None
    assert empty["missing"]
    assert "chemicals" in empty["error"]
    assert (chlorine["id"], chlorine["R"], chlorine["level"]) == (None, 100, 1)


def test_numbers_stay_exact_through_the_file():
    text = (
        '[{"id":1,"chemicals":[' + ",".join(['{"Q_t":1,"beta":1,"q_t":0.1}'] * 10) + '],"alpha":1}]'
    )
    result = calc(text)[0]
    assert (result["S"], result["R"]) == (1, 1)
    raw = CliRunner().invoke(command, ["gb18218", "-"], input=text).stdout
    assert '"S": 1,' in raw


def test_endless_fractions_are_printed_long_and_rounded_down():
    result = one([{"name_zh": "光气", "q_t": "0.1"}], off_site_population=0)
    assert result["S"] < Fraction(1, 3)
    assert len(str(result["S"])) >= 17


def test_twenty_digits_survive():
    result = one([{"Q_t": 1, "beta": 1, "q_t": "0.99999999999999999999"}], alpha=1)
    assert result["S"] == Decimal("0.99999999999999999999")
    assert result["is_major_hazard"] is False


@pytest.mark.parametrize(
    "q", ["-5", "NaN", "Infinity", "-Infinity", '"abc"', "true", "null", "[]", "{}", "1e400",
          "1e999999999", "9" * 5000, "1e99999999999999999999", '""', '"1e500"']
)  # fmt: skip
def test_a_bad_quantity_spares_the_other_entries(q):
    entry = '{"id":1,"chemicals":[{"name_zh":"苯","q_t":%s}]}'
    bad, good = calc(f"[{entry % q},{entry % 1}]")
    assert "chemicals[0].q_t" in bad["error"]
    assert bad["errors"][0]["remedy"]
    assert (bad["S"], bad["R"], bad["level"], bad["is_major_hazard"]) == (None,) * 4
    assert good["S"] == Decimal("0.02")
    assert "error" not in good


def test_a_missing_quantity_is_told():
    assert "chemicals[0].q_t" in one([{"name_zh": "苯"}])["error"]


@pytest.mark.parametrize(
    ("entry", "field"),
    [("7", "entry"), ('{"id":1,"chemicals":{}}', "chemicals"),
     ('{"id":1,"chemicals":[5]}', "chemicals[0]"),
     ('{"id":1,"chemicals":[{"name_zh":5,"q_t":1}]}', "chemicals[0].name_zh"),
     ('{"id":1,"chemicals":[{"category":5,"q_t":1}]}', "chemicals[0].category"),
     ('{"id":1}', "chemicals"), ("null", "entry")],
)  # fmt: skip
def test_a_badly_built_entry_spares_the_others(entry, field):
    bad, good = calc(f'[{entry}, {{"id":2,"chemicals":[{{"name_zh":"苯","q_t":1}}]}}]')
    assert bad["errors"][0]["field"] == field
    assert good["S"] is not None


def test_people_null_leaves_r_open_without_an_error():
    result = one([{"name_zh": "苯", "q_t": 100}], off_site_population=None)
    assert (result["S"], result["R"], result["level"], result["is_major_hazard"]) == (
        2,
        None,
        None,
        True,
    )
    assert "error" not in result
    assert result["missing"][0]["field"] == "off_site_population"


@pytest.mark.parametrize("category", ["J3,W2", "J3，W2", ["J3", "W2"], "J3、W2"])
def test_categories_as_text_or_list(category):
    result = one([{"category": category, "q_t": 10}], alpha=1)
    assert (result["S"], result["R"]) == (1, 2)


def test_steps_come_in_the_asked_language():
    text = json.dumps([{"chemicals": [{"name_zh": "苯", "q_t": 50}], "off_site_population": 1}])
    zh, en = calc(text)[0]["steps"], calc(text, "--lang", "en")[0]["steps"]
    assert [step["clause"] for step in zh] == [step["clause"] for step in en]
    assert "临界量" in zh[0]["text"]
    assert "Critical quantity" in en[0]["text"]


@pytest.mark.parametrize(
    ("text", "said"),
    [("{", "not JSON"), ("{}", "not a list"), ("", "not JSON"), ("[" * 100000, "nested"),
     (b"[\xff\xff]", "neither UTF-8 nor GB 18030")],
)  # fmt: skip
def test_a_file_that_is_no_list_ends_with_2(text, said):
    assert said in calc(text, expect=2)


def test_a_missing_file_ends_with_2(tmp_path):
    result = CliRunner().invoke(command, ["gb18218", str(tmp_path / "none.json")])
    assert result.exit_code == 2
    assert "cannot be read" in result.stderr


def test_odd_characters_come_back_as_valid_json():
    result = one([{"name_zh": "\ud800\u0000苯", "q_t": 1}])
    assert "error" in result


def test_it_runs_without_django_and_in_any_locale():
    code = (
        "import sys; from anlan.cli import main\n"
        "try: main(['calc', 'gb18218', '-'])\n"
        "except SystemExit: pass\n"
        "assert not any(m == 'django' or m.startswith('django.') for m in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        input='[{"id":"甲","chemicals":[{"name_zh":"苯","q_t":1}]}]'.encode(),
        capture_output=True,
        env={"LC_ALL": "C", "PYTHONPATH": ":".join(p for p in sys.path if p), "PATH": ""},
        check=True,
    )
    assert json.loads(done.stdout)[0]["id"] == "甲"


def test_a_file_saved_as_gbk_is_read():
    text = json.dumps(
        [{"id": "甲", "chemicals": [{"name_zh": "苯", "q_t": 50}]}], ensure_ascii=False
    )
    (got,) = calc(text.encode("gbk"))
    assert (got["id"], got["S"], got["is_major_hazard"]) == ("甲", 1, True)
