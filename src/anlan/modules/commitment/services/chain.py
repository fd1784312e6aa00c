"""The levels that judge every day."""

from uuid import UUID

from django.db import transaction

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.actors.queries import organisation_one
from anlan.base.actors.roles import OrganisationKind
from anlan.base.audit.services import record
from anlan.base.clock import now
from anlan.base.errors import NotYours
from anlan.modules.commitment import events
from anlan.modules.commitment.models import ChainLevel, ChainNode
from anlan.modules.commitment.policy import COMMITMENT_CHAIN
from anlan.modules.commitment.services import steps

BY_KIND = {
    OrganisationKind.DEPARTMENT: ChainLevel.WORKSHOP,
    OrganisationKind.TEAM: ChainLevel.SHIFT,
}
"""Which level a node of the tree usually is."""


@transaction.atomic
def add(actor: Actor, organisation_id: UUID | str, level: str = "") -> ChainNode:
    """Let a department or team judge every day, as a duty. Raises NotYours, Forbidden."""
    node = organisation_one(actor, organisation_id)
    if node.enterprise_id is None or node.kind not in BY_KIND:
        raise NotYours()
    enterprise = Organisation.objects.get(pk=node.enterprise_id)
    policy.require(actor, COMMITMENT_CHAIN, enterprise)
    row = ChainNode.objects.for_actor(actor).filter(organisation=node).first()
    if row is None:
        row = ChainNode(organisation=node, enterprise=enterprise, scope_path=node.path)
    before = {"level": row.level, "removed": row.removed_at is not None}
    row.level = level or BY_KIND[OrganisationKind(node.kind)]
    row.removed_at = None
    row.version += 1
    row.save()
    record(actor, events.CHAIN_CHANGED, row, before=before, after={"level": row.level})
    steps.ensure(actor, enterprise)
    return row


@transaction.atomic
def remove(actor: Actor, node_id: UUID | str) -> ChainNode:
    """Take a level out of the chain from tomorrow on; its judgements stay."""
    row = ChainNode.objects.for_actor(actor).lock(node_id)
    policy.require(actor, COMMITMENT_CHAIN, row)
    row.removed_at = now()
    row.version += 1
    row.save()
    record(actor, events.CHAIN_CHANGED, row, before={"level": row.level}, after={"removed": True})
    steps.ensure(actor, Organisation.objects.get(pk=row.enterprise_id))
    return row
