"""What changes the special ledgers."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.audit.services import record
from anlan.base.clock import now
from anlan.base.errors import BadInput, Forbidden, Problem, Problems
from anlan.modules.ledgers import events, queries
from anlan.modules.ledgers.cells import kind_of_enterprise
from anlan.modules.ledgers.definitions import Ledger, segments, suggested_situation
from anlan.modules.ledgers.models import LedgerEntry, entry_of
from anlan.modules.ledgers.policy import LEDGER_AUTHORITY, LEDGER_EDIT
from anlan.modules.registry.models import Chemical, Enterprise

FIELDS = (
    "township", "situation", "segment", "enterprise_kind", "risk", "assessed_on", "assessment",
    "decision", "interim", "measures", "due", "responsible", "done_on", "authority", "note",
)  # fmt: skip


@transaction.atomic
def save(
    actor: Actor, ledger: Ledger, subject_id: UUID | str, values: Mapping[str, Any]
) -> LedgerEntry:
    """Put a finding or facility on a ledger, or change what the ledger says of it.

    What is left out stays; on first entry situation, segment and type of enterprise are suggested
    from the registers. Raises NotYours, Forbidden (the department's column is the department's),
    BadInput.
    """
    row = queries.row_one(actor, ledger, subject_id)
    entry = entry_of(row) or suggested(actor, ledger, row)
    given = {name: values[name] for name in FIELDS if name in values}
    changed = {name: value for name, value in given.items() if getattr(entry, name) != value}
    _may(actor, row, changed, is_new=entry_of(row) is None)
    _check(ledger, entry, changed)
    before = {name: getattr(entry, name) for name in changed}
    was_off = entry.left_at is not None
    for name, value in changed.items():
        setattr(entry, name, value)
    entry.left_at, entry.left_reason = None, ""
    if entry_of(row) is None:
        entry.save(force_insert=True)
        record(actor, events.PUT_ON, entry, after={"ledger": ledger.official, **changed})
    elif changed or was_off:
        entry.version += 1
        entry.save()
        event = events.PUT_ON if was_off else events.CHANGED
        record(actor, event, entry, before=before, after={"ledger": ledger.official, **changed})
    return entry


def put_on(actor: Actor, ledger: Ledger, subject_ids: Sequence[UUID]) -> int:
    """Put several on a ledger with what the registers suggest; return how many are new."""
    known = queries.rows(actor, ledger).filter(pk__in=list(subject_ids))
    wanted = [
        row.pk for row in known if (entry := entry_of(row)) is None or entry.left_at is not None
    ]
    with transaction.atomic():
        for pk in wanted:
            save(actor, ledger, pk, {})
    return len(wanted)


@transaction.atomic
def take_off(actor: Actor, ledger: Ledger, subject_id: UUID | str, reason: str) -> LedgerEntry:
    """Take a finding or facility off a ledger, with a reason. Raises BadInput, Forbidden."""
    row = queries.row_one(actor, ledger, subject_id)
    policy.require(actor, LEDGER_EDIT, row)
    if not reason.strip():
        raise BadInput(Problem("reason", _("Say why it does not belong here.")))
    entry = entry_of(row) or suggested(actor, ledger, row)
    entry.left_at, entry.left_reason = now(), reason.strip()[:300]
    entry.version += 0 if entry_of(row) is None else 1
    entry.save()
    record(actor, events.TAKEN_OFF, entry, after={"ledger": ledger.official}, reason=reason)
    return entry


def _may(actor: Actor, row: Any, changed: Mapping[str, Any], *, is_new: bool) -> None:
    if "authority" in changed:
        policy.require(actor, LEDGER_AUTHORITY, row)
    if is_new or set(changed) - {"authority"}:
        policy.require(actor, LEDGER_EDIT, row)
    elif not changed and not actor.may(LEDGER_EDIT, row.scope_path, row.enterprise_id):
        raise Forbidden(permission=LEDGER_EDIT)


def suggested(actor: Actor, ledger: Ledger, row: Any) -> LedgerEntry:
    """Return an unsaved entry with what the registers and the text of a finding suggest."""
    entry = LedgerEntry(
        ledger=ledger.code,
        enterprise_id=row.enterprise_id,
        scope_path=row.scope_path,
        **{ledger.subject: row},
    )
    if ledger.code == "defects":
        entry.situation = suggested_situation(f"{row.title}{row.description}")[0]
    if ledger.has("segment"):
        enterprise = Enterprise.objects.for_actor(actor).one(row.enterprise_id)
        entry.enterprise_kind = kind_of_enterprise(enterprise)
        entry.segment = _segment(actor, ledger, enterprise)
    return entry


def _segment(actor: Actor, ledger: Ledger, enterprise: Enterprise) -> str:
    names = set(
        Chemical.objects.for_actor(actor)
        .filter(enterprise=enterprise.pk, removed_at__isnull=True)
        .values_list("name", flat=True)
    )
    for one in segments(ledger.code):
        if one.process in enterprise.key_processes or names & set(one.chemicals):
            return one.code
    return ""


def _check(ledger: Ledger, entry: LedgerEntry, changed: Mapping[str, Any]) -> None:
    problems = Problems()
    decision = changed.get("decision", entry.decision)
    due = changed.get("due", entry.due)
    if ledger.subject == "facility" and decision in ("rectify", "renew", "phase_out") and not due:
        problems.add("due", _("Say by when."))
    assessed = changed.get("assessed_on", entry.assessed_on)
    done = changed.get("done_on", entry.done_on)
    if assessed and done and done < assessed:
        problems.add("done_on", _("This lies before the assessment."))
    problems.raise_if_any()
