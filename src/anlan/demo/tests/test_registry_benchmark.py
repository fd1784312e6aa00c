"""The benchmark of the registry still runs: every part once; no time is asserted.

Here, not beside the other benchmarks, for the city that these tests have loaded.
"""

import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings

from anlan.demo.tests.conftest import DAY

FOLDER = Path(__file__).resolve().parents[4] / "benchmarks"


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, city: int) -> Any:
    """Return the modules of the benchmark, over the small city on the day it was loaded for."""
    monkeypatch.syspath_prepend(str(FOLDER))
    # Taking the imported rows out again is the test's transaction's work here.
    monkeypatch.delenv("ANLAN_DATABASE_OWNER_URL", raising=False)
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path)
    import parts
    import registry

    noon = datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
    with time_machine.travel(noon):
        yield parts, registry
    for name in ("parts", "registry", "plain"):
        sys.modules.pop(name, None)


def test_every_part_runs_and_the_table_has_its_verdicts(benchmark: Any) -> None:
    parts, registry = benchmark
    memory = {"memory_mb": 1.0}
    ours, plain = parts.pages(1), parts.plain_pages(1)
    rows = list(registry.page_rows({**ours, **memory}, {**plain, **memory}))
    assert len(rows) == 3 * len(parts.pages_of("bench")) + 1
    grown = [row for row in ours["pages"] if row["queries"] > row["queries_few"] + 2]
    assert not grown, "these pages ask more queries for more rows"
    rows += registry.import_rows(
        {**parts.imports(5), **memory}, {**parts.plain_imports(5), **memory}
    )
    checked = parts.plain_history()
    assert checked["wrong"] == 0, "the rival computes other hashes than the product"
    rows += registry.history_rows({**parts.history(), **memory}, {**checked, **memory})
    text = registry.table(rows)
    assert "verify" in text
    assert "BROKEN" not in text
