"""Checks the whole history; `anlan audit verify` runs it."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from anlan.base.audit.verifying import Report, verify


class Command(BaseCommand):
    """Verify the chains. Ends with 0 when all is intact, 1 when a link is broken."""

    help = "Verify the hash chains of history and name the first broken link of each."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take one chain, and the form of the answer."""
        parser.add_argument("--chain", default="", help="An enterprise's id, or `system`.")
        parser.add_argument("--json", action="store_true", help="Answer in JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify and tell."""
        report = verify(options["chain"])
        self.stdout.write(_as_json(report) if options["json"] else _as_text(report))
        if not report.is_clean:
            sys.exit(1)


def _as_json(report: Report) -> str:
    return json.dumps(
        {
            "clean": report.is_clean,
            "chains": report.chains,
            "events": report.events,
            "anchors": report.anchors,
            "seconds": report.seconds,
            "breaks": [
                {
                    "chain": item.chain,
                    "seq": item.seq,
                    "what": item.what.value,
                    "text": item.text(),
                    "event_id": item.event_id,
                    "at": item.at.isoformat() if item.at else None,
                }
                for item in report.breaks
            ],
        },
        ensure_ascii=False,
        indent=2,
    )


def _as_text(report: Report) -> str:
    lines = [
        f"{report.events:,} events in {report.chains:,} chains, {report.anchors:,} anchors, "
        f"{report.seconds} s"
    ]
    lines += [
        f"BROKEN chain {item.chain} at {item.seq}: {item.what.value} ({item.text()})"
        + (f", event {item.event_id} of {item.at:%Y-%m-%d %H:%M:%S} UTC" if item.at else "")
        for item in report.breaks
    ]
    return "\n".join([*lines, "intact" if report.is_clean else "NOT INTACT"])
