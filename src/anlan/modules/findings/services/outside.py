"""Inspections by somebody outside: registered, watched until their findings are all entered."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.queries import organisation_one
from anlan.base.actors.roles import OrganisationKind
from anlan.base.audit.services import Entry, record, record_many
from anlan.base.clock import now, today
from anlan.base.errors import NotYours, Problems
from anlan.modules.findings import events, texts
from anlan.modules.findings.choices import OUTSIDE
from anlan.modules.findings.models import Finding, OutsideInspection
from anlan.modules.findings.policy import FINDING_OUTSIDE
from anlan.modules.findings.problems import AlreadyDone

FIELDS = ("document", "channel", "authority", "ended_on", "n_findings", "note")


@dataclass(frozen=True, slots=True)
class Given:
    """What is known of an outside inspection. `n_findings` None: the document does not say."""

    document: str
    channel: str
    ended_on: dt.date | None
    authority: str = ""
    n_findings: int | None = None
    note: str = ""


@transaction.atomic
def register(actor: Actor, enterprise_id: UUID, given: Given) -> OutsideInspection:
    """Register an inspection at an enterprise. Raises NotYours, Forbidden, BadInput."""
    home = organisation_one(actor, enterprise_id)
    if home.kind != OrganisationKind.ENTERPRISE:
        raise NotYours()
    policy.require(actor, FINDING_OUTSIDE, home)
    values = _checked(actor, home.pk, given)
    row = OutsideInspection(
        enterprise=home, scope_path=home.path, registered_by_id=actor.user_id, **values
    )
    row.save(force_insert=True)
    record(actor, events.OUTSIDE_REGISTERED, row, after=values)
    settle(actor, {(home.pk, row.document)})
    row.refresh_from_db()
    return row


@transaction.atomic
def change(actor: Actor, pk: UUID, given: Given) -> OutsideInspection:
    """Change what is known of an inspection. Raises NotYours, Forbidden, BadInput."""
    row: OutsideInspection = OutsideInspection.objects.for_actor(actor).lock(pk)
    policy.require(actor, FINDING_OUTSIDE, row)
    values = _checked(actor, row.enterprise_id, given, row)
    before = {name: getattr(row, name) for name in values}
    changed = {name: value for name, value in values.items() if before[name] != value}
    if not changed:
        return row
    _save(row, changed)
    record(
        actor, events.OUTSIDE_CHANGED, row, before={k: before[k] for k in changed}, after=changed
    )
    settle(actor, {(row.enterprise_id, row.document)})
    row.refresh_from_db()
    return row


@transaction.atomic
def complete(actor: Actor, pk: UUID) -> OutsideInspection:
    """Say that all findings of the document are entered. Raises AlreadyDone, Forbidden."""
    row: OutsideInspection = OutsideInspection.objects.for_actor(actor).lock(pk)
    policy.require(actor, FINDING_OUTSIDE, row)
    if row.completed_at is not None:
        raise AlreadyDone()
    _save(row, {"completed_at": now(), "completed_by_id": actor.user_id})
    record(actor, events.OUTSIDE_COMPLETED, row, after={"completed_at": row.completed_at})
    return row


@transaction.atomic
def reopen(actor: Actor, pk: UUID, reason: str) -> OutsideInspection:
    """Say that findings are still missing, with a reason. Raises BadInput, AlreadyDone."""
    row: OutsideInspection = OutsideInspection.objects.for_actor(actor).lock(pk)
    policy.require(actor, FINDING_OUTSIDE, row)
    if row.completed_at is None:
        raise AlreadyDone()
    problems = Problems()
    if not reason.strip():
        problems.add("reason", texts.REASON_MISSING, code="missing")
    problems.raise_if_any()
    before = {"completed_at": row.completed_at}
    _save(row, {"completed_at": None, "completed_by_id": None})
    record(actor, events.OUTSIDE_REOPENED, row, before=before, reason=reason.strip())
    return row


def settle(actor: Actor, documents: Collection[tuple[UUID | None, str]]) -> None:
    """Mark inspections complete of which as many findings are entered as the document names.

    For what has just entered findings of these (enterprise, document). Three statements at most.
    """
    wanted = {(home, document) for home, document in documents if document}
    if not wanted:
        return
    homes, names = {home for home, _name in wanted}, {name for _home, name in wanted}
    rows: Any = OutsideInspection.objects.unscoped("the caller entered findings of them").filter(
        enterprise__in=homes, document__in=names, completed_at__isnull=True, n_findings__gt=0
    )
    waiting = [row for row in rows if (row.enterprise_id, row.document) in wanted]
    if not waiting:
        return
    entered = entered_of(waiting)
    moment, done = now(), []
    for row in waiting:
        if entered[row.enterprise_id, row.document] >= row.n_findings:
            row.completed_at, row.completed_by_id = moment, actor.user_id
            row.version += 1
            row.updated_at = moment
            done.append(row)
    names_ = ["completed_at", "completed_by", "version", "updated_at"]
    OutsideInspection.objects.unscoped("read above").bulk_update(done, names_, batch_size=500)
    entries = [Entry(events.OUTSIDE_COMPLETED, row, after={"completed_at": moment}) for row in done]
    record_many(actor, entries)


def entered_of(rows: Collection[OutsideInspection]) -> dict[tuple[UUID | None, str], int]:
    """Return how many findings of each inspection's document are entered, in one statement."""
    counted: Any = (
        Finding.objects.unscoped("counts of inspections the caller may see")
        .filter(
            enterprise__in={row.enterprise_id for row in rows},
            inspection_ref__in={row.document for row in rows},
        )
        .values_list("enterprise", "inspection_ref")
        .annotate(n=Count("pk"))
        .order_by()
    )
    found = {(home, document): n for home, document, n in counted}
    keys = [(row.enterprise_id, row.document) for row in rows]
    return {key: found.get(key, 0) for key in keys}


def _checked(
    actor: Actor, enterprise_id: UUID, given: Given, row: OutsideInspection | None = None
) -> Mapping[str, Any]:
    problems = Problems()
    document = given.document.strip()
    if not document:
        problems.add("document", texts.DOCUMENT_MISSING, code="missing")
    if given.channel not in OUTSIDE:
        problems.add("channel", texts.NOT_OUTSIDE, code="inside")
    if given.ended_on is None:
        problems.add("ended_on", texts.INSPECTED_ON_MISSING, code="missing")
    elif given.ended_on > today():
        problems.add("ended_on", texts.DAY_AHEAD, code="future")
    twins: Any = OutsideInspection.objects.for_actor(actor).filter(
        enterprise=enterprise_id, document=document
    )
    if twins.exclude(pk=row.pk if row else None).exists():
        problems.add("document", texts.DOCUMENT_KNOWN, code="known")
    problems.raise_if_any()
    return {name: getattr(given, name) for name in FIELDS} | {
        "document": document,
        "authority": given.authority.strip(),
        "note": given.note.strip(),
    }


def _save(row: OutsideInspection, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    names = [name.removesuffix("_id") for name in values]
    row.save(update_fields=[*names, "version", "updated_at"])
