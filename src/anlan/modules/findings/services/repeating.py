"""Findings that come back (屡查屡犯): linked to the first of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.audit.services import record
from anlan.base.errors import NotYours
from anlan.engines.findings_text import compare
from anlan.modules.findings import events, queries, queries_repeats
from anlan.modules.findings.models import Finding
from anlan.modules.findings.policy import FINDING_CONFIRM

ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class Alike:
    """An earlier finding that is the same again; `why` says by what, in the active language.

    `score` is how alike their words are, from 0 to 1.
    """

    row: Finding
    score: float
    why: str


def alike(actor: Actor, row: Finding, limit: int = 5) -> list[Alike]:
    """Return earlier findings of the enterprise that are the same again, the most alike first.

    Their words say the same, or they are of the same equipment, criterion or clause within the
    time of that rule (`facts/findings/repeats.csv`).
    """
    found: list[tuple[float, Alike]] = []
    for other in queries.like(actor, row):
        compared = compare(row.title, other.title)
        why = [*_shared(row, other)]
        if compared.score >= ALIKE:
            words = _("the same words: %(words)s") % {"words": _join(compared.shared[:6])}
            why.insert(0, words if compared.shared else _("the same words"))
        if why:
            # More reasons weigh more than more words.
            weight = compared.score + len(why)
            found.append((weight, Alike(other, compared.score, _join(why))))
    found.sort(key=lambda one: (-one[0], one[1].row.pk))
    return [one for _weight, one in found[:limit]]


def _shared(row: Finding, other: Finding) -> Iterator[str]:
    days = (row.registered_at - other.registered_at).days
    for kind, mine, theirs, text in (
        ("equipment", row.equipment_id, other.equipment_id, _("the same equipment")),
        ("criterion", row.criterion, other.criterion, _("the same criterion")),
        ("clause", _clause(row), _clause(other), _("the same clause")),
    ):
        if mine and mine == theirs and days <= queries_repeats.rules()[kind].days:
            yield text


def _clause(row: Finding) -> str:
    return row.basis.replace(" ", "").upper()


def _join(parts: Sequence[str]) -> str:
    return pgettext("between items of a list", ", ").join(parts)


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
