"""Anchors: the ends of the chains, noted every day in a file outside the database.

Who can rewrite events and heads in the database still meets this file. Its lines are chained
too: each carries the hash of the line before. Copy it to where the database's administrator
cannot reach it (write-once storage, another level, a printer).
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

FILE = "anchors.jsonl"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """An anchor that the database contradicts (`rewritten`, `truncated`) or a damaged line."""

    chain: str
    seq: int
    what: str
    detail: dict[str, Any]


def path() -> Path:
    """Return the file of anchors."""
    return Path(settings.DATA) / "audit" / FILE


def append(at: datetime) -> int:
    """Note the chains that grew since the last anchors; return how many. Never rewrites a line.

    The line is on disk when this returns. `at` is aware, UTC. Reads heads only: no entry's
    content leaves the database.
    """
    known, previous = {}, ""
    for line, text in _lines():
        known.update({name: seq for name, (seq, _hash) in line["heads"].items()})
        previous = hashlib.sha256(text).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT chain, seq, encode(hash, 'hex') FROM audit_head ORDER BY chain")
        heads = {
            chain: [seq, digest]
            for chain, seq, digest in cursor.fetchall()
            if known.get(chain) != seq
        }
    if not heads:
        return 0
    line = {"at": at.isoformat(timespec="seconds"), "heads": heads, "previous": previous}
    target = path()
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o640)
    try:
        # What a crash left behind the last full line was never an anchor.
        os.ftruncate(descriptor, _full_length())
        os.write(descriptor, json.dumps(line, separators=(",", ":")).encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return len(heads)


def _full_length() -> int:
    """Return the length of the file up to its last line end."""
    length = 0
    with path().open("rb") as file:
        for raw in file:
            length += len(raw) if raw.endswith(b"\n") else 0
    return length


def _lines() -> Iterator[tuple[dict[str, Any], bytes]]:
    """Yield the readable lines with their bytes; a last line torn by a crash is left out."""
    if not path().exists():
        return
    with path().open("rb") as file:
        for raw in file:
            text = raw.rstrip(b"\n")
            if not raw.endswith(b"\n"):
                return
            try:
                yield json.loads(text), text
            except ValueError:
                yield {"at": "", "heads": {}, "previous": None}, text


def check(cursor: Any, chain: str = "") -> tuple[int, list[Mismatch]]:
    """Compare the anchors with the database; return how many and, for each chain, the first wrong.

    The newest anchor of a chain vouches for all entries before it; the older ones are asked only
    when it is wrong, to say since when.
    """
    found: list[Mismatch] = []
    newest: dict[str, tuple[int, str, str]] = {}
    previous, count = "", 0
    for number, (line, text) in enumerate(_lines(), 1):
        if line["previous"] != previous:
            found.append(Mismatch("anchors", number, "anchors_damaged", {"line": number}))
            break
        previous = hashlib.sha256(text).hexdigest()
        for name, (seq, digest) in line["heads"].items():
            count += 1
            if not chain or name == chain:
                newest[name] = (seq, digest, line["at"])
    wrong = _contradicted(cursor, newest)
    if wrong:
        first: dict[str, Mismatch] = {}
        for line, _text in _lines():
            heads = {
                name: (seq, digest, line["at"])
                for name, (seq, digest) in line["heads"].items()
                if name in wrong and name not in first
            }
            first.update(_contradicted(cursor, heads))
        found += first.values()
    return count, found


def _contradicted(cursor: Any, heads: dict[str, tuple[int, str, str]]) -> dict[str, Mismatch]:
    if not heads:
        return {}
    names = list(heads)
    cursor.execute(
        "SELECT a.chain, a.seq, e.seq IS NULL FROM unnest(%s::text[], %s::bigint[], %s::text[])"
        " AS a (chain, seq, digest) LEFT JOIN audit_event e USING (chain, seq)"
        " WHERE e.hash IS DISTINCT FROM decode(a.digest, 'hex')",
        [names, [heads[n][0] for n in names], [heads[n][1] for n in names]],
    )
    return {
        chain: Mismatch(
            chain,
            seq,
            "truncated" if is_missing else "rewritten",
            {"anchored": heads[chain][2]},
        )
        for chain, seq, is_missing in cursor.fetchall()
    }
