"""Computing the index of all installations, and what follows from it."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from anlan.base import live
from anlan.base.actors.actor import SYSTEM
from anlan.base.audit.events import Event
from anlan.base.audit.services import Entry, record_many
from anlan.engines.warning import index, model, standing
from anlan.modules.registry.models import MhiUnit
from anlan.modules.warnings import events, matrix, queries_figures, rules
from anlan.modules.warnings.models import EarlyWarning, UnitIndex
from anlan.modules.warnings.services import inputs, telling
from anlan.modules.warnings.states import STANDING, WARNING, WarningState

FIELDS = (
    "score", "base", "colour", "at_rest", "is_degraded", "factors", "overrides", "standing",
    "model_version", "computed_at", "updated_at", "scope_path",
)  # fmt: skip
LOCK = 0x57415200


@dataclass(frozen=True, slots=True)
class Done:
    """What a run did."""

    units: int = 0
    opened: int = 0
    raised: int = 0
    lowered: int = 0
    calmed: int = 0


@transaction.atomic
def assess_all(now: dt.datetime, units: Collection[UUID] | None = None) -> Done:
    """Compute the index of every installation (or of `units`), open and move warnings, tell.

    Set-based: the number of statements does not grow with that of the installations. One run at a
    time: two would open the same warning.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    usual = model.packaged()
    own = queries_figures.models(usual)

    def figures_of(enterprise_id: UUID) -> model.Model:
        return own.get(enterprise_id, usual)

    gathered = inputs.gather(now, figures_of, units)
    before = {
        row.unit_id: row
        for row in UnitIndex.objects.for_actor(SYSTEM).filter(unit__in=list(gathered))
    }
    rows: list[UnitIndex] = []
    risen: dict[UUID, tuple[UnitIndex, bool]] = {}
    for pk, (unit, given) in gathered.items():
        figures = figures_of(unit.enterprise_id)
        found = index.assess(given, figures)
        shown = standing.follow(_standing(before.get(pk)), found, now.timestamp(), figures)
        row = _index(unit, found, shown, now)
        rows.append(row)
        risen[pk] = (row, rules.has_risen(found, shown.colour))
    UnitIndex.objects.for_actor(SYSTEM).bulk_create(
        rows,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["unit"],
        update_fields=list(FIELDS),
    )
    return _follow(now, risen, everything=units is None)


def _standing(row: UnitIndex | None) -> standing.Standing | None:
    if row is None or not row.standing:
        return None
    kept = row.standing
    worst = kept.get("worst_since")
    return standing.Standing(
        model.Colour(kept["colour"]),
        kept["since"],
        kept.get("calm_since"),
        model.Colour(worst) if worst else None,
    )


def _index(
    unit: MhiUnit, found: index.Assessment, shown: standing.Standing, now: dt.datetime
) -> UnitIndex:
    return UnitIndex(
        enterprise_id=unit.enterprise_id,
        scope_path=unit.scope_path,
        unit=unit,
        score=round(found.score, 2),
        base=found.base,
        colour=rules.NUMBERS[shown.colour],
        at_rest=rules.NUMBERS[found.at_rest],
        is_degraded=found.degraded,
        factors=[_contribution(one) for one in found.contributions],
        overrides=list(found.overrides),
        standing={
            "colour": shown.colour,
            "since": shown.since,
            "calm_since": shown.calm_since,
            "worst_since": shown.worst_since,
        },
        model_version=found.version,
        computed_at=now,
        updated_at=now,
    )


def _contribution(one: index.Contribution) -> dict[str, Any]:
    return {
        "group": one.group,
        "score": round(one.score, 3),
        "weight": round(one.weight, 3),
        "points": round(one.points, 2),
        "unknown": one.unknown,
        "factors": [
            {
                "code": factor.code,
                "of": factor.of,
                "score": None if factor.score is None else round(factor.score, 3),
                "value": factor.value,
            }
            for factor in one.factors[:12]
        ],
    }


