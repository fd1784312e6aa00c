"""Judging the fitted groups once a minute: a question an interval, a few statements for all."""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from anlan.base.actors.actor import SYSTEM
from anlan.base.audit.services import Entry, record_many
from anlan.engines.anomaly import watch
from anlan.modules.monitoring import events
from anlan.modules.monitoring.choices import GroupState
from anlan.modules.monitoring.models import WatchGroup, WatchVerdict
from anlan.modules.monitoring.queries import groups as queries
from anlan.modules.registry.models.base import LIVE
from anlan.telemetry import client

log = logging.getLogger(__name__)

WINDOW = 40
"""Rows asked for: the smoothing settles on the first of them."""
FILL = 3
KEPT = dt.timedelta(days=2)
NAMED = 0.05
"""A tag with a smaller share is not named."""
MOST_NAMED = 6
_MOST_NUMBERS = 2_000
_FIELDS = ("state", "judged_at", "known_at", "above_since", "t2", "q", "parts", "missing")


@dataclass(frozen=True, slots=True)
class Judged:
    """What a run did."""

    groups: int = 0
    unusual: int = 0
    unknown: int = 0


def judge_all(now: dt.datetime) -> Judged:
    """Judge every fitted group in use whose interval has gone on, and keep the verdicts.

    Groups of one interval share a question to the historian. While it is away they are unknown.
    """
    rows = list(
        WatchGroup.objects.for_actor(SYSTEM).filter(LIVE, in_use=True, fitted__isnull=False)
    )
    due: dict[int, list[WatchGroup]] = defaultdict(list)
    for row in rows:
        if row.judged_at != queries.aligned(now, row.interval_s):
            due[row.interval_s].append(row)
    before = {row.pk: row.state for row in rows}
    judged: list[WatchGroup] = []
    for interval_s, mine in due.items():
        end = queries.aligned(now, interval_s)
        for some in _batches(mine):
            values = _values(some, end, interval_s)
            for row in some:
                _judge(row, values, end)
            judged += some
    _write(judged, before, now)
    states = [row.state for row in judged]
    return Judged(len(judged), states.count(GroupState.UNUSUAL), states.count(GroupState.UNKNOWN))


def _batches(rows: list[WatchGroup]) -> Iterator[list[WatchGroup]]:
    some: list[WatchGroup] = []
    n = 0
    for row in rows:
        if some and n + len(row.numbers) > _MOST_NUMBERS:
            yield some
            some, n = [], 0
        some.append(row)
        n += len(row.numbers)
    if some:
        yield some


def _values(
    rows: list[WatchGroup], end: dt.datetime, interval_s: int
) -> dict[int, NDArray[np.float64]] | None:
    numbers = sorted({number for row in rows for number in row.numbers})
    try:
        table = queries.table(numbers, end, WINDOW, interval_s)
    except (client.NoHistorian, client.BadQuestion) as error:
        log.warning("groups of %s s are not judged: %s", interval_s, error)
        return None
    return {number: table[:, column] for column, number in enumerate(numbers)}


def _judge(
    row: WatchGroup, values: dict[int, NDArray[np.float64]] | None, end: dt.datetime
) -> None:
    """Put the verdict on the last rows into a group; what is lost does not end what stands."""
    row.judged_at = end
    row.t2 = row.q = None
    row.parts, row.missing = [], []
    if values is None:
        row.state = GroupState.UNKNOWN
        return
    table = watch.filled(np.stack([values[number] for number in row.numbers], axis=1), FILL)
    whole = np.isfinite(table).all(axis=1)
    # From the last row that is not whole on: the smoothing must not jump over a hole.
    broken = np.flatnonzero(~whole)
    run = table[broken[-1] + 1 :] if len(broken) else table
    if len(run) < watch.SETTLED:
        lacking = np.any(np.isnan(table[-watch.SETTLED :]), axis=0).tolist()
        row.state = GroupState.UNKNOWN
        row.missing = [tag for tag, lacks in zip(row.tags, lacking, strict=True) if lacks]
        return
    found = watch.Watch.from_bytes(bytes(row.fitted or b"")).judge(run)
    row.t2, row.q, row.known_at = round(found.t2, 4), round(found.q, 4), end
    row.parts = [
        [row.tags[place], round(float(found.parts[place]), 3)]
        for place in np.argsort(-found.parts)[:MOST_NAMED]
        if found.parts[place] >= NAMED
    ]
    if not found.is_beyond:
        row.state, row.above_since = GroupState.NORMAL, None
        return
    row.above_since = row.above_since or end
    is_long = (end - row.above_since).total_seconds() >= row.hold_s
    row.state = GroupState.UNUSUAL if is_long else GroupState.ABOVE


@transaction.atomic
def _write(rows: list[WatchGroup], before: Mapping[UUID, str], now: dt.datetime) -> None:
    groups = WatchGroup.objects.for_actor(SYSTEM)
    verdicts = WatchVerdict.objects.for_actor(SYSTEM)
    # Whoever fitted a group anew meanwhile is not overruled by a verdict of the former model.
    same = dict(
        groups.filter(pk__in=[row.pk for row in rows])
        .select_for_update(of=("self",))
        .order_by("pk")
        .values_list("pk", "fitted_at")
    )
    rows = [row for row in rows if row.fitted_at == same.get(row.pk)]
    groups.bulk_update(rows, _FIELDS, batch_size=500)
    verdicts.bulk_create(
        [
            WatchVerdict(
                enterprise_id=row.enterprise_id, scope_path=row.scope_path, group=row,
                at=row.judged_at or now, state=row.state, t2=row.t2, q=row.q, parts=row.parts,
            )
            for row in rows
        ],
        batch_size=1000,
        ignore_conflicts=True,
    )  # fmt: skip
    verdicts.filter(at__lt=now - KEPT).delete()
    entries = []
    for row in rows:
        was = before[row.pk]
        told = {
            "state": row.state,
            "t2": row.t2,
            "q": row.q,
            "tags": [tag for tag, _share in row.parts],
        }
        if row.state == GroupState.UNUSUAL and was != GroupState.UNUSUAL:
            entries.append(Entry(events.GROUP_UNUSUAL, row, {"state": was}, told))
        elif row.state == GroupState.NORMAL and was == GroupState.UNUSUAL:
            entries.append(Entry(events.GROUP_NORMAL, row, {"state": was}, told))
    record_many(SYSTEM, entries)
