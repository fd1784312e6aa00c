"""Warning colours of open findings, once a day and set-based; warnings from yellow on."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import connection, transaction
from django.urls import reverse

from anlan.base.actors.actor import SYSTEM, Actor
from anlan.base.duties.services import warnings
from anlan.base.duties.services.raising import Concern, raise_many
from anlan.base.phrases import Phrase
from anlan.modules.findings import texts
from anlan.modules.findings.models import Finding
from anlan.modules.findings.states import OPEN

BATCH = 2_000
# The same ladder as `rules.deadline_colour`; a test compares them.
_MARK = """
WITH judged AS (
  SELECT f.id,
    CASE
      WHEN f.deadline IS NULL THEN 0
      WHEN %(day)s > f.deadline THEN
        CASE WHEN f.level = 1 OR %(day)s - f.deadline > 7 THEN 4
             WHEN %(day)s - f.deadline >= 3 THEN 3 ELSE 2 END
      WHEN f.deadline - %(day)s <= CASE WHEN f.level = 1 THEN 7 ELSE 3 END THEN 1
      WHEN f.overdue_days > 0 THEN 2
      ELSE 0
    END AS colour
  FROM findings_finding f
  WHERE f.state = ANY(%(open)s)
)
UPDATE findings_finding f SET warning = judged.colour
FROM judged WHERE judged.id = f.id AND f.warning <> judged.colour
RETURNING f.id
"""


def mark(day: dt.date, actor: Actor = SYSTEM) -> list[UUID]:
    """Set the colours of all open findings on this day; return the ids that changed.

    A colour is bookkeeping of the calendar, so it writes no event of its own; the warnings do.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_MARK, {"day": day, "open": sorted(str(one) for one in OPEN)})
        return [row[0] for row in cursor.fetchall()]


def warn(day: dt.date, ids: Sequence[UUID], actor: Actor = SYSTEM) -> int:
    """Raise or change the warnings of findings whose colour changed; return how many.

    A batch costs a fixed number of statements.
    """
    n = 0
    for start in range(0, len(ids), BATCH):
        rows = Finding.objects.for_actor(actor).filter(pk__in=ids[start : start + BATCH])
        rows = rows.filter(warning__gte=2).only(
            "enterprise_id", "scope_path", "number", "title", "warning", "deadline",
            "department_id", "owner_id",
        )  # fmt: skip
        n += raise_many(
            actor,
            [_concern(row, day) for row in rows],
            trigger="finding",
            subject_kind="finding",
        )
    return n


def _concern(row: Finding, day: dt.date) -> Concern:
    assert row.deadline is not None
    assert row.enterprise_id is not None
    over = max(0, (day - row.deadline).days)
    return Concern(
        enterprise_id=row.enterprise_id,
        scope_path=row.scope_path,
        subject_id=row.pk,
        title=f"{row.number} {row.title}"[:200],
        colour=row.warning,
        cause=texts.DAYS_OVERDUE(n=over),
        url=reverse("findings:show", args=[row.pk]),
        organisation_id=row.department_id,
        assignee_id=row.owner_id,
    )


def clear(actor: Actor, row: Finding, reason: Phrase) -> None:
    """Clear the warning of a finding that was put right or lawfully extended."""
    warnings.clear_for(actor, "finding", [row.pk], reason=reason)
