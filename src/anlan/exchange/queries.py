"""The only door for reading uploads, actor first."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from anlan.base.actors.actor import SYSTEM, Actor
from anlan.base.clock import now
from anlan.exchange.choices import State
from anlan.exchange.models import Delivery, Endpoint
from anlan.modules.registry.models import Enterprise
from anlan.modules.risk.models import ControlMeasure, RiskEvent, RiskUnit, ShutdownRecord


def endpoints(actor: Actor) -> QuerySet[Endpoint]:
    """Return the endpoints the actor sees, with their counts by state."""
    counts = {
        f"n_{state.value}": Count("deliveries", filter=Q(deliveries__state=state))
        for state in State
    }
    bad = Q(deliveries__state__in=[State.REJECTED, State.INCOMPLETE])
    on_their_way = Q(deliveries__state__in=[State.PENDING, State.WAITING])
    rows: QuerySet[Endpoint] = (
        Endpoint.objects.for_actor(actor)
        .select_related("enterprise")
        .annotate(
            **counts,
            n_bad=Count("deliveries", filter=bad),
            n_open=Count("deliveries", filter=on_their_way),
        )
        .order_by("enterprise__name", "name", "pk")
    )
    return rows


def endpoint_one(actor: Actor, endpoint_id: UUID | str) -> Endpoint:
    """Return one endpoint. Raises NotYours."""
    found: Endpoint = endpoints(actor).one(endpoint_id)  # type: ignore[attr-defined]
    return found


def deliveries(actor: Actor) -> QuerySet[Delivery]:
    """Return what was or is to be uploaded, the newest change first."""
    rows: QuerySet[Delivery] = (
        Delivery.objects.for_actor(actor)
        .select_related("endpoint", "enterprise")
        .order_by("-record_updated_at", "-pk")
    )
    return rows


def delivery_one(actor: Actor, delivery_id: UUID | str) -> Delivery:
    """Return one upload. Raises NotYours."""
    rows: Any = deliveries(actor)
    found: Delivery = rows.one(delivery_id)
    return found


def of_record(actor: Actor, record_id: UUID) -> list[Delivery]:
    """Return how one record stands at each endpoint."""
    return list(deliveries(actor).filter(record_id=record_id).order_by("endpoint__name", "pk"))


def of_measures(actor: Actor, event: RiskEvent) -> list[Delivery]:
    """Return the uploads of an event's measures that were not taken."""
    measures = ControlMeasure.objects.for_actor(actor).filter(event=event.pk)
    rows = deliveries(actor).filter(record_id__in=measures.values("pk"))
    return list(rows.exclude(state=State.ACCEPTED).order_by("label", "pk"))


def of_shutdowns(actor: Actor, unit: RiskUnit) -> list[Delivery]:
    """Return the uploads of a unit's shutdowns that were not taken."""
    rows = deliveries(actor).filter(
        record_id__in=ShutdownRecord.objects.for_actor(actor).filter(unit=unit.pk).values("pk")
    )
    return list(rows.exclude(state=State.ACCEPTED).order_by("label", "pk"))


STILL_AFTER = dt.timedelta(hours=12)


def standing_still(actor: Actor) -> list[Endpoint]:
    """Return endpoints in use that refuse altogether, or took nothing for half a day."""
    rows = Endpoint.objects.for_actor(actor).filter(is_active=True)
    still = ~Q(problem="") | Q(failing_since__lt=now() - STILL_AFTER)
    return list(rows.filter(still).order_by("name", "pk")[:20])


def n_refused(actor: Actor) -> int:
    """Return how many records the other sides refused and nobody has put right."""
    rows = Delivery.objects.for_actor(actor).filter(state=State.REJECTED, endpoint__is_active=True)
    return int(rows.count())


def company_code_of(endpoint: Endpoint) -> str:
    """Return the enterprise code that the rows of an endpoint carry; empty when not known."""
    if endpoint.company_code:
        return endpoint.company_code
    rows = Enterprise.objects.for_actor(SYSTEM).filter(pk=endpoint.enterprise_id)
    return rows.values_list("company_code", flat=True).first() or ""
