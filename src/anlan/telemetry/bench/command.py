"""`anlan bench telemetry`: runs the parts asked for and prints figures with verdicts."""

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from anlan.telemetry.bench import history, ingest, torture, whole

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of each; the defaults are what the targets speak of."""

    rate: int = 200_000
    tags: int = 100_000
    seconds: float = 60.0
    ingest_rate: int = 1_000_000
    ingest_seconds: float = 300.0
    rows: int = 200_000_000
    kills: int = 50
    every: float = 4.0
    torture_rate: int = 20_000
    torture_tags: int = 500
    nodes: int = 1
    seed: int = 1


PARTS = ("whole", "ingest", "history", "torture")


def run(parts: tuple[str, ...], sizes: Sizes, folder: Path | None, say: Say) -> bool:
    """Run parts in new folders below `folder`; returns whether every target was met."""
    say(
        f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the start,"
        f" Python {sys.version.split()[0]}"
    )
    met = True
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    for part in parts:
        with tempfile.TemporaryDirectory(prefix=f"anlan-{part}-", dir=folder) as place:
            Path(place).chmod(0o755)  # the product's own user walks through
            met = _PARTS[part](sizes, Path(place) / "data", say) and met
    return met


def _verdict(say: Say, what: str, figure: float, target: float, unit: str, most: bool) -> bool:
    holds = figure <= target if most else figure >= target
    ratio = figure / target if target else 0.0
    sign = "≤" if most else "≥"
    tail = f", {ratio:.2f} of it" if target else ""
    word = "holds " if holds else "MISSED"
    say(f"  {word} {what}: {figure:,.1f} {unit} ({sign} {target:,g}{tail})")
    return holds


def _whole(sizes: Sizes, folder: Path, say: Say) -> bool:
    say(f"\nThe product: {sizes.rate:,} samples/s from {sizes.tags:,} tags, {sizes.seconds:.0f} s")
    got = whole.run(folder, rate=sizes.rate, tags=sizes.tags, seconds=sizes.seconds, say=say)
    say(f"  sent {got.sent:,}, stored {got.stored:,}; {got.alarms} alarms raised")
    say(f"  latency p50 {got.p50_ms:.0f} ms, worst {got.worst_ms:.0f} ms")
    say(f"  an hour of a tag meanwhile: {got.trend_ms:.0f} ms")
    say(f"  generator late by {got.behind_s:.2f} s at most; cores used: {_shares(got.processors)}")
    missed = sum(abs(n - got.alarms) for n in got.seen)
    return all(
        [
            _verdict(say, "samples lost", abs(got.lost), 0, "", True),
            _verdict(say, "alarms missed or too many, all watchers", missed, 0, "", True),
            _verdict(say, "alarm p99 from the due time", got.p99_ms, 200, "ms", True),
        ]
    )


def _ingest(sizes: Sizes, folder: Path, say: Say) -> bool:
    rate = sizes.ingest_rate
    say(f"\nLog and store: {rate:,} samples/s, {sizes.ingest_seconds:.0f} s")
    got = ingest.run(folder, rate, sizes.ingest_seconds, sizes.tags)
    say(
        f"  sent {got.sent:,}, stored {got.stored:,}, {got.bytes_a_sample:.1f} bytes a sample;"
        f" the store was done {got.caught_up_s:.1f} s later; cores used: {_shares(got.processors)}"
    )
    met = _verdict(say, "samples lost", abs(got.lost), 0, "", True)
    reached = got.sent / (got.seconds + max(0.0, got.caught_up_s - 5))
    return _verdict(say, "samples a second", reached, 0.98 * rate, "", False) and met


def _torture(sizes: Sizes, folder: Path, say: Say) -> bool:
    say(
        f"\nThe product while it is killed: {sizes.kills} times, {sizes.torture_rate:,} samples/s"
        f" from {sizes.torture_tags:,} tags, {sizes.nodes} message server(s), seed {sizes.seed}"
    )
    got = torture.run(
        folder,
        kills=sizes.kills,
        every_s=sizes.every,
        rate=sizes.torture_rate,
        tags=sizes.torture_tags,
        nodes=sizes.nodes,
        seed=sizes.seed,
        say=say,
    )
    told = got.journal
    say(f"  killed: {', '.join(f'{name} {n}' for name, n in sorted(got.kills.items()))}")
    say(
        f"  {got.batches:,} batches confirmed, sent again {got.repeated:,} times; the generator was"
        f" late by {got.behind_s:.1f} s at most; all was settled {got.settled_s:.0f} s later"
    )
    say(
        f"  {told['messages']:,} messages judged anew: {told['lines']:,} lines of the journal,"
        f" {told['shelves_over']} of {told['shelved']} shelves ended"
    )
    for line in told["examples"]:
        say(f"    {line}")
    return all(
        [
            _verdict(say, f"samples lost, of {got.samples:,}", got.lacking, 0, "", True),
            _verdict(say, "samples too many", got.surplus, 0, "", True),
            _verdict(say, "points with other samples", len(got.unlike), 0, "", True),
            _verdict(say, "lines the journal lacks", told["missing"], 0, "", True),
            _verdict(say, "lines it has too many", told["extra"], 0, "", True),
            _verdict(say, "shelves not ended, or twice", got.shelves_wrong, 0, "", True),
            _verdict(say, "broken links of journal and audit", told["doubts"], 0, "", True),
        ]
    )


def _history(sizes: Sizes, folder: Path, say: Say) -> bool:
    say(f"\nA day of one tag out of {sizes.rows:,} samples")
    got = history.run(folder, sizes.rows)
    say(
        f"  {got.rows:,} samples of {got.tags:,} tags, {got.bytes_a_sample:.1f} bytes each,"
        f" filled in {got.filled_s:.0f} s; worst {got.worst_ms:.1f} ms"
    )
    return _verdict(say, "median", got.median_ms, 50, "ms", True)


def _shares(processors: dict[str, float]) -> str:
    return ", ".join(f"{name} {share:,.2f}" for name, share in processors.items())


_PARTS: dict[str, Callable[[Sizes, Path, Say], bool]] = {
    "whole": _whole,
    "ingest": _ingest,
    "history": _history,
    "torture": _torture,
}
