"""Groups of tags watched together: entered, changed, fitted."""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from anlan.base.actors import policy as rights
from anlan.base.actors.actor import Actor
from anlan.base.audit.services import record
from anlan.base.clock import now
from anlan.base.errors import Problems
from anlan.base.jobs.models import Job
from anlan.base.jobs.services import enqueue
from anlan.engines.anomaly import watch
from anlan.modules.monitoring import events, policy
from anlan.modules.monitoring.choices import GroupState
from anlan.modules.monitoring.models import Point, WatchGroup
from anlan.modules.monitoring.problems_history import (
    GapsInTraining,
    GroupChanged,
    HistorianAway,
    NothingMoves,
    PointsMissing,
    TooFewRows,
)
from anlan.modules.monitoring.queries import groups as queries
from anlan.modules.registry.models import Enterprise
from anlan.modules.registry.services import rows
from anlan.telemetry import client

FIT_JOB = "monitoring.fit_group"
FEWEST, MOST = 3, 60
WHOLE = 0.9
"""Which share of the training period each tag must have values in."""
FILL = 3
"""A value stands in for this many missing ones after it."""
CHUNK_ROWS = 720
FIELDS = (
    "name", "installation", "tags", "interval_s", "train_hours", "train_to", "false_alarms",
    "margin", "hold_s", "in_use", "note",
)  # fmt: skip
_BOUNDS: Mapping[str, tuple[float, float]] = {
    "train_hours": (1, 2160),
    "false_alarms": (0.05, 10),
    "margin": (1, 10),
    "hold_s": (0, 86_400),
}
_APART = re.compile(r"[,，;；、\s]+")


def _check(values: rows.Values, problems: Problems) -> None:
    for name, (low, high) in _BOUNDS.items():
        value = values.get(name)
        if value is None or not low <= value <= high:
            problems.add(name, _("must lie between %(low)g and %(high)g")
                         % {"low": low, "high": high})  # fmt: skip
    until = values.get("train_to")
    if until is not None and until > now():
        problems.add("train_to", _("lies in the future"))
    if not FEWEST <= len(values.get("tags") or ()) <= MOST:
        problems.add("tags", _("A group has %(low)s to %(high)s tags.")
                     % {"low": FEWEST, "high": MOST})  # fmt: skip


def _forget(actor: Actor, plans: Sequence[Any]) -> None:
    """Take the model from groups of which tags or interval changed: it no longer fits them."""
    ids = [plan.instance.pk for plan in plans if {"tags", "interval_s"} & plan.before.keys()]
    if ids:
        WatchGroup.objects.for_actor(actor).filter(pk__in=ids).update(
            fitted=None, numbers=[], fitted_at=None, fit={}, state=GroupState.UNFITTED, t2=None,
            q=None, parts=[], missing=[], above_since=None, judged_at=None, known_at=None,
        )  # fmt: skip


GROUP = rows.Register(
    model=WatchGroup,
    permission=policy.GROUP_EDIT,
    created=events.GROUP_CREATED,
    changed=events.GROUP_CHANGED,
    removed=events.GROUP_REMOVED,
    fields=FIELDS,
    key=("name",),
    searched=("name",),
    check=_check,
    inherits=("installation",),
    after_write=_forget,
)


def group_create(actor: Actor, values: Mapping[str, Any]) -> WatchGroup:
    """Enter a group. Raises BadInput, Forbidden."""
    given = dict(values)
    owner = given.get("enterprise") or actor.own_enterprise_id
    given["tags"] = _known(actor, owner, given.get("tags", ()), given.get("interval_s", 60))
    return rows.create_row(actor, GROUP, given)


def group_update(
    actor: Actor, pk: UUID | str, values: Mapping[str, Any], expected_version: int | None = None
) -> WatchGroup:
    """Change a group; other tags or another interval take its model away.

    Raises NotYours, Forbidden, BadInput, ChangedMeanwhile.
    """
    row, given = queries.group_one(actor, pk), dict(values)
    if "tags" in given:
        every = given.get("interval_s", row.interval_s)
        given["tags"] = _known(actor, row.enterprise_id, given["tags"], every)
    return rows.update_row(actor, GROUP, pk, given, expected_version)


def group_remove(
    actor: Actor, pk: UUID | str, reason: str = "", expected_version: int | None = None
) -> WatchGroup:
    """Take a group out of the lists; nothing judges it any more."""
    return rows.remove_row(actor, GROUP, pk, reason, expected_version)


