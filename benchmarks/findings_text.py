"""How well and how fast are finding texts read? One command, one table.

    python benchmarks/findings_text.py [--data DIR] [--size 1000000]

`--data DIR` holds findings_public.csv and findings_public_meta.csv (labelled findings, not part
of the product); without it that half is left out, and the output says so. The other half makes
`--size` findings up. `quality(DIR)` and `speed(size)` give the rows to other benchmarks.
"""

import argparse
import csv
import dataclasses
import itertools
import re
import resource
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from findings_text_corpus import findings

Row = tuple[str, str, str, str, str, str]
HEAD: Row = ("what", "target", "measured", "verdict", "plain way", "ratio")
FOLDS = 5
DAY = date(2026, 9, 29)  # the labels follow the criteria of 2017
QUERIES = 400
SAMPLE = 300  # texts compared with all others the plain way

Labelled = dict[str, str]


def read(data: Path) -> list[Labelled]:
    """Return the labelled rows with the columns of both files."""

    def rows(name: str) -> list[Labelled]:
        with (data / name).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    more = {row["id"]: row for row in rows("findings_public_meta.csv")}
    return [{**row, **more[row["id"]]} for row in rows("findings_public.csv")]


def quality(data: Path) -> list[Row]:
    """Measure category, majors and similar groups on the labelled rows of a folder."""
    labelled = read(data)
    return [*_category_rows(labelled), *_major_rows(labelled), *_pair_rows(labelled)]


def _category_rows(labelled: Sequence[Labelled]) -> Iterator[Row]:
    from anlan.engines.findings_text.category import guess_category

    right = [guess_category(row["text"]).category == row["category"] for row in labelled]
    share = sum(right) / len(right)
    yield _row(f"category, all {len(right)} rows (words written with these in sight)", "", share)
    clean = [ok for ok, row in zip(right, labelled, strict=True) if row["basis"][:4] != "自查标准"]
    yield _row(f"category, {len(clean)} rows not reported by plants", "", sum(clean) / len(clean))
    strict = list(_folds_without_their_words(labelled))
    told = f"category, {FOLDS} folds by group and source, without words only the fold supports"
    yield _row(told, "≥ 0.80", statistics.mean(strict), at_least=0.8)


def _folds_without_their_words(labelled: Sequence[Labelled]) -> Iterator[float]:
    """Yield the accuracy of each fold with a lexicon that owes nothing to its rows.

    An alternative of a pattern that matches no row outside the fold counts as written for it and
    is dropped, even where any engineer would have thought of it: a floor, not an estimate.
    """
    from anlan.engines.findings_text.category import guess_category
    from anlan.engines.findings_text.lexicon import category_terms
    from anlan.engines.findings_text.normalise import clean

    single = [
        dataclasses.replace(term, pattern=re.compile(part))
        for term in category_terms()
        for part in _alternatives(term.pattern.pattern)
    ]
    hits = [
        {n for n, row in enumerate(labelled) if term.pattern.search(clean(row["text"]))}
        for term in single
    ]
    fold_of = _fold_numbers(labelled)
    for fold in range(FOLDS):
        inside = {n for n, number in enumerate(fold_of) if number == fold}
        if not inside:
            continue
        kept = tuple(t for t, hit in zip(single, hits, strict=True) if hit - inside)
        right = [
            guess_category(labelled[n]["text"], kept).category == labelled[n]["category"]
            for n in inside
        ]
        yield sum(right) / len(right)


def _alternatives(pattern: str) -> list[str]:
    """Split a regular expression at its outermost bars."""
    parts, depth, start = [], 0, 0
    for at, sign in enumerate(pattern):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(sign, 0)
        if sign == "|" and depth == 0:
            parts.append(pattern[start:at])
            start = at + 1
    return [*parts, pattern[start:]]


def _fold_numbers(labelled: Sequence[Labelled]) -> list[int]:
    """Rows of one similar group, or of one published page, stay together."""
    sizes = [0] * FOLDS
    members: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(labelled):
        plant = row["source_type"] == "企业自查上报"
        members[row["similar_group"] or (row["id"] if plant else row["source_url"])].append(number)
    fold_of = [0] * len(labelled)
    for group in sorted(members.values(), key=lambda rows: (-len(rows), rows)):
        fold = sizes.index(min(sizes))
        sizes[fold] += len(group)
        for number in group:
            fold_of[number] = fold
    return fold_of


def _major_rows(labelled: Sequence[Labelled]) -> Iterator[Row]:
    from anlan.engines.findings_text.majors import judge

    for told, use_basis in (("with basis", True), ("text alone", False)):
        said = [
            judge(row["text"], row["basis"] if use_basis else "", registered_on=DAY).major
            for row in labelled
        ]
        real = ["重大" in row["level"] for row in labelled]
        both = sum(a and b for a, b in zip(said, real, strict=True))
        yield _row(
            f"majors, {told}: recall of {sum(real)}", "≥ 0.90", both / sum(real), at_least=0.9
        )
        yield _row(
            f"majors, {told}: precision of {sum(said)}", "≥ 0.60", both / sum(said), at_least=0.6
        )


