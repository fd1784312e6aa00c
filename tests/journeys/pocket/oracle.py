"""Every sealed envelope ends exactly once in the database with all hashes."""

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page


def until(holds: Callable[[], object], page: Page, seconds: float = 60) -> None:
    """Wait until something holds; the page goes on meanwhile."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "not in time"
        page.wait_for_timeout(50)


def until_says(page: Page, script: str, seconds: float = 60) -> None:
    """Wait until a script of the page is true; unlike `wait_for_function` it may be async."""
    until(lambda: page.evaluate(f"async () => Boolean({script})"), page, seconds)


def sealed_on(page: Page) -> list[dict[str, Any]]:
    """Return every envelope on the phone: id, seq, state, hashes."""
    found: list[dict[str, Any]] = page.evaluate(
        "async () => (await pocket.envelopes()).map((row) => ({id: row.id, seq: row.seq,"
        " state: row.state, payload: row.payload_sha256, files: row.files.map((f) => f.sha256),"
        " text: row.text, receipt: row.receipt, trouble: row.trouble}))"
    )
    return found


def received(rows: list[dict[str, Any]]) -> list[Any]:
    """Return what the server holds of the phone that sealed these, in the order of sealing."""
    from django.db import connection

    from anlan.base.actors import wall
    from anlan.base.actors.scope import EVERYTHING
    from anlan.base.pocket.models import Submission

    connection.close()
    wall.bind(EVERYTHING)
    (phone,) = {json.loads(row["text"])["device"] for row in rows}
    return list(Submission.objects.unscoped("oracle").filter(device_id=phone).order_by("seq"))


def judge(rows: list[dict[str, Any]], files: Path, *, applied: bool = True) -> None:
    """Compare a phone, table, history and file store; raises with what differs."""
    from django.db import connection

    from anlan.base.actors import wall
    from anlan.base.actors.scope import EVERYTHING
    from anlan.base.audit.models import AuditEvent
    from anlan.base.pocket.models import MissingRange, Submission, SubmissionBlob

    connection.close()
    wall.bind(EVERYTHING)
    (phone,) = {json.loads(row["text"])["device"] for row in rows}
    own = Submission.objects.unscoped("oracle").filter(device_id=phone)
    stored = {str(one.pk): one for one in own}
    assert sorted(stored) == sorted(row["id"] for row in rows), "lost or doubled"
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    blobs: dict[str, list[Any]] = {}
    for blob in (
        SubmissionBlob.objects.unscoped("oracle").filter(submission__in=own).select_related("file")
    ):
        blobs.setdefault(str(blob.submission_id), []).append(blob)
    for row in rows:
        one = stored[row["id"]]
        assert row["state"] == one.state == "complete", (row, one.problem)
        assert one.content == row["text"]
        assert row["receipt"] == one.receipt
        mine = blobs.get(row["id"], [])
        assert sorted(blob.sha256 for blob in mine) == sorted(row["files"])
        for blob in mine:
            path = files / blob.file.path
            assert hashlib.sha256(path.read_bytes()).hexdigest() == blob.sha256
    gaps = MissingRange.objects.unscoped("oracle").filter(device_id=phone, closed_at=None)
    assert not gaps.exists()
    if applied:
        events = AuditEvent.objects.filter(event="test.field.applied")
        done = sorted(str(event.after["envelope"]) for event in events)
        kinds = {row["id"] for row in rows if '"kind":"inspection.record"' in row["text"]}
        assert [one for one in done if one in kinds] == sorted(kinds), "applied not exactly once"