def _known(actor: Actor, owner: Any, given: Sequence[str], interval_s: Any) -> list[str]:
    """Return the tags one by one, each once. Raises BadInput naming those that will not do."""
    tags = list(dict.fromkeys(tag for line in given for tag in _APART.split(line) if tag))
    problems = Problems()
    if not owner or not tags:
        return tags
    # Who may not see the enterprise hears of it from the register, with the same words as ever.
    if not Enterprise.objects.for_actor(actor).filter(pk=owner).exists():
        return tags
    found = queries.points_of(actor, owner, tags[: MOST + 1])
    lost = [tag for tag, point in zip(tags, found, strict=False) if point is None]
    if lost:
        problems.add("tags", _("No such tag: %(tags)s.") % {"tags": ", ".join(lost)})
    slow = [one.tag for one in found if one and one.sampling_seconds > int(interval_s or 60)]
    if slow:
        problems.add(
            "tags",
            _("Slower than the interval: %(tags)s.") % {"tags": ", ".join(slow)},
            _("Choose a longer interval, or leave them out."),
        )
    problems.raise_if_any()
    return tags


# ---- fitting ---------------------------------------------------------------------------------


@transaction.atomic
def fit_start(actor: Actor, pk: UUID | str) -> Job:
    """Start fitting a group in the background. Raises NotYours, Forbidden."""
    row = queries.group_one(actor, pk)
    rights.require(actor, policy.GROUP_EDIT, row)
    return enqueue(
        actor, FIT_JOB, title=row.name, enterprise_id=row.enterprise_id, lock=f"fit-{row.pk}",
        group_id=str(row.pk),
    )  # fmt: skip


def fit(
    actor: Actor,
    pk: UUID | str,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> WatchGroup:
    """Fit a group on what the historian has of its training period.

    Raises NotYours, Forbidden, PointsMissing, GapsInTraining, TooFewRows, NothingMoves,
    HistorianAway, GroupChanged.
    """
    row = queries.group_one(actor, pk)
    rights.require(actor, policy.GROUP_EDIT, row)
    points = _points(actor, row)
    numbers = [point.number for point in points]
    end = queries.aligned(row.train_to or now(), row.interval_s)
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
    return fit_rows(actor, row, points, np.concatenate(parts), end, origin="historian")


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
) -> WatchGroup:
    """Fit a group on a table of means (rows, points) that ends at `end`, and keep the model.

    `origin` says where the rows are from: historian or simulator. Raises as `fit`.
    """
    table = watch.filled(values, FILL)
    there = np.isfinite(table)
    thin = [
        f"{point.tag} {share:.0%}"
        for point, share in zip(points, there.mean(axis=0), strict=True)
        if share < WHOLE
    ]
    if thin:
        raise GapsInTraining(tags=", ".join(thin))
    whole = table[there.all(axis=1)]
    needed = watch.rows_needed(len(points), row.false_alarms / 100)
    if len(whole) < needed:
        raise TooFewRows(n=len(whole), needed=needed, interval=row.interval_s)
    at_rest = [
        point.tag for point, is_still in zip(points, watch.still(whole), strict=True) if is_still
    ]
    if len(points) - len(at_rest) < 2:
        raise NothingMoves(tags=", ".join(at_rest))
    found = watch.Watch.fit(whole, false_alarms=row.false_alarms / 100, margin=row.margin)
    told = {
        "rows": len(whole),
        "of": len(table),
        "held": found.n_held,
        "components": int(found.pca.axes.shape[1]),
        "explained": round(found.explained, 4),
        "later": round(found.later, 4),
        "still": at_rest,
        "from": (end - dt.timedelta(seconds=len(table) * row.interval_s)).isoformat(),
        "to": end.isoformat(),
        "origin": origin,
        "by": actor.name,
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
    row.fitted, row.numbers, row.fitted_at, row.fit = data, numbers, now(), told
    row.state, row.above_since, row.parts, row.missing = GroupState.UNKNOWN, None, [], []
    row.t2 = row.q = row.judged_at = row.known_at = None
    row.version += 1
    row.save()
    # The page tells the rest of the newest fit.
    kept = {name: told[name] for name in ("rows", "later", "origin")}
    record(actor, events.GROUP_FITTED, row, after=kept)
    return row
