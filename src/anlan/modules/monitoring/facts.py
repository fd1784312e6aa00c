"""What monitoring tells other modules: of the daily commitment, and against checks all normal."""

import datetime as dt
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Count, Max, Min, Q
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.actors.scope import path_end
from anlan.base.clock import now
from anlan.modules.commitment import contradictions
from anlan.modules.commitment import facts as commitment
from anlan.modules.commitment.models import Commitment
from anlan.modules.commitment.rules import Flag
from anlan.modules.honesty.services import gathering
from anlan.modules.monitoring.choices import Happening, Priority
from anlan.modules.monitoring.models import AlarmEvent, AlarmState, Point, Source
from anlan.modules.monitoring.queries.overview import OPEN, UNACKNOWLEDGED
from anlan.modules.registry.models.base import LIVE
from anlan.modules.risk.models import ControlMeasure

SILENT = dt.timedelta(hours=1)
"""After so long without any value the plant's measured values count as gone; product default."""
LEAST_ALARMS = 3
"""From so many alarms on, a place that is always entered as normal is asked about; product
default: one alarm now and then is what alarms are for."""


@commitment.provide
def of_alarms(
    actor: Actor, enterprise_id: UUID, scope_path: str, day: dt.date
) -> Mapping[str, int]:
    """Count the alarms of a place that nobody has acknowledged, and those of critical or high
    priority that stand, acknowledged or not, where values have ever come."""
    if _last_heard(actor, enterprise_id) is None:
        return {}
    rows = AlarmState.objects.for_actor(actor).filter(
        enterprise=enterprise_id,
        scope_path__gte=scope_path,
        scope_path__lt=path_end(scope_path),
    )
    rows = rows.filter(
        Q(shown__in=UNACKNOWLEDGED) | Q(shown__in=OPEN, condition=True, priority__lte=Priority.HIGH)
    )
    return {"n_alarms": rows.count()}


@contradictions.check(
    "values_missing", _("stated in operation, but no measured value has come for an hour")
)
def against_silence(
    actor: Actor, row: Commitment, known: Mapping[str, int | None]
) -> Iterable[Flag]:
    """Compare units stated in operation with when the sources were last heard."""
    if not row.counts.get("n_running"):
        return
    heard = _last_heard(actor, row.enterprise_id)
    if heard is not None and heard < now() - SILENT:
        yield Flag("values_missing")


def _last_heard(actor: Actor, enterprise_id: UUID) -> dt.datetime | None:
    """Return when any source of an enterprise was heard last, None if never."""
    rows = Source.objects.for_actor(actor).filter(LIVE, enterprise=enterprise_id, enabled=True)
    found: dt.datetime | None = rows.aggregate(at=Max("last_seen_at"))["at"]
    return found


@gathering.knows_troubles
def of_watched_measures(
    actor: Actor, enterprise_id: UUID, since: dt.datetime
) -> Mapping[UUID, gathering.Trouble]:
    """Return by risk unit how often alarms of critical or high priority were raised on the points
    that its control measures name, in three statements; only where that was `LEAST_ALARMS` times.
    """
    measures = ControlMeasure.objects.for_actor(actor).filter(
        enterprise=enterprise_id, removed_at__isnull=True
    )
    units: dict[str, set[UUID]] = {}
    for tag, unit in measures.exclude(tag="").values_list("tag", "event__unit"):
        units.setdefault(tag, set()).add(unit)
    points = Point.objects.for_actor(actor).filter(LIVE, enterprise=enterprise_id, tag__in=units)
    tags = dict(points.values_list("pk", "tag"))
    raised = (
        AlarmEvent.objects.for_actor(actor)
        .filter(
            enterprise=enterprise_id,
            at__gte=since,
            what=Happening.RAISED,
            rule__point__in=list(tags),
            rule__priority__lte=Priority.HIGH,
        )
        .order_by()
        .values_list("rule__point")
        .annotate(n=Count("pk"), first=Min("at"), last=Max("at"))
    )
    found: dict[UUID, gathering.Trouble] = {}
    for point, *counted in raised:
        for unit in units[tags[point]]:
            one = gathering.Trouble(*counted)
            found[unit] = found[unit] + one if unit in found else one
    return {unit: one for unit, one in found.items() if one.n >= LEAST_ALARMS}
