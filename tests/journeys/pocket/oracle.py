"""Every sealed envelope ends exactly once in the database with all hashes."""

import hashlib
import json
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page


def ready(page: Page) -> None:
    """Wait until the phone is known and has its package."""
    deadline = time.monotonic() + 60
    while not page.evaluate("async () => (await pocket.current()) !== undefined"):
        assert time.monotonic() < deadline, "no package came"
        page.wait_for_timeout(100)


def sealed_on(page: Page) -> list[dict[str, Any]]:
    """Return every envelope on the phone: id, seq, state, hashes."""
    found: list[dict[str, Any]] = page.evaluate(
        "async () => (await pocket.envelopes()).map((row) => ({id: row.id, seq: row.seq,"
        " state: row.state, payload: row.payload_sha256, files: row.files.map((f) => f.sha256),"
        " text: row.text, receipt: row.receipt, trouble: row.trouble}))"
    )
    return found


def judge(rows: list[dict[str, Any]], files: Path, *, applied: bool = True) -> None:
    """Compare phone, table, history and file store; raises with what differs."""
    from django.db import connection

    from anlan.base.actors import wall
    from anlan.base.actors.scope import EVERYTHING
    from anlan.base.audit.models import AuditEvent
    from anlan.base.pocket.models import MissingRange, Submission, SubmissionBlob

    connection.close()
    wall.bind(EVERYTHING)
    stored = {str(one.pk): one for one in Submission.objects.unscoped("oracle")}
    assert sorted(stored) == sorted(row["id"] for row in rows), "lost or doubled"
    assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
    blobs: dict[str, list[Any]] = {}
    for blob in SubmissionBlob.objects.unscoped("oracle").select_related("file"):
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
    assert not MissingRange.objects.unscoped("oracle").filter(closed_at=None).exists()
    if applied:
        events = AuditEvent.objects.filter(event="test.field.applied")
        done = sorted(json.loads(json.dumps(event.after))["envelope"] for event in events)
        kinds = {row["id"] for row in rows if '"kind":"inspection.record"' in row["text"]}
        assert [one for one in done if one in kinds] == sorted(kinds), "applied not exactly once"
