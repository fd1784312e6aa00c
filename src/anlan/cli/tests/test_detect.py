"""`anlan detect` on small made-up sets in the public formats."""

import gzip
import json

import numpy as np
import pytest
from click.testing import CliRunner

from anlan.cli.detect import command

rng = np.random.default_rng(11)


def run(folder, protocol, expect=0):
    out = folder.parent / "scores.json"
    arguments = [str(folder), "--protocol", protocol, "--out", str(out)]
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == expect, result.output
    return json.loads(out.read_text()) if expect == 0 else result.stderr


def loop(n_calm, n_fault):
    """Pump rows: noise, a slowly warming temperature, and a flow that falls in the fault."""
    n = n_calm + n_fault
    flow = rng.standard_normal(n) - 6.0 * (np.arange(n) >= n_calm)
    warm = np.cumsum(rng.standard_normal(n)) / 10
    lines = ["datetime;Flow;Warm;Vibration;anomaly;changepoint"]
    for i in range(n):
        sick = int(i >= n_calm)
        lines.append(f"2020-01-01;{flow[i]:.5f};{warm[i]:.5f};{rng.standard_normal():.5f};{sick};0")
    return "\n".join(lines) + "\n"


def test_a_pump_loop(tmp_path):
    folder = tmp_path / "loops"
    for name in ("valve1/1.csv", "valve1/2.csv", "other/3.csv"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(loop(700, 300))
    (folder / "anomaly-free").mkdir()
    (folder / "anomaly-free" / "x.csv").write_text("datetime;Flow\n")
    found = run(folder, "skab")
    assert found["left_out"] == ["Warm"]
    assert found["f1"] > 0.9
    assert found["tp"] + found["fn"] == 900
    assert [one["file"] for one in found["files"]] == [
        "other/3.csv",
        "valve1/1.csv",
        "valve1/2.csv",
    ]


def write(folder, name, rows):
    head = ",".join(f"xmeas_{i}" for i in range(rows.shape[1]))
    text = head + "\n" + "\n".join(",".join(f"{v:.6g}" for v in row) for row in rows) + "\n"
    (folder / f"{name}.csv.gz").write_bytes(gzip.compress(text.encode()))


def test_a_chemical_process(tmp_path):
    folder = tmp_path / "tep"
    folder.mkdir()
    write(folder, "d00", rng.standard_normal((500, 12)))
    write(folder, "d00_te", rng.standard_normal((960, 12)))
    fault, none = rng.standard_normal((2, 960, 12))
    fault[160:, 3] += 5.0
    write(folder, "d01_te", fault)
    write(folder, "d02_te", none)
    found = run(folder, "tep")
    assert found["false_alarms"] == pytest.approx(0.01, abs=0.005)
    assert found["detection_rates"]["d01"] > 0.95
    assert found["detection_rates"]["d02"] < 0.2


@pytest.mark.parametrize("protocol", ["skab", "tep"])
def test_a_folder_without_the_files(tmp_path, protocol):
    (tmp_path / "empty").mkdir()
    assert "anlan detect:" in run(tmp_path / "empty", protocol, expect=2)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("datetime;Flow\n1;2\n", "has no column 'anomaly'"),
        ("datetime;Flow;anomaly\n1;x;0\n", "row 2, column 'Flow': 'x' is not a number"),
        ("datetime;Flow;anomaly\n1;nan;0\n", "row 2, column 'Flow'"),
        ("datetime;Flow;anomaly\n1;2;0\n", "400 are needed"),
        ("", "is empty"),
    ],
)
def test_a_file_that_does_not_fit(tmp_path, text, says):
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "a.csv").write_text(text)
    assert says in run(tmp_path / "set", "skab", expect=2)


def test_rows_and_columns_in_another_order_change_nothing(tmp_path):
    folder = tmp_path / "loops"
    folder.mkdir()
    head, *rows = loop(500, 200).splitlines()
    rows = [
        row.replace("2020-01-01", f"2020-01-01 00:{i // 60:02}:{i % 60:02}")
        for i, row in enumerate(rows)
    ]
    other = loop(500, 200)
    (folder / "1.csv").write_text("\n".join([head, *rows]))
    (folder / "2.csv").write_text(other)
    found = run(folder, "skab")
    turned = [";".join([b, a, *rest]) for a, b, *rest in (one.split(";") for one in [head, *rows])]
    (folder / "1.csv").write_text("\n".join([turned[0], *reversed(turned[1:])]))
    assert run(folder, "skab") == found


def test_files_of_other_columns_or_too_few_rows_are_named(tmp_path):
    folder = tmp_path / "tep"
    folder.mkdir()
    write(folder, "d00", rng.standard_normal((500, 4)))
    write(folder, "d00_te", rng.standard_normal((960, 4)))
    write(folder, "d01_te", rng.standard_normal((960, 3)))
    assert "d01_te.csv.gz, row 1: column xmeas_3" in run(folder, "tep", expect=2)
    write(folder, "d01_te", rng.standard_normal((160, 4)))
    assert "has 160 rows; the protocol needs 161" in run(folder, "tep", expect=2)
