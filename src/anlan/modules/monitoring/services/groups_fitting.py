"""Fitting groups of tags on calm operation: asked for with a reason, or by themselves when old."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from anlan.base.actors import policy as rights
from anlan.base.actors.actor import SYSTEM, Actor
from anlan.base.audit.services import record
from anlan.base.clock import day_of, now
from anlan.base.errors import BadInput, Problem
from anlan.base.jobs.models import Job
from anlan.base.jobs.services import enqueue
from anlan.base.phrases import Phrase
from anlan.engines.anomaly import watch
from anlan.modules.monitoring import events, policy, texts_groups
from anlan.modules.monitoring.choices import GroupState
from anlan.modules.monitoring.models import Point, WatchFit, WatchGroup
from anlan.modules.monitoring.problems_history import (
    GapsInTraining,
    GroupChanged,
    HistorianAway,
    NothingMoves,
    NotOrdinary,
    OtherTags,
    PointsMissing,
    TooFewRows,
    TooLittleCalm,
)
from anlan.modules.monitoring.queries import groups as queries
from anlan.telemetry import client

FIT_JOB = "monitoring.fit_group"
WHOLE = 0.9
"""Which share of the training period each tag must have values in."""
FILL = 3
"""A value stands in for this many missing ones after it."""
CHUNK_ROWS = 720
AROUND = dt.timedelta(minutes=10)
"""An upset begins before its alarm and is not over with it: so much on either side is left out."""
NARROW = 0.1
"""With more of the last third beyond, the training period does not cover ordinary operation."""
FORMER = 5
"""So many former fits are kept."""


@transaction.atomic
def fit_start(actor: Actor, pk: UUID | str, reason: str = "") -> Job:
    """Start fitting a group in the background; one that is fitted needs a reason.

    Raises NotYours, Forbidden, BadInput.
    """
    row = queries.group_one(actor, pk)
    rights.require(actor, policy.GROUP_EDIT, row)
    if row.fitted_at and not reason.strip():
        raise BadInput(Problem("reason", _("Say why it must be fitted anew."), code="required"))
    return _enqueue(actor, row, reason=reason.strip()[:500])


def _enqueue(actor: Actor, row: WatchGroup, key: str = "", **payload: Any) -> Job:
    return enqueue(
        actor, FIT_JOB, title=row.name, enterprise_id=row.enterprise_id, lock=f"fit-{row.pk}",
        key=key, group_id=str(row.pk), **payload,
    )  # fmt: skip


def refit_due(moment: dt.datetime) -> int:
    """Start a fit of every group whose own is old and that was calm; return how many.

    One that is beyond its limits now, or was unusual within the days that verdicts are kept, waits:
    what is to be noticed must not be learnt.
    """
    started = 0
    for row in queries.refit_due(SYSTEM, moment):
        _enqueue(SYSTEM, row, key=f"refit-{row.pk}-{day_of(moment)}", automatic=True)
        started += 1
    return started


def fit(
    actor: Actor,
    pk: UUID | str,
    progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    reason: str = "",
    automatic: bool = False,
) -> WatchGroup:
    """Fit a group on what the historian has of its training period, without the times of alarms.

    An `automatic` fit takes the newest period whatever the group says, and is kept only if that
    covers ordinary operation.

    Raises NotYours, Forbidden, PointsMissing, GapsInTraining, TooFewRows, TooLittleCalm,
    NothingMoves, NotOrdinary, HistorianAway, GroupChanged.
    """
    row = queries.group_one(actor, pk)
    rights.require(actor, policy.GROUP_EDIT, row)
    points = _points(actor, row)
    numbers = [point.number for point in points]
    until = None if automatic else row.train_to
    end = queries.aligned(until or now(), row.interval_s)
    n_rows = row.train_hours * 3600 // row.interval_s
    parts: list[NDArray[np.float64]] = []
    for done in range(0, n_rows, CHUNK_ROWS):
        progress(done, n_rows)
        count = min(CHUNK_ROWS, n_rows - done)
        until = end - dt.timedelta(seconds=(n_rows - done - count) * row.interval_s)
        try:
            parts.append(queries.table(numbers, until, count, row.interval_s, timeout_s=30))
        except client.NoHistorian as error:
            raise HistorianAway() from error
    progress(n_rows, n_rows)
    begin = end - dt.timedelta(seconds=n_rows * row.interval_s)
    spans = queries.alarm_spans(actor, [point.pk for point in points], begin, end)
    why: Phrase | str = reason
    if automatic:
        why = texts_groups.OLD_FIT(n=row.refit_days)
    return fit_rows(
        actor, row, points, np.concatenate(parts), end, origin="historian", reason=why,
        alarms=_within(spans, begin, n_rows, row.interval_s), automatic=automatic,
    )  # fmt: skip


def _within(
    spans: Sequence[tuple[dt.datetime, dt.datetime]],
    begin: dt.datetime,
    n_rows: int,
    interval_s: int,
) -> NDArray[np.bool_]:
    """Return which rows (n_rows,) lie in one of the spans or close to it."""
    found = np.zeros(n_rows, bool)
    for start, end in spans:
        first = int((start - AROUND - begin).total_seconds() // interval_s)
        last = int((end + AROUND - begin).total_seconds() // interval_s)
        found[max(first, 0) : max(last + 1, 0)] = True
    return found


def _points(actor: Actor, row: WatchGroup) -> list[Point]:
    found = queries.points_of(actor, row.enterprise_id, row.tags)
    lost = [tag for tag, point in zip(row.tags, found, strict=True) if point is None]
    if lost:
        raise PointsMissing(tags=", ".join(lost))
    return [point for point in found if point is not None]


def fit_rows(
    actor: Actor,
    row: WatchGroup,
    points: Sequence[Point],
    values: NDArray[np.float64],
    end: dt.datetime,
    *,
    origin: str,
    reason: Phrase | str = "",
    alarms: NDArray[np.bool_] | None = None,
    automatic: bool = False,
) -> WatchGroup:
    """Fit a group on a table of means (rows, points) that ends at `end`, and keep the model.

    `origin` says where the rows are from: historian or simulator. `alarms` (rows,) are those that
    an alarm keeps out. Raises as `fit`.
    """
    table = watch.filled(values, FILL)
    calm = np.ones(len(table), bool) if alarms is None else ~alarms
    there = np.isfinite(table)
    whole = table[there.all(axis=1) & calm]
    needed = watch.rows_needed(len(points), row.false_alarms / 100)
    if calm.any():
        shares = there[calm].mean(axis=0)
        thin = [
            f"{point.tag} {share:.0%}"
            for point, share in zip(points, shares, strict=True)
            if share < WHOLE
        ]
        if thin:
            raise GapsInTraining(tags=", ".join(thin))
    if len(whole) < needed <= len(table):
        raise TooLittleCalm(n=len(whole), needed=needed, alarms=int((~calm).sum()))
    if len(whole) < needed:
        raise TooFewRows(n=len(whole), needed=needed, interval=row.interval_s)
    at_rest = [
        point.tag for point, is_still in zip(points, watch.still(whole), strict=True) if is_still
    ]
    if len(points) - len(at_rest) < 2:
        raise NothingMoves(tags=", ".join(at_rest))
    found = watch.Watch.fit(whole, false_alarms=row.false_alarms / 100, margin=row.margin)
    if automatic and found.later > NARROW:
        raise NotOrdinary(share=f"{found.later:.0%}")
    told = {
        "rows": len(whole),
        "of": len(table),
        "alarms": int((~calm).sum()),
        "held": found.n_held,
        "components": int(found.pca.axes.shape[1]),
        "explained": round(found.explained, 4),
        "later": round(found.later, 4),
        "still": at_rest,
        "from": (end - dt.timedelta(seconds=len(table) * row.interval_s)).isoformat(),
        "to": end.isoformat(),
        "origin": origin,
        "by": actor.name,
        "why": Phrase(reason).data,
    }
    return _keep(actor, row, [point.number for point in points], found.to_bytes(), told)


@transaction.atomic
def _keep(
    actor: Actor, seen: WatchGroup, numbers: list[int], data: bytes, told: dict[str, Any]
) -> WatchGroup:
    row = WatchGroup.objects.for_actor(actor).filter(removed_at__isnull=True).lock(seen.pk)
    rights.require(actor, policy.GROUP_EDIT, row)
    if (row.tags, row.interval_s) != (seen.tags, seen.interval_s):
        raise GroupChanged()
    _put(actor, row, numbers, data, told)
    # The page tells the rest of the newest fit.
    kept = {name: told[name] for name in ("rows", "alarms", "later", "origin")}
    why = Phrase(told["why"])
    if isinstance(why.data, str):
        record(actor, events.GROUP_FITTED, row, after=kept, reason=why.data)
    else:
        # What the product says is worded when the history is read.
        record(actor, events.GROUP_FITTED, row, after={**kept, "why": why})
    return row


@transaction.atomic
def fit_restore(actor: Actor, fit_id: UUID | str, reason: str) -> WatchGroup:
    """Let a former fit judge again; the one in use is kept in its place.

    Raises NotYours, Forbidden, BadInput (no reason), OtherTags.
    """
    former = queries.former_fit_one(actor, fit_id)
    row = WatchGroup.objects.for_actor(actor).filter(removed_at__isnull=True).lock(former.group_id)
    rights.require(actor, policy.GROUP_EDIT, row)
    if not reason.strip():
        raise BadInput(Problem("reason", _("Say why this one is better."), code="required"))
    if former.tags != row.tags:
        raise OtherTags()
    told = {**former.fit, "why": reason.strip()[:500]}
    _put(actor, row, former.numbers, bytes(former.fitted), told, former.fitted_at)
    former.delete()
    record(actor, events.GROUP_FIT_RESTORED, row, after={"fitted_at": row.fitted_at.isoformat()},
           reason=told["why"])  # fmt: skip
    return row


def _put(
    actor: Actor,
    row: WatchGroup,
    numbers: list[int],
    data: bytes,
    told: dict[str, Any],
    fitted_at: dt.datetime | None = None,
) -> None:
    """Let a model judge a group from now on; the one before it is kept with its dates."""
    fits = WatchFit.objects.for_actor(actor)
    if row.fitted is not None and row.fitted_at is not None:
        fits.create(
            enterprise_id=row.enterprise_id, scope_path=row.scope_path, group=row,
            fitted=row.fitted, numbers=row.numbers, tags=row.tags, fit=row.fit,
            fitted_at=row.fitted_at, judged_until=now(),
        )  # fmt: skip
        old = fits.filter(group=row.pk).order_by("-judged_until").values_list("pk", flat=True)
        fits.filter(pk__in=list(old[FORMER:])).delete()
    row.fitted, row.numbers, row.fit = data, numbers, told
    row.fitted_at = fitted_at or now()
    row.state, row.above_since, row.parts, row.missing = GroupState.UNKNOWN, None, [], []
    row.t2 = row.q = row.judged_at = row.known_at = None
    row.version += 1
    row.save()
