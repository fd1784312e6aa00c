"""Findings to test with."""

import datetime as dt
from typing import Any

from anlan.base.actors.actor import Actor
from anlan.base.clock import today
from anlan.base.errors import BadInput, Forbidden, NotYours, Refused
from anlan.base.files.models import Attachment, StoredFile
from anlan.base.ids import uuid7
from anlan.modules.findings.models import Finding
from anlan.modules.findings.services import reporting, treating

__all__ = [
    "BadInput",
    "Forbidden",
    "NotYours",
    "Refused",
    "photo",
    "plan",
    "report",
    "reporting",
    "treating",
]


def report(actor: Actor, enterprise: Any, title: str = "法兰泄漏", **more: Any) -> Finding:
    """Enter a finding as this actor."""
    return reporting.report(actor, enterprise.pk, reporting.Report(title=title, **more))


def plan(owner: Any, **more: Any) -> treating.Plan:
    """A treatment with a week's time."""
    given: dict[str, Any] = {
        "level": 0,
        "owner_id": owner.pk,
        "deadline": today() + dt.timedelta(days=7),
        "measures": "更换垫片",
    }
    return treating.Plan(**(given | more))


def photo(row: Finding, kind: str = "after") -> Attachment:
    """Put a picture on a finding, past the upload's checks."""
    stored = StoredFile.objects.create(sha256=uuid7().hex * 2, size=1, mime="image/jpeg")
    return Attachment.objects.create(
        enterprise_id=row.enterprise_id,
        scope_path=row.scope_path,
        file=stored,
        object_type="findings.finding",
        object_id=row.pk,
        kind=kind,
        title=kind,
        file_name="a.jpg",
    )
