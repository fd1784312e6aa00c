"""Points and their alarm settings."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Aggregate, Count, JSONField, OuterRef, Q, Subquery

from anlan.base.actors.actor import Actor
from anlan.base.actors.scoped import ScopedQuerySet
from anlan.modules.monitoring.models import AlarmClass, AlarmRule, LimitChange, Point, Source
from anlan.modules.monitoring.states import OPEN_CHANGES
from anlan.modules.registry.models.base import LIVE
from anlan.modules.registry.queries import coded


def points(actor: Actor) -> ScopedQuerySet[Point]:
    """Points that were not removed, with what names their place and source."""
    joined = ("enterprise", "installation", "equipment", "source")
    return coded(Point.objects.for_actor(actor).filter(LIVE).select_related(*joined))


def point_one(actor: Actor, pk: UUID | str) -> Point:
    """Return one point. Raises NotYours."""
    return points(actor).one(pk)


class _ByKind(Aggregate):
    """The limits of a point's alarms by kind, as one value."""

    function = "jsonb_object_agg"
    output_field = JSONField()


def listed(actor: Actor) -> ScopedQuerySet[Any]:
    """Points with `limits`, the limits of their alarms in use by kind; for lists and exports."""
    in_use = AlarmRule.objects.unscoped("of a point that the actor sees").filter(
        point=OuterRef("pk"), in_use=True
    )
    by_kind = in_use.order_by().values("point").annotate(by_kind=_ByKind("kind", "limit"))
    return points(actor).annotate(limits=Subquery(by_kind.values("by_kind")[:1]))


def rules(actor: Actor) -> ScopedQuerySet[AlarmRule]:
    """Alarm settings of points that were not removed."""
    joined = ("point", "alarm_class", "compared_with", "parent__point", "approved_by", "enterprise")
    found = AlarmRule.objects.for_actor(actor).filter(point__removed_at__isnull=True)
    return found.select_related(*joined)


def rules_of(actor: Actor, point_ids: Iterable[UUID]) -> list[AlarmRule]:
    """Return the settings of some points in the order HH, H, L, LL, rest."""
    order = ["HH", "H", "L", "LL"]
    found = list(rules(actor).filter(point__in=list(point_ids)))
    return sorted(
        found, key=lambda one: (order.index(one.kind) if one.kind in order else 9, one.kind)
    )


def changes(actor: Actor) -> ScopedQuerySet[LimitChange]:
    """Changes of alarm settings, asked for, decided and past."""
    joined = ("rule__point__installation", "enterprise", "requested_by", "decided_by")
    return LimitChange.objects.for_actor(actor).select_related(*joined)


def open_changes_of(actor: Actor, rule_ids: Iterable[UUID]) -> dict[UUID, LimitChange]:
    """Return the open change of each rule that has one."""
    found = changes(actor).filter(rule__in=list(rule_ids), state__in=sorted(OPEN_CHANGES))
    return {one.rule_id: one for one in found}


def classes(actor: Actor) -> ScopedQuerySet[AlarmClass]:
    """The enterprise's own alarm classes."""
    return AlarmClass.objects.for_actor(actor).select_related("enterprise")


def sources(actor: Actor) -> ScopedQuerySet[Source]:
    """Data sources that were not removed, with the number of points each serves."""
    n_points = Count("points", filter=Q(points__removed_at__isnull=True))
    rows = Source.objects.for_actor(actor).filter(LIVE).select_related("enterprise")
    return coded(rows.annotate(n_points=n_points))
