"""Findings that come back (屡查屡犯): linked to the first of them."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.audit.services import record
from anlan.base.errors import NotYours
from anlan.engines.findings_text import compare
from anlan.modules.findings import events, queries
from anlan.modules.findings.models import Finding
from anlan.modules.findings.policy import FINDING_CONFIRM

ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class Alike:
    """An earlier finding that says the same; `score` from 0 to 1, `why` in words of the engine."""

    row: Finding
    score: float
    why: str


def alike(actor: Actor, row: Finding, limit: int = 5) -> list[Alike]:
    """Return earlier findings of the enterprise that say the same, the most alike first."""
    found = []
    for other in queries.like(actor, row):
        compared = compare(row.title, other.title)
        if compared.score >= ALIKE:
            found.append(Alike(other, compared.score, getattr(compared, "why", "")))
    return sorted(found, key=lambda one: -one.score)[:limit]


@transaction.atomic
def link(actor: Actor, finding_id: UUID, earlier_id: UUID) -> Finding:
    """Say that a finding repeats an earlier one of the same enterprise; the first of a row of
    repetitions is what all are linked to. Raises NotYours, Forbidden.
    """
    row = Finding.objects.for_actor(actor).lock(finding_id)
    policy.require(actor, FINDING_CONFIRM, row)
    rows = Finding.objects.for_actor(actor).filter(enterprise=row.enterprise_id)
    earlier = rows.one(earlier_id)
    first = earlier.repeat_of_id or earlier.pk
    if first == row.pk:
        raise NotYours()
    before = {"repeat_of": row.repeat_of_id}
    row.repeat_of_id = first
    row.version += 1
    row.save(update_fields=["repeat_of", "version", "updated_at"])
    record(actor, events.LINKED, row, before=before, after={"repeat_of": first})
    return row
