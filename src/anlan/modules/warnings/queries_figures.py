"""The only door for reading own figures of the index, actor first."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from anlan.base.actors.actor import SYSTEM, Actor
from anlan.engines.warning import model as engine
from anlan.modules.warnings import rules_figures
from anlan.modules.warnings.models import IndexFigures
from anlan.modules.warnings.states import FiguresState


def editions(actor: Actor, enterprise_id: UUID) -> QuerySet[IndexFigures]:
    """Return the editions of an enterprise, the newest first."""
    rows = IndexFigures.objects.for_actor(actor).filter(enterprise=enterprise_id)
    return rows.select_related("enterprise", "proposed_by", "decided_by").order_by("-edition")


def edition_one(actor: Actor, pk: UUID | str) -> IndexFigures:
    """Return one edition. Raises NotYours."""
    rows = IndexFigures.objects.for_actor(actor)
    return rows.select_related("enterprise", "proposed_by", "decided_by").one(pk)


def edition_of(actor: Actor, enterprise_id: UUID, version: str) -> IndexFigures | None:
    """Return the edition that an index was computed by, None where it was the product's."""
    edition = rules_figures.edition_of(version)
    if edition is None:
        return None
    return editions(actor, enterprise_id).filter(edition=edition).first()


def in_force(actor: Actor) -> QuerySet[IndexFigures]:
    """Return the editions in force of the enterprises the actor sees that have any."""
    rows = IndexFigures.objects.for_actor(actor).filter(state=FiguresState.IN_FORCE)
    return rows.exclude(values={}).select_related("enterprise").order_by("enterprise__name", "pk")


def models(
    base: engine.Model, enterprises: Collection[UUID] | None = None
) -> dict[UUID, engine.Model]:
    """Return the index of each enterprise (or of these) that has figures of its own."""
    rows = in_force(SYSTEM).order_by().select_related(None)
    if enterprises is not None:
        rows = rows.filter(enterprise__in=enterprises)
    return {
        row.enterprise_id: rules_figures.model_of(base, row.values, row.edition) for row in rows
    }
