"""The measurement's parts run, and a killed store or message server loses nothing.

    anlan bench telemetry torture --kills 50

is the long form of the first, with the whole product.
"""

import random
from pathlib import Path

from anlan.telemetry.bench import history, ingest, torture


def test_kills_under_load_lose_and_repeat_nothing(tmp_path: Path) -> None:
    got = ingest.run(tmp_path, rate=20_000, seconds=6, tags=500, kills=2)
    assert (got.sent, got.stored) == (120_000, 120_000)


def test_every_process_dies_as_often_in_an_order_that_a_seed_decides() -> None:
    first, again = (torture.order(50, random.Random(7)) for _ in range(2))
    assert first == again != torture.order(50, random.Random(8))
    assert {first.count(name) for name in torture.VICTIMS} == {8, 9}


def test_a_day_of_a_tag_is_whole(tmp_path: Path) -> None:
    got = history.run(tmp_path, rows=100_000, every_s=10, questions=2)
    assert got.rows == 11 * 8_640
    assert got.median_ms > 0
