"""`anlan alarms` as a user runs it."""

import gzip
import json

import pytest
from click.testing import CliRunner

from anlan.cli.alarms import command

CONFIG = (
    "tag,name,unit,signal_type,normal_mean,normal_sd,lo_limit,hi_limit,range_lo,range_hi\n"
    "FI-1,feed,t/h,flow,10,0.5,8,12,0,20\n"
)
VALUES = [10, 12.5, 10, 7, 7, 12.6, 12.7, 12.8, 10]
PROCESS = "t_s,FI-1\n" + "".join(f"{n * 9},{value}\n" for n, value in enumerate(VALUES))
RAW = (
    "t_s,tag,type,event,value,limit\n"
    "9,FI-1,HI,ALM,12.5,12\n"
    "18,FI-1,HI,RTN,10,12\n"
    "27,FI-1,LO,ALM,7,8\n"
    "45,FI-1,HI,ALM,12.6,12\n"
    "45,FI-1,LO,RTN,12.6,8\n"
    "72,FI-1,HI,RTN,10,12\n"
)


@pytest.fixture
def files(tmp_path):
    (tmp_path / "config.csv").write_text(CONFIG)
    (tmp_path / "process.csv.gz").write_bytes(gzip.compress(PROCESS.encode()))
    return tmp_path


def run(*arguments, expect=0):
    result = CliRunner().invoke(command, [str(one) for one in arguments])
    assert result.exit_code == expect, result.output
    return json.loads(result.stdout) if expect == 0 else result.stderr


def replay(files, *more, expect=0, process="process.csv.gz"):
    config, out = files / "config.csv", files / "out.csv"
    return run("replay", files / process, "--config", config, "--out", out, *more, expect=expect)


def test_raw_replay_writes_each_crossing(files):
    assert replay(files)["activations"] == 3
    assert (files / "out.csv").read_text() == RAW


def test_treatments_raise_fewer(files):
    told = replay(files, "--treatment", "reference")
    assert (told["activations_raw"], told["activations"]) == (3, 1)
    assert told["first_alarm_later_s"] == 54.0


def test_figures_of_an_event_file(files):
    (files / "events.csv").write_text(RAW)
    told = run("kpi", files / "events.csv")
    assert (told["activations"], told["hours"]) == (3, pytest.approx(1 / 6))
    assert run("kpi", files / "events.csv", "--start", 0, "--end", 3600)["per_hour"] == 3.0


def test_a_known_course_is_named_and_a_new_one_is_unknown(files):
    known = files / "known"
    known.mkdir()
    (known / "leak_s1.csv").write_text(RAW)
    (known / "stuck_s1.csv").write_text(RAW.replace("FI-1", "TI-9"))
    (files / "events.csv").write_text(RAW)
    assert run("identify", files / "events.csv", "--known", known)["pattern"] == "leak"
    (files / "events.csv").write_text(RAW.replace("FI-1", "PI-3"))
    assert run("identify", files / "events.csv", "--known", known)["pattern"] == "unknown"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("t_s,FI-1\n0,ten\n", "row 2, column 'FI-1': 'ten' is not a number"),
        ("t_s,FI-1\n0\n", "row 2: 1 cells under 2 columns"),
        ("time,FI-1\n0,1\n", "column t_s is missing"),
        ("t_s,XX\n0,1\n", "FI-1 is no column"),
        ('t_s,FI-1\n"0,1\n', "broken CSV"),
        ("", "is empty"),
        ("t_s,FI-1\n", "holds no row"),
        ("t_s,FI-1,FI-1\n0,1,2\n", "'FI-1' stands there twice"),
        ("t_s,FI-1\n0,1\n\n,2\n", "row 4, column 't_s': '' is not a number"),
        ("t_s,FI-1\n0,1\ninf,2\n", "row 3, column 't_s'"),
    ],
)
def test_a_process_that_cannot_be_used(files, text, says):
    (files / "bad.csv").write_text(text)
    assert says in replay(files, expect=2, process="bad.csv")
    assert not (files / "out.csv").exists()


