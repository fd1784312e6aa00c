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
        ("t_s,XX\n0,1\n", "none of its tags"),
        ('t_s,FI-1\n"0,1\n', "broken CSV"),
    ],
)
def test_a_process_that_cannot_be_used(files, text, says):
    (files / "bad.csv").write_text(text)
    assert says in replay(files, expect=2, process="bad.csv")
    assert not (files / "out.csv").exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("t_s,tag,type,event\nx,a,HI,ALM\n", "column 't_s'"),
        ("t_s,tag,type,event\n1,a,HI,ON\n", "neither ALM nor RTN"),
    ],
)
def test_events_that_cannot_be_used(files, text, says):
    (files / "bad.csv").write_text(text)
    assert says in run("kpi", files / "bad.csv", expect=2)


def test_missing_files_are_named(files):
    assert "cannot be read" in run("kpi", files / "no.csv", expect=2)
    assert "no event file" in run("identify", files / "no.csv", "--known", files / "no", expect=2)
