"""Is dual prevention quick enough at the size of a province? One command, one table.

    python benchmarks/dual_prevention.py [--size small|city|province] [--data DIR] [--keep DIR]
                                         [--rounds N] [--only PART,PART]

Starts its own PostgreSQL and NATS in a temporary folder (kept and reused with `--keep`), or uses
the throw-away database that `ANLAN_DATABASE_URL` and `ANLAN_DATABASE_OWNER_URL` name: what is
filled in stays there. With `--data` (a folder with `findings_public.csv` and its `_meta`) the
reading of texts is measured as well. Beside each figure stands the plain way's.
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "src")]
from registry import Row, installation, run, table  # noqa: E402

TEXTS = {"small": 2_000, "city": 100_000, "province": 1_000_000}
# In this order: marking needs a day made and mostly done, the worst day is the one after it.
PARTS = ("making", "mine", "pages", "settling", "marking", "worst", "texts", "reading")


def measure(
    environment: dict[str, str], size: str, rounds: int, data: Path | None, only: set[str]
) -> Iterator[Row]:
    """Fill, run every part, yield the table's rows as they come."""
    owner = {**environment, "ANLAN_DB_AS_OWNER": "1"}
    run(owner, "-m", "anlan.config.manage", "prepare_database", "-v", "0")
    yield from part(environment, "filling", size)
    arguments = {
        "making": ("0",),
        "mine": (str(rounds),),
        "pages": (str(rounds),),
        "marking": (),
        "texts": (str(TEXTS[size]),),
        "reading": (str(data),),
    }
    for name in PARTS:
        if name not in only:
            continue
        if name == "reading" and data is None:
            yield "no --data: the reading of finding texts is NOT measured", "", "", "", "", ""
            continue
        if name == "worst":
            yield from part(environment, "making", "1")
        if name == "pages":
            ours = list(part(environment, name, *arguments[name]))
            yield from _beside(ours, list(part(environment, "plain_pages")))
            continue
        yield from part(environment, name, *arguments.get(name, ()))


def _beside(ours: list[Row], plain: list[Row]) -> Iterator[Row]:
    """Put the plain way's processor time beside the pages, and how many times ours it is."""
    theirs = {row[0]: row for row in plain}
    for row in ours:
        rival = theirs.get(row[0])
        used = re.search(r"CPU (\d+) ms", row[2])
        if rival is None or used is None or not rival[5]:
            yield row
            continue
        ratio = float(rival[5]) / max(1, int(used[1]))
        yield (*row[:4], f"CPU {rival[4]}", f"{ratio:.1f}")


def part(environment: Mapping[str, str], name: str, *arguments: str) -> Iterator[Row]:
    """Run a part of `dual_parts.py` in a process; yield its rows and its peak memory."""
    output, _seconds, memory = run(environment, str(HERE / "dual_parts.py"), name, *arguments)
    rows = json.loads(output.splitlines()[-1])
    yield from (tuple(row) for row in rows)
    if rows and name not in ("texts", "reading", "plain_pages"):
        yield f"  peak memory of this ({name})", "", f"{memory:.0f} MB", "", "", ""


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; returns 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--size", choices=sorted(TEXTS), default="province")
    parser.add_argument("--data", type=Path, help="folder with findings_public.csv")
    parser.add_argument("--keep", help="keep the installation in this folder and use it again")
    parser.add_argument("--rounds", type=int, default=20, help="requests to each page")
    parser.add_argument(
        "--only", default=",".join(PARTS), help=f"of {', '.join(PARTS)}; or filling alone"
    )
    given = parser.parse_args(arguments)
    only = set(given.only.split(","))
    if unknown := only - {"filling", *PARTS}:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    rows: list[Row] = []
    with installation(given.keep) as environment:
        for row in measure(environment, given.size, given.rounds, given.data, only):
            rows.append(row)
            print(" · ".join(cell for cell in row if cell), file=sys.stderr, flush=True)
    print(f"{os.cpu_count()} cores, {os.getloadavg()[1]:.1f} processes wanting them on average;"
          f" --size {given.size}")  # fmt: skip
    print(table(rows))
    return int(any(row[3] == "MISSED" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
