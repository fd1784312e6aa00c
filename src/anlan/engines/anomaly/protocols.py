"""Two public protocols by which detectors are compared: SKAB (a pump loop) and Tennessee Eastman.

SKAB: of each labelled file the first 400 rows are normal and fit the model, the rest is judged;
all files are pooled. TEP: fitted on `d00`, limits on `d00_te` for 1 % false alarms, judged on the
rows of each `dNN_te` from the 161st on, where the fault acts.
"""

import csv
import gzip
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from anlan.engines.anomaly.models import Cva, Pca, Rows
from anlan.engines.anomaly.series import limits, median_of_last, restlessness, smoothed

Truths = npt.NDArray[np.bool_]

FIT_ROWS = 400
FAULT_FROM = 160
FALSE_ALARMS = 0.01
# What drifts slower than this in normal operation has not shown its range in the rows fitted on.
_RESTLESS = 0.2
_SKAB_WEIGHT, _SKAB_QUANTILE, _SKAB_MARGIN, _SKAB_MEDIAN = 0.2, 0.999, 3.0, 3
_WARM_UP = 20
_TEP_WEIGHT = 0.1


class DataProblem(ValueError):
    """A folder or file that does not fit its protocol; the message names it and the remedy."""


def skab(folder: Path) -> dict[str, Any]:
    """Judge the labelled files below `folder`; return F1 and the shares in percent, per file too.

    Raises DataProblem for a folder without such files and for a file that cannot be read.
    """
    files = sorted(
        path for path in folder.rglob("*.csv*") if "anomaly-free" not in path.parts[-2:-1]
    )
    read = [(path.relative_to(folder).as_posix(), *_labelled(path)) for path in files]
    if not read:
        raise DataProblem(f"{folder}: holds no CSV file. Give the folder of the data set.")
    ratios = np.median([restlessness(rows[:FIT_ROWS]) for _name, rows, _y, _c in read], axis=0)
    used: Truths = np.asarray(ratios >= _RESTLESS)
    used = used if used.any() else ~used
    counts = {
        name: _confusion(_unusual(rows[:, used]), truth[FIT_ROWS:])
        for name, rows, truth, _columns in read
    }
    total = {key: sum(one[key] for one in counts.values()) for key in ("tp", "fp", "fn", "tn")}
    columns = read[0][3]
    return {
        "protocol": "skab",
        **_rates(total),
        **total,
        "left_out": [name for name, kept in zip(columns, used, strict=True) if not kept],
        "files": [{"file": name, **count} for name, count in counts.items()],
    }


def _unusual(rows: Rows) -> Truths:
    """Tell for each row after those fitted on whether it is unusual."""
    fitted = rows[:FIT_ROWS]
    spread = fitted.std(axis=0)
    scaled = (rows - fitted.mean(axis=0)) / np.where(spread > 1e-12, spread, 1.0)
    smooth = smoothed(scaled, _SKAB_WEIGHT)
    model = Pca.fit(smooth[_WARM_UP:FIT_ROWS], share=1.0)
    distance = median_of_last(model.statistics(smooth)[:, 0], _SKAB_MEDIAN)
    limit = np.quantile(distance[_WARM_UP:FIT_ROWS], _SKAB_QUANTILE) * _SKAB_MARGIN
    result: Truths = distance[FIT_ROWS:] > limit
    return result


def tep(folder: Path) -> dict[str, Any]:
    """Judge every fault of `folder`; return the share of false alarms and of each fault detected.

    Raises DataProblem for a missing or broken file.
    """
    normal, unseen = _table(folder, "d00"), _table(folder, "d00_te")
    faults = sorted(
        {path.name.split("_")[0] for path in folder.glob("d[0-9][0-9]_te.csv*")} - {"d00"}
    )
    if not faults:
        raise DataProblem(f"{folder}: holds no dNN_te.csv. Give the folder of the data set.")
    model = Cva.fit(normal)

    def judged(rows: Rows) -> Rows:
        return smoothed(np.log(model.statistics(rows) + 1e-12), _TEP_WEIGHT)

    calm = judged(unseen)
    limit = limits(calm, FALSE_ALARMS)

    def alarmed(statistics: Rows) -> Truths:
        result: Truths = np.any(np.asarray(statistics > limit), axis=1)
        return result

    detected = {
        fault: float(alarmed(judged(_table(folder, f"{fault}_te")))[FAULT_FROM:].mean())
        for fault in faults
    }
    return {
        "protocol": "tep",
        "false_alarms": float(alarmed(calm).mean()),
        "mean_detection_rate": float(np.mean(list(detected.values()))),
        "detection_rates": detected,
    }


def _labelled(path: Path) -> tuple[Rows, Truths, Sequence[str]]:
    reader = csv.reader(io.StringIO(_text(path)), delimiter=";")
    head = next(reader, [])
    if "anomaly" not in head:
        raise DataProblem(f"{path}: has no column 'anomaly'. Leave unlabelled files out.")
    label = head.index("anomaly")
    places = [
        i for i, name in enumerate(head) if name not in ("datetime", "anomaly", "changepoint")
    ]
    try:
        body = [[float(row[i]) for i in (*places, label)] for row in reader if row]
    except (ValueError, IndexError):
        raise DataProblem(f"{path}, row {reader.line_num}: a number is missing.") from None
    if len(body) <= FIT_ROWS:
        raise DataProblem(f"{path}: has {len(body)} rows; {FIT_ROWS} are needed to fit on alone.")
    table = np.array(body)
    return table[:, :-1], table[:, -1] > 0, [head[i] for i in places]


def _table(folder: Path, name: str) -> Rows:
    path = next(iter(sorted(folder.glob(f"{name}.csv*"))), folder / f"{name}.csv.gz")
    reader = csv.reader(io.StringIO(_text(path)))
    next(reader, None)
    try:
        return np.array([[float(cell) for cell in row] for row in reader if row])
    except ValueError:
        raise DataProblem(f"{path}, row {reader.line_num}: a number is missing.") from None


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        return (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8-sig")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise DataProblem(f"{path}: cannot be read ({error}). Check the path.") from None


def _confusion(said: Truths, truth: Truths) -> dict[str, int]:
    return {
        "tp": int((said & truth).sum()),
        "fp": int((said & ~truth).sum()),
        "fn": int((~said & truth).sum()),
        "tn": int((~said & ~truth).sum()),
    }


def _rates(count: dict[str, int]) -> dict[str, float]:
    tp, fp, fn, tn = (count[key] for key in ("tp", "fp", "fn", "tn"))
    return {
        "f1": 2 * tp / max(1, 2 * tp + fp + fn),
        "far_percent": 100 * fp / max(1, fp + tn),
        "mar_percent": 100 * fn / max(1, fn + tp),
    }
