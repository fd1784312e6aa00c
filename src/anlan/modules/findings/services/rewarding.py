"""Rewards for employees who report."""

from decimal import Decimal
from uuid import UUID

from django.db import transaction

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.audit.services import record
from anlan.base.errors import Problems
from anlan.modules.findings import events, subscribers, texts
from anlan.modules.findings.models import Finding
from anlan.modules.findings.policy import FINDING_REWARD
from anlan.modules.findings.problems import NotReportedByEmployee
from anlan.modules.findings.states import FindingState


@transaction.atomic
def grant(actor: Actor, finding_id: UUID, amount: Decimal, reason: str = "") -> Finding:
    """Grant the reward of an employee's report, in CNY. Raises BadInput, NotReportedByEmployee."""
    row = Finding.objects.for_actor(actor).lock(finding_id)
    policy.require(actor, FINDING_REWARD, row)
    if row.channel != "employee" or row.state in (FindingState.REPORTED, FindingState.DISMISSED):
        raise NotReportedByEmployee()
    problems = Problems()
    if amount < 0 or amount >= 10**8:
        problems.add("reward", texts.AMOUNT_WRONG, code="range")
    problems.raise_if_any()
    before = {"reward": row.reward}
    row.reward = amount
    row.version += 1
    row.save(update_fields=["reward", "version", "updated_at"])
    record(
        actor, events.REWARDED, row, before=before, after={"reward": amount}, reason=reason.strip()
    )
    if before["reward"] != amount:
        subscribers.rewarded(actor, row, reason.strip())
    return row
