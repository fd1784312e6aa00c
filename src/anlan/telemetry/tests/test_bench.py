"""The measurement's parts run, and a killed store or message server loses nothing.

    anlan bench telemetry torture --kills 50 --ingest-seconds 600

is the long form of the second.
"""

from pathlib import Path

from anlan.telemetry.bench import history, ingest


def test_kills_under_load_lose_and_repeat_nothing(tmp_path: Path) -> None:
    got = ingest.run(tmp_path, rate=20_000, seconds=6, tags=500, kills=2)
    assert (got.sent, got.stored) == (120_000, 120_000)


def test_a_day_of_a_tag_is_whole(tmp_path: Path) -> None:
    got = history.run(tmp_path, rows=100_000, every_s=10, questions=2)
    assert got.rows == 11 * 8_640
    assert got.median_ms > 0