def _pair_rows(labelled: Sequence[Labelled]) -> Iterator[Row]:
    from rapidfuzz import fuzz

    from anlan.engines.findings_text.similar import cluster

    groups = [row["similar_group"] for row in labelled]
    texts = [row["text"] for row in labelled]
    pairs = list(itertools.combinations(range(len(texts)), 2))
    real = {(a, b) for a, b in pairs if groups[a] and groups[a] == groups[b]}
    found = {
        pair
        for group in cluster(texts)
        for pair in itertools.combinations(sorted(group.members), 2)
    }
    ranked = sorted(pairs, key=lambda pair: -fuzz.ratio(texts[pair[0]], texts[pair[1]]))
    plain = set(ranked[: len(found)])  # as many pairs as we give, the likest by characters
    for told, ours, theirs in (
        ("precision", len(found & real) / len(found), len(plain & real) / len(plain)),
        ("recall", len(found & real) / len(real), len(plain & real) / len(real)),
    ):
        yield (
            f"similar pairs: {told} ({len(real)} labelled, {len(found)} given)",
            "",
            f"{ours:.2f}",
            "",
            f"{theirs:.2f} (rapidfuzz.ratio)",
            f"{ours / theirs:.1f}",
        )


def _row(what: str, target: str, share: float, *, at_least: float | None = None) -> Row:
    verdict = "" if at_least is None else "held" if share >= at_least else "MISSED"
    return (what, target, f"{share:.3f}", verdict, "", "")


def speed(size: int = 1_000_000) -> list[Row]:
    """Measure a new finding against `size` others, and all among themselves."""
    from anlan.engines.findings_text.similar import cluster
    from anlan.engines.findings_text.similar_index import SimilarIndex

    texts = findings(size)
    began = time.perf_counter()
    groups = cluster(texts)
    all_s = time.perf_counter() - began
    told = f"all {size:,} among themselves (texts to {len(groups):,} groups)"
    plain_s = _plain_all_s(texts)
    rows: list[Row] = [
        (
            told,
            "≤ 5 min",
            f"{all_s:.0f} s",
            _verdict(all_s <= 300),
            _hours(plain_s),
            f"{plain_s / all_s:,.0f}",
        )
    ]
    del groups
    began = time.perf_counter()
    index = SimilarIndex(map(str, range(size)), texts)
    build_s = time.perf_counter() - began
    times = []
    for text in findings(QUERIES, seed=7):
        began = time.perf_counter()
        index.query(text)
        times.append((time.perf_counter() - began) * 1000)
    p50, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    plain_ms = _plain_query_ms(texts)
    rows += [
        (
            f"a new finding against {size:,} (p95; median {p50:.1f} ms)",
            "≤ 20 ms",
            f"{p95:.1f} ms",
            _verdict(p95 <= 20),
            f"{plain_ms:,.0f} ms",
            f"{plain_ms / p95:,.0f}",
        ),
        ("building the index from texts", "", f"{build_s:.0f} s", "", "", ""),
        _update_row(index),
    ]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows.append(
        (
            "memory of all this, peak",
            "≤ 4,096 MB",
            f"{peak:,.0f} MB",
            _verdict(peak <= 4096),
            "",
            "",
        )
    )
    return rows


def _update_row(index: object) -> Row:
    from anlan.engines.findings_text.similar_index import SimilarIndex

    assert isinstance(index, SimilarIndex)
    times = []
    for number, text in enumerate(findings(QUERIES, seed=11)):
        began = time.perf_counter()
        index.add(f"new-{number}", text)
        times.append((time.perf_counter() - began) * 1000)
    return ("taking one in (median)", "", f"{statistics.median(times):.2f} ms", "", "", "")


def _plain_all_s(texts: Sequence[str]) -> float:
    """Every pair by rapidfuzz, from a sample of rows against all: its fastest way, in C++."""
    import numpy as np
    from rapidfuzz import fuzz, process

    began = time.perf_counter()
    # In parts: the whole table of a sample would not fit where all of it must fit.
    for start in range(0, len(texts), 100_000):
        part = texts[start : start + 100_000]
        process.cdist(texts[:SAMPLE], part, scorer=fuzz.ratio, dtype=np.uint8, score_cutoff=70)
    return (time.perf_counter() - began) * len(texts) / SAMPLE / 2


def _plain_query_ms(texts: Sequence[str]) -> float:
    from rapidfuzz import fuzz, process

    times = []
    for text in findings(5, seed=7):
        began = time.perf_counter()
        process.extract(text, texts, scorer=fuzz.ratio, score_cutoff=70, limit=20)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def _verdict(held: bool) -> str:
    return "held" if held else "MISSED"


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h" if seconds > 3600 else f"{seconds / 60:.1f} min"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, help="folder with findings_public*.csv")
    parser.add_argument("--size", type=int, default=1_000_000)
    asked = parser.parse_args()
    rows: list[Row] = []
    if asked.data is not None:
        rows += quality(asked.data)
    else:
        print("!! LEFT OUT: category, majors and similar groups. Give --data DIR.", file=sys.stderr)
    rows += speed(asked.size)
    for row in (HEAD, ("---",) * 6, *rows):
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
