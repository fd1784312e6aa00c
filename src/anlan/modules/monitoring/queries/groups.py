"""Groups of tags watched together: their rows, and tables of values for them."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import DurationField, Exists, ExpressionWrapper, F, OuterRef, Value
from numpy.typing import NDArray

from anlan.base.actors.actor import Actor
from anlan.base.actors.scoped import ScopedQuerySet
from anlan.modules.monitoring.choices import GroupState, Happening
from anlan.modules.monitoring.models import (
    AlarmEvent,
    AlarmState,
    Point,
    WatchFit,
    WatchGroup,
    WatchVerdict,
)
from anlan.modules.registry.models.base import LIVE
from anlan.modules.registry.queries import coded
from anlan.telemetry import client

_BEFORE = dt.timedelta(days=7)


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


def former_fits(actor: Actor, group_id: UUID) -> list[WatchFit]:
    """Return the fits that others took the place of, the newest first; without their models."""
    rows = WatchFit.objects.for_actor(actor).filter(group=group_id).defer("fitted")
    return list(rows.order_by("-judged_until"))


def former_fit_one(actor: Actor, pk: UUID | str) -> WatchFit:
    """Return one former fit. Raises NotYours."""
    return WatchFit.objects.for_actor(actor).one(pk)


def refit_due(actor: Actor, moment: dt.datetime) -> list[WatchGroup]:
    """Return groups in use whose fit is older than they want, and that were calm since kept."""
    age = ExpressionWrapper(
        F("refit_days") * Value(dt.timedelta(days=1)), output_field=DurationField()
    )
    unusual = WatchVerdict.objects.for_actor(actor).filter(
        group=OuterRef("pk"), state=GroupState.UNUSUAL
    )
    rows = groups(actor).filter(
        ~Exists(unusual),
        in_use=True,
        state=GroupState.NORMAL,
        refit_days__gt=0,
        fitted_at__lt=moment - age,
    )
    return list(rows.order_by("pk"))


def alarm_spans(
    actor: Actor, point_ids: Collection[UUID], start: dt.datetime, end: dt.datetime
) -> list[tuple[dt.datetime, dt.datetime]]:
    """Return from when to when an alarm of these points stood between two moments."""
    events = (
        AlarmEvent.objects.for_actor(actor)
        .filter(
            rule__point__in=point_ids,
            what__in=[Happening.RAISED, Happening.CLEARED],
            # One that was raised before and cleared within, or after, is told by its beginning.
            at__gte=start - _BEFORE,
            at__lt=end,
        )
        .order_by("at")
        .values_list("rule_id", "what", "at")
    )
    standing = AlarmState.objects.for_actor(actor).filter(
        rule__point__in=point_ids, condition=True, raised_at__lt=end
    )
    spans: list[tuple[dt.datetime, dt.datetime]] = []
    open_: dict[UUID, dt.datetime | None] = {}
    for rule, what, at in events:
        begun = open_.get(rule, start)
        if what == Happening.RAISED:
            open_[rule] = at
        elif begun is not None:
            spans.append((begun, at))
            open_[rule] = None
    spans += [(begun, end) for begun in open_.values() if begun is not None]
    known = standing.values_list("rule_id", "raised_at")
    spans += [(max(at, start), end) for rule, at in known if rule not in open_ and at]
    return spans


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