def _follow(
    now: dt.datetime, risen: dict[UUID, tuple[UnitIndex, bool]], *, everything: bool
) -> Done:
    """Open, raise, lower and calm the warnings of units; of all there are where `everything`."""
    standing_rows = EarlyWarning.objects.for_actor(SYSTEM).filter(state__in=STANDING)
    if not everything:
        standing_rows = standing_rows.filter(unit__in=list(risen))
    open_ = {row.unit_id: row for row in standing_rows.select_for_update(of=("self",))}
    fresh: list[EarlyWarning] = []
    changed: list[EarlyWarning] = []
    entries: list[Entry] = []
    counts = dict.fromkeys(("opened", "raised", "lowered", "calmed"), 0)

    def note(what: str, event: Event, row: EarlyWarning, colour_before: int | None) -> None:
        counts[what] += 1
        before = None if colour_before is None else {"colour": colour_before}
        entries.append(Entry(event, row, before, {"colour": row.colour, "score": row.score}))

    for pk, (found, is_up) in risen.items():
        row = open_.get(pk)
        if row is None:
            if is_up:
                row = _opened(found, now)
                fresh.append(row)
                note("opened", events.OPENED, row, None)
            continue
        former = row.colour
        if is_up and found.colour > former:
            _take(row, found, now)
            if row.state != WarningState.OPEN:
                WARNING.step(row, "raise")
            note("raised", events.RAISED, row, former)
        elif is_up and found.colour < former:
            row.colour, row.lowered_at = found.colour, now
            note("lowered", events.LOWERED, row, former)
        elif not is_up and row.calm_at is None:
            row.calm_at = now
            note("calmed", events.CALMED, row, former)
        elif is_up and row.calm_at is not None:
            row.calm_at = None
        elif is_up and found.score > row.score:
            row.score, row.factors = found.score, found.factors
        else:
            continue
        if is_up:
            row.calm_at = None
        row.version += 1
        row.updated_at = now
        changed.append(row)
    for pk, row in open_.items():
        if pk not in risen and row.calm_at is None:
            # Taken out of use or of the register: nobody judges it any more, so it can be cleared.
            row.calm_at = row.updated_at = now
            row.version += 1
            note("calmed", events.CALMED, row, row.colour)
            changed.append(row)
    rows = EarlyWarning.objects.for_actor(SYSTEM)
    rows.bulk_create(fresh, batch_size=1000)
    rows.bulk_update(
        changed,
        [
            "colour", "state", "score", "base", "factors", "overrides", "model_version",
            "raised_at", "lowered_at", "calm_at", "acknowledge_by", "report_by", "clear_by",
            "version", "updated_at",
        ],
        batch_size=1000,
    )  # fmt: skip
    record_many(SYSTEM, entries)
    telling.tell_raised([*fresh, *changed], now)
    for row in [*fresh, *changed]:
        live.publish("warnings", "warning", {"id": str(row.pk)}, row=row)
    return Done(units=len(risen), **counts)


def _opened(found: UnitIndex, now: dt.datetime) -> EarlyWarning:
    row = EarlyWarning(
        enterprise_id=found.enterprise_id,
        scope_path=found.scope_path,
        unit=found.unit,
        opened_at=now,
    )
    _take(row, found, now)
    return row


def _take(row: EarlyWarning, found: UnitIndex, now: dt.datetime) -> None:
    """Take the index over, and the deadlines of its colour from now on."""
    asked = matrix.rows()[found.colour]
    row.colour, row.score, row.base = found.colour, found.score, found.base
    row.factors, row.overrides = found.factors, found.overrides
    row.model_version, row.raised_at, row.calm_at = found.model_version, now, None
    row.acknowledge_by = now + asked.acknowledge
    row.report_by = now + asked.report
    row.clear_by = now + asked.clear
