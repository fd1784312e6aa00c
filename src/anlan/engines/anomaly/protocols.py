"""Two public protocols by which detectors are compared: SKAB (a pump loop) and Tennessee Eastman.

SKAB: of each labelled file the first 400 rows are normal and fit the model, the rest is judged;
all files are pooled. TEP: fitted on `d00`, limits on `d00_te` for 1 % false alarms, judged on the
rows of each `dNN_te` from the 161st on, where the fault acts.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from anlan.engines.anomaly.models import Cva, Pca, Rows
from anlan.engines.anomaly.series import limits, median_of_last, restlessness, smoothed
from anlan.engines.tables import FileProblem, read_table

Truths = npt.NDArray[np.bool_]

FIT_ROWS = 400
FAULT_FROM = 160
# Of fewer rows no limit for one false alarm in a hundred can be taken.
FEWEST_ROWS = 100
FALSE_ALARMS = 0.01
# What drifts slower than this in normal operation has not shown its range in the rows fitted on.
_RESTLESS = 0.2
_SKAB_WEIGHT, _SKAB_QUANTILE, _SKAB_MARGIN, _SKAB_MEDIAN = 0.2, 0.999, 3.0, 3
_WARM_UP = 20
_TEP_WEIGHT = 0.1


def skab(folder: Path) -> dict[str, Any]:
    """Judge the labelled files below `folder`; return F1 and the shares in percent, per file too.

    Raises FileProblem for a folder without such files and for a file that cannot be read.
    """
    files = sorted(
        path for path in folder.rglob("*.csv*") if "anomaly-free" not in path.parts[-2:-1]
    )
    if not files:
        raise FileProblem(f"{folder}: holds no CSV file. Give the folder of the data set.")
    columns: tuple[str, ...] = ()
    read = []
    for path in files:
        rows, truth, columns = _labelled(path, columns)
        read.append((path.relative_to(folder).as_posix(), rows, truth))
    ratios = np.median([restlessness(rows[:FIT_ROWS]) for _name, rows, _truth in read], axis=0)
    used: Truths = np.asarray(ratios >= _RESTLESS)
    used = used if used.any() else ~used
    counts = {
        name: _confusion(_unusual(rows[:, used]), truth[FIT_ROWS:]) for name, rows, truth in read
    }
    total = {key: sum(one[key] for one in counts.values()) for key in ("tp", "fp", "fn", "tn")}
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

    Raises FileProblem for a missing or broken file.
    """
    normal, tags = _rows(folder, "d00", FEWEST_ROWS)
    unseen, _ = _rows(folder, "d00_te", FEWEST_ROWS, tags)
    faults = sorted(
        {path.name.split("_")[0] for path in folder.glob("d[0-9][0-9]_te.csv*")} - {"d00"}
    )
    if not faults:
        raise FileProblem(f"{folder}: holds no dNN_te.csv. Give the folder of the data set.")
    model = Cva.fit(normal)

    def judged(rows: Rows) -> Rows:
        return smoothed(np.log(model.statistics(rows) + 1e-12), _TEP_WEIGHT)

    calm = judged(unseen)
    limit = limits(calm, FALSE_ALARMS)

    def alarmed(statistics: Rows) -> Truths:
        result: Truths = np.any(np.asarray(statistics > limit), axis=1)
        return result

    detected = {}
    for fault in faults:
        rows, _ = _rows(folder, f"{fault}_te", FAULT_FROM + 1, tags)
        detected[fault] = float(alarmed(judged(rows))[FAULT_FROM:].mean())
    return {
        "protocol": "tep",
        "false_alarms": float(alarmed(calm).mean()),
        "mean_detection_rate": float(np.mean(list(detected.values()))),
        "detection_rates": detected,
    }


def _labelled(path: Path, columns: tuple[str, ...]) -> tuple[Rows, Truths, tuple[str, ...]]:
    """Return rows by time, their labels and the names of their columns: `columns` where given."""
    table = read_table(path, delimiter=";")
    if "anomaly" not in table.head:
        raise FileProblem(f"{path}: has no column 'anomaly'. Leave unlabelled files out.")
    own = [name for name in table.head if name not in ("datetime", "anomaly", "changepoint")]
    names = _agreed(path, own, columns)
    rows, truth = table.numbers(names), table.numbers(("anomaly",))[:, 0] > 0
    if len(rows) <= FIT_ROWS:
        raise FileProblem(f"{path}: has {len(rows)} rows; {FIT_ROWS} are needed to fit on alone.")
    if "datetime" in table.head:
        place = table.head.index("datetime")
        order = np.argsort([row[place] for row in table.rows], kind="stable")
        rows, truth = rows[order], truth[order]
    return rows, truth, names


def _rows(
    folder: Path, name: str, fewest: int, columns: tuple[str, ...] = ()
) -> tuple[Rows, tuple[str, ...]]:
    """Return the rows of a file and the names of their columns: `columns` where given."""
    path = next(iter(sorted(folder.glob(f"{name}.csv*"))), folder / f"{name}.csv.gz")
    table = read_table(path)
    names = _agreed(path, table.head, columns)
    rows = table.numbers(names)
    if len(rows) < fewest:
        raise FileProblem(f"{path}: has {len(rows)} rows; the protocol needs {fewest}.")
    return rows, names


def _agreed(path: Path, own: Sequence[str], columns: tuple[str, ...]) -> tuple[str, ...]:
    differing = sorted(set(own) ^ set(columns)) if columns else []
    if differing or not own:
        raise FileProblem(
            f"{path}, row 1: column {', '.join(differing[:3]) or 'of a tag'} is not in each file."
            " All files of a set name the same columns."
        )
    return columns or tuple(own)


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