def test_rows_in_disorder_are_put_in_order(files):
    head, *rows = PROCESS.splitlines()
    shuffled = [rows[place] for place in (3, 0, 8, 5, 1, 7, 2, 6, 4)]
    (files / "shuffled.csv").write_text("\n".join([head, *shuffled, rows[8]]))
    told = replay(files, process="shuffled.csv")
    assert (files / "out.csv").read_text() == RAW
    assert (told["rows_put_in_order"], told["rows_repeated"]) == (7, 1)
    head, *rows = RAW.splitlines()
    (files / "events.csv").write_text("\n".join([head, *reversed(rows)]))
    assert run("kpi", files / "events.csv")["activations"] == 3


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("FI-1,feed,t/h,flow", "FI-2,feed,t/h,flow", "FI-2 is no column"),
        ("8,12,0,20\n", "8,12,0,20\nFI-1,feed,t/h,flow,10,0.5,8,13,0,20\n", "row 3, column 'tag'"),
        ("8,12,0,20", "12,8,0,20", "row 2, column 'hi_limit'"),
        (",0.5,", ",nan,", "row 2, column 'normal_sd'"),
        (",flow,", ",wind,", "config.csv: FI-1: signal 'wind'"),
    ],
)
def test_a_configuration_that_cannot_be_used(files, old, new, says):
    (files / "config.csv").write_text(CONFIG.replace(old, new))
    assert says in replay(files, "--treatment", "reference", expect=2)
    assert not (files / "out.csv").exists()


def test_what_cannot_be_written_is_told_and_inputs_are_kept(files):
    config, process = files / "config.csv", files / "process.csv.gz"
    for out, says in ((files / "no" / "out.csv", "cannot be written"), (config, "overwritten")):
        told = run("replay", process, "--config", config, "--out", out, expect=2)
        assert str(out) in told
        assert says in told
    assert config.read_text() == CONFIG
    assert {one.name for one in files.iterdir()} == {"config.csv", "process.csv.gz"}


def test_torn_gzip_is_told(files):
    packed = bytearray((files / "process.csv.gz").read_bytes())
    packed[12:16] = b"\xff\xff\xff\xff"
    (files / "process.csv.gz").write_bytes(bytes(packed))
    assert "broken gzip" in replay(files, expect=2)


def test_known_courses_may_lie_among_other_files(files):
    (files / "leak_s1_events.csv").write_text(RAW)
    (files / "mine").mkdir()
    (files / "mine" / "events.csv").write_text(RAW)
    told = run("identify", files / "mine" / "events.csv", "--known", files)
    assert [one["pattern"] for one in told["candidates"]] == ["leak"]


@pytest.mark.parametrize("ends", [("--start", "nan"), ("--start", 0, "--end", 1e13)])
def test_a_period_that_makes_no_sense(files, ends):
    (files / "events.csv").write_text(RAW)
    assert "period" in run("kpi", files / "events.csv", *ends, expect=2)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("t_s,tag,type,event\nx,a,HI,ALM\n", "column 't_s'"),
        ("t_s,tag,type,event\nnan,a,HI,ALM\n", "row 2, column 't_s'"),
        ("t_s,tag,type,event\n1,,HI,ALM\n", "row 2, column 'tag'"),
        ("t_s,tag,type,event\n1,a,HI,ON\n", "neither ALM nor RTN"),
    ],
)
def test_events_that_cannot_be_used(files, text, says):
    (files / "bad.csv").write_text(text)
    assert says in run("kpi", files / "bad.csv", expect=2)


def test_missing_files_are_named(files):
    assert "cannot be read" in run("kpi", files / "no.csv", expect=2)
    assert "no event file" in run("identify", files / "no.csv", "--known", files / "no", expect=2)
