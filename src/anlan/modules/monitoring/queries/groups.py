"""Groups of tags watched together: their rows, and tables of values for them."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from anlan.base.actors.actor import Actor
from anlan.base.actors.scoped import ScopedQuerySet
from anlan.modules.monitoring.models import Point, WatchGroup, WatchVerdict
from anlan.modules.registry.models.base import LIVE
from anlan.modules.registry.queries import coded
from anlan.telemetry import client


def groups(actor: Actor) -> ScopedQuerySet[WatchGroup]:
    """Groups that were not removed; without their models, which are large."""
    rows = WatchGroup.objects.for_actor(actor).filter(LIVE).defer("fitted")
    return coded(rows.select_related("enterprise", "installation"))


def group_one(actor: Actor, pk: UUID | str) -> WatchGroup:
    """Return one group. Raises NotYours."""
    return groups(actor).one(pk)


def points_of(actor: Actor, enterprise_id: UUID, tags: Sequence[str]) -> list[Point | None]:
    """Return the enterprise's points of these tags in their order; None where there is none."""
    found = {
        row.tag: row
        for row in Point.objects.for_actor(actor).filter(
            enterprise=enterprise_id, tag__in=list(tags), removed_at__isnull=True
        )
    }
    return [found.get(tag) for tag in tags]


def verdicts(actor: Actor, group_id: UUID, since: dt.datetime) -> list[WatchVerdict]:
    """Return how a group was judged since a moment, the oldest first."""
    rows = WatchVerdict.objects.for_actor(actor).filter(group=group_id, at__gte=since)
    return list(rows.order_by("at"))


def standing_of(actor: Actor, unit_ids: Collection[UUID]) -> list[dict[str, Any]]:
    """Return how the groups in use of installations were judged, in one statement."""
    rows = WatchGroup.objects.for_actor(actor).filter(
        LIVE, in_use=True, judged_at__isnull=False, installation__in=unit_ids
    )
    columns = ("installation_id", "name", "state", "parts", "missing", "above_since", "known_at")
    return list(rows.order_by("name").values(*columns))


def aligned(moment: dt.datetime, interval_s: int) -> dt.datetime:
    """Return the last end of a whole interval at or before a moment."""
    seconds = int(moment.timestamp()) // interval_s * interval_s
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def table(
    numbers: Sequence[int],
    end: dt.datetime,
    n_rows: int,
    interval_s: int,
    *,
    timeout_s: float = client.PATIENCE_S,
) -> NDArray[np.float64]:
    """Return the means of points over the `n_rows` intervals before `end` (aligned) as
    (rows, points), NaN where a point had no good value. One question. Raises NoHistorian."""
    start = end - dt.timedelta(seconds=n_rows * interval_s)
    found = np.full((n_rows, len(numbers)), np.nan)
    curves = client.trend(numbers, start, end, n_rows, timeout_s=timeout_s)
    begin = client.micros(start)
    for column, number in enumerate(numbers):
        curve = curves[number]
        places = (curve.starts_us - begin) // (interval_s * 1_000_000)
        inside = (places >= 0) & (places < n_rows)
        found[places[inside], column] = curve.average[inside]
    return found
