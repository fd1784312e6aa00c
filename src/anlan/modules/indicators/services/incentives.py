"""Rewards and penalties, and the rules they follow (激励约束)."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.actors.queries import organisation_one
from anlan.base.audit.services import record
from anlan.base.clock import now, today
from anlan.base.errors import Problems
from anlan.facts.loader import Row as FactRow
from anlan.facts.loader import load_packaged
from anlan.modules.findings.models import Finding
from anlan.modules.indicators import events
from anlan.modules.indicators.models import Incentive, IncentiveRule
from anlan.modules.indicators.policy import INCENTIVE, INCENTIVE_RULE
from anlan.modules.indicators.problems import AlreadyRevoked

MOST = Decimal(1_000_000)
REQUIRED = _("This field is required.")
REWARD_CHANGED = _("The reward at the finding was changed.")
ANONYMOUS_REPORT = _("anonymous report %(n)s")


@transaction.atomic
def rule_save(
    actor: Actor,
    enterprise_id: UUID,
    *,
    code: str,
    kind: str,
    title: str,
    amount: Decimal,
    frequency: str = "event",
    method: str = "",
) -> IncentiveRule:
    """Set a rule; one with the same code is ended and kept for the entries that follow it.

    Raises NotYours, Forbidden, BadInput.
    """
    enterprise = organisation_one(actor, enterprise_id)
    policy.require(actor, INCENTIVE_RULE, enterprise)
    problems = Problems()
    for name, text in (("code", code), ("title", title)):
        if not text.strip():
            problems.add(name, REQUIRED, code="required")
    if not 0 <= amount <= MOST:
        problems.add("amount", _("must lie between 0 and %(most)s") % {"most": MOST})
    problems.raise_if_any()
    standing = IncentiveRule.objects.for_actor(actor).filter(
        enterprise=enterprise, code=code.strip(), stopped_at__isnull=True
    )
    before = standing.values("title", "amount").first()
    standing.update(stopped_at=now())
    row = IncentiveRule.objects.create(
        enterprise=enterprise,
        scope_path=enterprise.path,
        code=code.strip(),
        kind=kind,
        title=title.strip(),
        amount=amount,
        frequency=frequency,
        method=method.strip(),
    )
    after = {"code": row.code, "kind": kind, "title": row.title, "amount": amount}
    record(actor, events.RULE_SAVED, row, before=before, after=after)
    return row


@transaction.atomic
def rules_adopt(actor: Actor, enterprise_id: UUID) -> int:
    """Take over the suggested rules whose codes are free; return how many."""
    enterprise = organisation_one(actor, enterprise_id)
    policy.require(actor, INCENTIVE_RULE, enterprise)
    taken = set(
        IncentiveRule.objects.for_actor(actor)
        .filter(enterprise=enterprise, stopped_at__isnull=True)
        .values_list("code", flat=True)
    )
    made = 0
    for fact in load_packaged("indicators/incentives.csv"):
        if fact["code"] in taken:
            continue
        rule_save(actor, enterprise_id, **_suggested(actor, fact))
        made += 1
    return made


@transaction.atomic
def rule_stop(actor: Actor, rule_id: UUID | str, reason: str) -> IncentiveRule:
    """End a rule with a reason; entries that followed it stay. Raises NotYours, BadInput."""
    rows = IncentiveRule.objects.for_actor(actor).filter(stopped_at__isnull=True)
    row: IncentiveRule = rows.lock(rule_id)
    policy.require(actor, INCENTIVE_RULE, row)
    problems = Problems()
    if not reason.strip():
        problems.add("reason", REQUIRED, code="required")
    problems.raise_if_any()
    row.stopped_at = now()
    row.version += 1
    row.save()
    record(actor, events.RULE_STOPPED, row, reason=reason.strip())
    return row


REPORTS = {0: "J2", 1: "J1"}
"""The suggested rule for a report by the level of its finding."""


@transaction.atomic
def reward_of_report(actor: Actor, finding: Finding, reason: str) -> Incentive | None:
    """Put the reward granted for a report on the ledger, in place of what was there before.

    It follows the enterprise's rule for such reports; the suggested one is taken over where there
    is none. An anonymous report stays so. None once the reward is nothing.
    """
    for old in Incentive.objects.for_actor(actor).filter(finding=finding, revoked_at__isnull=True):
        old.revoked_at, old.revoke_reason = now(), str(REWARD_CHANGED)
        old.version += 1
        old.save()
        record(actor, events.INCENTIVE_REVOKED, old, reason=old.revoke_reason)
    if not finding.reward:
        return None
    rule = _rule_for(actor, finding.enterprise, REPORTS[min(finding.level, 1)])
    row = Incentive.objects.create(
        enterprise_id=finding.enterprise_id,
        scope_path=rule.scope_path,
        rule=rule,
        kind=rule.kind,
        happened_on=today(),
        person_name=str(finding.registered_by or ANONYMOUS_REPORT % {"n": finding.number})[:60],
        reason=(reason or finding.title)[:300],
        amount=finding.reward,
        finding=finding,
        entered_by_id=actor.user_id,
    )
    after = {"rule": rule.code, "person": row.person_name, "amount": row.amount}
    record(actor, events.INCENTIVE_ENTERED, row, after=after)
    return row


def _rule_for(actor: Actor, enterprise: Organisation, code: str) -> IncentiveRule:
    standing = IncentiveRule.objects.for_actor(actor).filter(
        enterprise=enterprise, code=code, stopped_at__isnull=True
    )
    if found := standing.first():
        return found
    fact = next(one for one in load_packaged("indicators/incentives.csv") if one["code"] == code)
    return rule_save(actor, enterprise.pk, **_suggested(actor, fact))


def _suggested(actor: Actor, fact: FactRow) -> dict[str, Any]:
    zh = actor.language.startswith("zh")
    return {
        "code": fact["code"],
        "kind": fact["kind"],
        "title": fact["title_zh"] if zh else fact["title_en"],
        "amount": fact.decimal("amount"),
        "frequency": fact["frequency"],
        "method": fact["method_zh"] if zh else fact["method_en"],
    }


@transaction.atomic
def incentive_enter(
    actor: Actor,
    rule_id: UUID | str,
    *,
    happened_on: dt.date,
    person_name: str,
    reason: str,
    amount: Decimal | None = None,
) -> Incentive:
    """Enter a reward or penalty under a rule; its amount is the rule's unless said.

    Raises NotYours, Forbidden, BadInput.
    """
    rule = IncentiveRule.objects.for_actor(actor).filter(stopped_at__isnull=True).one(rule_id)
    policy.require(actor, INCENTIVE, rule)
    problems = Problems()
    for name, text in (("person_name", person_name), ("reason", reason)):
        if not text.strip():
            problems.add(name, REQUIRED, code="required")
    if happened_on > today():
        problems.add("happened_on", _("lies in the future"))
    sum_ = rule.amount if amount is None else amount
    if not 0 <= sum_ <= MOST:
        problems.add("amount", _("must lie between 0 and %(most)s") % {"most": MOST})
    problems.raise_if_any()
    row = Incentive.objects.create(
        enterprise_id=rule.enterprise_id,
        scope_path=rule.scope_path,
        rule=rule,
        kind=rule.kind,
        happened_on=happened_on,
        person_name=person_name.strip(),
        reason=reason.strip(),
        amount=sum_,
        entered_by_id=actor.user_id,
    )
    after = {"rule": rule.code, "person": row.person_name, "amount": sum_, "reason": row.reason}
    record(actor, events.INCENTIVE_ENTERED, row, after=after)
    return row


@transaction.atomic
def incentive_revoke(actor: Actor, incentive_id: UUID | str, reason: str) -> Incentive:
    """Revoke an entry with a reason; it stays in the ledger, marked.

    Raises NotYours, Forbidden, AlreadyRevoked, BadInput.
    """
    row: Incentive = Incentive.objects.for_actor(actor).lock(incentive_id)
    policy.require(actor, INCENTIVE, row)
    if row.revoked_at is not None:
        raise AlreadyRevoked()
    problems = Problems()
    if not reason.strip():
        problems.add("reason", REQUIRED, code="required")
    problems.raise_if_any()
    row.revoked_at, row.revoke_reason = now(), reason.strip()
    row.version += 1
    row.save()
    record(actor, events.INCENTIVE_REVOKED, row, reason=row.revoke_reason)
    return row
