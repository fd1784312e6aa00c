"""The benchmark of finding texts runs, on rows made up for it."""

import csv
import importlib.util
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"

ROWS = [
    ("灭火器压力不足", "", "消防与应急", "一般", "压力"),
    ("二楼灭火器压力偏低", "", "消防与应急", "一般", "压力"),
    ("配电箱未接地", "自查标准：接地", "电气防爆与防静电", "一般", ""),
    ("硝化装置未实现自动化控制", "", "仪表联锁", "重大", ""),
    ("法兰泄漏", "", "设备与管道", "一般", "法兰"),
    ("T-1法兰渗漏", "", "设备与管道", "一般", "法兰"),
]


@pytest.fixture
def benchmark(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])
    spec = importlib.util.spec_from_file_location(
        "findings_text_benchmark", BENCHMARKS / "findings_text.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_quality(benchmark, tmp_path):
    with (tmp_path / "findings_public.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text", "basis", "category", "level", "source_url"])
        for number, row in enumerate(ROWS):
            writer.writerow([number, *row[:4], f"http://example.org/{number}"])
    with (tmp_path / "findings_public_meta.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "source_type", "level_source", "similar_group"])
        for number, row in enumerate(ROWS):
            writer.writerow([number, "made up", "", row[4]])
    rows = {row[0]: row for row in benchmark.quality(tmp_path)}
    assert rows["majors, text alone: recall of 1"][2] == "1.000"
    assert rows["similar pairs: recall (2 labelled, 2 given)"][2] == "1.00"


def test_speed(benchmark):
    # The times are the business of the benchmark; here only that every part runs.
    rows = benchmark.speed(400)
    assert len(rows) == 5
    assert all(row[3] in ("held", "MISSED") for row in rows if row[1])
