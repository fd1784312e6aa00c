"""The only door for reading judgements and commitments, actor first."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from anlan.base.actors.actor import Actor
from anlan.base.duties import queries as duties
from anlan.modules.commitment.duties import KIND
from anlan.modules.commitment.models import ChainNode, Commitment, Judgement
from anlan.modules.commitment.states import CommitmentState
from anlan.modules.registry.models import Enterprise
from anlan.modules.registry.models.enterprise import EnterpriseState


def commitments(actor: Actor) -> QuerySet[Commitment]:
    """Return the commitments the actor sees, the newest day first."""
    rows = Commitment.objects.for_actor(actor).select_related("enterprise", "published_by")
    return rows.order_by("-day", "enterprise__name")


def commitment_one(actor: Actor, commitment_id: UUID) -> Commitment:
    """Return one commitment. Raises NotYours."""
    rows = Commitment.objects.for_actor(actor).select_related("enterprise", "published_by")
    return rows.one(commitment_id)


def of_day(actor: Actor, enterprise_id: UUID, day: dt.date) -> Commitment | None:
    """Return the commitment of an enterprise on a day, None if it is not begun."""
    return commitments(actor).filter(enterprise=enterprise_id, day=day).first()


def judgements(actor: Actor, commitment_id: UUID) -> QuerySet[Judgement]:
    """Return the judgements of a commitment, shifts first."""
    rows = Judgement.objects.for_actor(actor).filter(commitment=commitment_id)
    return rows.select_related("node__organisation", "signed_by").order_by("scope_path")


def judgement_one(actor: Actor, judgement_id: UUID) -> Judgement:
    """Return one judgement with its place and day. Raises NotYours."""
    rows = Judgement.objects.for_actor(actor).select_related(
        "node__organisation", "commitment__enterprise", "signed_by"
    )
    return rows.one(judgement_id)


def chain(actor: Actor, enterprise_id: UUID) -> QuerySet[ChainNode]:
    """Return the levels of an enterprise that judge every day."""
    rows = ChainNode.objects.for_actor(actor).filter(
        enterprise=enterprise_id, removed_at__isnull=True
    )
    return rows.select_related("organisation").order_by("scope_path")


def chain_node(actor: Actor, node_id: UUID | str) -> ChainNode:
    """Return one level, also one taken out since. Raises NotYours."""
    return ChainNode.objects.for_actor(actor).select_related("enterprise").one(node_id)


def has_duty(actor: Actor, day: dt.date) -> bool:
    """Tell whether a step of a chain is on the actor's own list of duties."""
    return duties.mine(actor, day).filter(plan__kind=KIND).exists()


def obliged(actor: Actor) -> QuerySet[Enterprise]:
    """Return the enterprises that must publish every day: those in production or on trial."""
    return Enterprise.objects.for_actor(actor).filter(
        removed_at__isnull=True, state__in=[EnterpriseState.RUNNING, EnterpriseState.TRIAL]
    )


def missing(actor: Actor, day: dt.date) -> QuerySet[Enterprise]:
    """Return the obliged enterprises that have not published on a day."""
    published = Commitment.objects.for_actor(actor).filter(
        enterprise=OuterRef("pk"), day=day, state=CommitmentState.PUBLISHED
    )
    rows = obliged(actor).annotate(is_published=Exists(published)).filter(is_published=False)
    return rows.order_by("name")


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of the obliged have published on a day (承诺率), and how many contradict facts."""

    obliged: int
    published: int
    doubtful: int

    @property
    def rate(self) -> float | None:
        """Return published ÷ obliged, None when nobody is obliged."""
        return self.published / self.obliged if self.obliged else None


def rate(actor: Actor, day: dt.date) -> Rate:
    """Return the commitment rate over what the actor sees, in three queries.

    Who publishes without being obliged to does not make up for somebody who had to.
    """
    rows = Commitment.objects.for_actor(actor).filter(day=day, state=CommitmentState.PUBLISHED)
    n_obliged = obliged(actor).count()
    return Rate(n_obliged, n_obliged - missing(actor, day).count(), rows.exclude(flags=[]).count())
