"""Runs that the circuit breaker held back."""

from uuid import UUID

from django.db import transaction

from anlan.base.actors import policy
from anlan.base.actors.actor import SYSTEM, Actor
from anlan.base.audit import Event
from anlan.base.clock import now
from anlan.base.errors import NotYours
from anlan.base.inbox import events, queries
from anlan.base.inbox.drafts import Draft
from anlan.base.inbox.models import HeldRun
from anlan.base.inbox.policy import DECIDE_RUNS
from anlan.base.inbox.services.notices import Sent, notify_many
from anlan.base.states.services import advance


@transaction.atomic
def run_resume(actor: Actor, run_id: UUID) -> Sent:
    """Let a held run go, whatever its size. A digest goes with its next minute."""
    run = _decide(actor, run_id, "resume", events.RUN_RESUMED)
    drafts = [Draft.from_json(data) for data in run.drafts]
    return notify_many(SYSTEM, drafts, cap=len(drafts))


@transaction.atomic
def run_drop(actor: Actor, run_id: UUID) -> None:
    """Drop a held run: nobody is told."""
    _decide(actor, run_id, "drop", events.RUN_DROPPED)


def _decide(actor: Actor, run_id: UUID, move: str, event: Event) -> HeldRun:
    policy.require(actor, DECIDE_RUNS)
    run = queries.open_runs(actor).filter(pk=run_id).first()
    if run is None:  # foreign, unknown, or decided by somebody else
        raise NotYours()
    decided = {"decided_at": now(), "decided_by_id": actor.user_id}
    return advance(actor, run, move, event, changes=decided)
