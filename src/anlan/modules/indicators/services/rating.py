"""The weekly score of all enterprises, in one statement."""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.urls import reverse

from anlan.base.actors.actor import SYSTEM, Actor
from anlan.base.actors.models import Organisation
from anlan.base.actors.roles import OrganisationKind, Role
from anlan.base.audit.services import Entry, record_many
from anlan.base.clock import day_of
from anlan.base.clock import now as clock_now
from anlan.base.duties import ladder
from anlan.base.duties import queries as duties
from anlan.base.duties.rules import id_bound
from anlan.base.duties.services.raising import Concern, raise_many
from anlan.base.duties.services.warnings import clear_for
from anlan.base.errors import NotYours
from anlan.base.phrases import Phrase
from anlan.modules.indicators import events, rules, texts
from anlan.modules.indicators.models import AreaParameters, WeeklyScore
from anlan.modules.indicators.services.rating_sql import COLUMNS, COMPLETION, SHOW, STORE
from anlan.modules.registry import queries as registry

SUBJECT = "score"
NEAR = dt.timedelta(days=10)


@dataclass(frozen=True, slots=True)
class Rated:
    """What a run did: rows new or changed, warnings raised or changed, warnings cleared."""

    n_changed: int
    n_raised: int
    n_cleared: int


@transaction.atomic
def rate_week(week_on: dt.date, *, now: dt.datetime | None = None, tell: bool = True) -> Rated:
    """Rate every enterprise for the week that begins on a Monday; keep the rows.

    Run under the system's scope. Set-based: a fixed number of statements however many there are.
    Safe to repeat: what did not change is not touched and writes no event. `tell` raises and
    clears the warnings of the operating effect; leave it out for weeks long past.
    """
    moment = now or clock_now()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute(STORE, _given(week_on, moment, None))
        changed = [
            WeeklyScore(
                id=row[0],
                enterprise_id=row[1],
                scope_path=row[2],
                week_on=week_on,
                score=row[3],
                band=row[4],
                colour=row[5],
                fell=row[6],
                vetoes=row[7],
            )
            for row in cursor.fetchall()
        ]
    record_many(
        SYSTEM,
        [
            Entry(
                events.SCORED,
                row,
                after={"week_on": week_on, "score": row.score, "band": row.band},
            )
            for row in changed
        ],
    )
    raised, cleared = _warn(changed, moment) if tell else (0, 0)
    return Rated(len(changed), raised, cleared)


@transaction.atomic
def note_completion(week_on: dt.date) -> int:
    """Write into the week's rows how many risk analyses are complete now; return how many rows
    changed. Set-based, under the system's scope."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute(COMPLETION, {"week": week_on})
        return int(cursor.rowcount)


def so_far(actor: Actor, enterprise_id: UUID, now: dt.datetime | None = None) -> WeeklyScore:
    """Return the running week of one enterprise as it stands, not kept.

    Ranks are left out: others' weeks are not counted for it. Raises NotYours.
    """
    moment = now or clock_now()
    week_on = rules.week_of(day_of(moment))
    registry.enterprises(actor).one(enterprise_id)
    with connection.cursor() as cursor:
        cursor.execute(SHOW, _given(week_on, moment, enterprise_id))
        row = cursor.fetchone()
    if row is None:
        raise NotYours()
    plant_id, path, *values = row
    found = dict(zip(COLUMNS, values, strict=True))
    found |= {"rank_county": None, "rank_city": None, "rated_county": 0, "rated_city": 0}
    return WeeklyScore(enterprise_id=plant_id, scope_path=path, week_on=week_on, **found)


def _given(week_on: dt.date, moment: dt.datetime, only: UUID | None) -> dict[str, Any]:
    start, end = rules.bounds(week_on)
    until = min(end, moment)
    own, parks = own_parameters(), _parks()
    rungs = ladder.product_default()
    return {
        "rules": json.dumps(
            [
                {
                    "path": path,
                    "park": parks.get(path),
                    **_numbers(rules.defaults() | own.get(path, {})),
                }
                for path in (*own, "")
            ]
        ),
        "own": json.dumps({path: _numbers(values) for path, values in own.items()}),
        "falls": json.dumps(
            [
                {"enterprise_id": str(pk), "fell": str(_fall(own_rungs))}
                for pk, own_rungs in duties.own_ladders("score").items()
            ]
        ),
        "fell": _fall(rungs),
        "only": only,
        "start": start,
        "until": until,
        "until_day": day_of(until),
        "near": id_bound(start - NEAR),
        "far": id_bound(start - duties.REACH),
        "last": id_bound(end),
        "before": week_on - rules.WEEK,
        "week": week_on,
        "now": moment,
    }


def _parks() -> dict[str, str]:
    """Return the parks that have parameters of their own: ids by path."""
    rows = AreaParameters.objects.filter(area__kind=OrganisationKind.PARK)
    return {path: str(pk) for path, pk in rows.values_list("area__path", "area_id")}


def own_parameters() -> dict[str, dict[str, Decimal]]:
    """Return what authorities set, by the path of their area or park, with what is set above."""
    rows = sorted(AreaParameters.objects.select_related("area"), key=lambda row: len(row.area.path))
    found: dict[str, dict[str, Decimal]] = {}
    for row in rows:
        above = [found[path] for path in found if row.area.path.startswith(path)]
        merged: dict[str, Decimal] = {}
        for values in above:
            merged |= values
        known = rules.defaults()
        own = {name: Decimal(text) for name, text in row.values.items() if name in known}
        found[row.area.path] = merged | own
    return found


def parameters_at(path: str) -> dict[str, Decimal]:
    """Return the parameters in force at a scope path: the park's, else the nearest area's."""
    own, parks = own_parameters(), _parks()
    if parks:
        # Enterprises of a park keep their county's path, so it is asked for.
        steps = path.split("/")[:-1]
        above = ["/".join(steps[: n + 1]) + "/" for n in range(len(steps))]
        held = Organisation.objects.filter(path__in=above, park__path__in=list(parks))
        park = held.values_list("park__path", flat=True).first()
        if park is not None:
            return {**rules.defaults(), **own[park]}
    nearest = max(
        (one for one in own.items() if path.startswith(one[0])),
        key=lambda one: len(one[0]),
        default=("", {}),
    )
    return {**rules.defaults(), **nearest[1]}


def _numbers(values: Mapping[str, Decimal]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


def _fall(rungs: Any) -> Decimal:
    return ladder.rung_of(rungs, "score", "fell", 1).threshold


def _warn(rows: list[WeeklyScore], moment: dt.datetime) -> tuple[int, int]:
    concerns = [
        Concern(
            enterprise_id=row.enterprise_id,
            scope_path=row.scope_path,
            subject_id=row.enterprise_id,
            title=texts.EFFECT(score=f"{row.score:.1f}", band=row.band),
            colour=row.colour,
            cause=_cause(row),
            url=reverse("indicators:enterprise", args=[row.enterprise_id]) + f"?week={row.week_on}",
            # Whose work the score is; without a role everybody of the plant would be told.
            role=Role.SAFETY_MANAGER,
        )
        for row in rows
        if row.colour
    ]
    raised = raise_many(SYSTEM, concerns, trigger="score", subject_kind=SUBJECT, now=moment)
    good = [row.enterprise_id for row in rows if not row.colour and row.band]
    cleared = clear_for(SYSTEM, SUBJECT, good, reason=texts.BACK_AT_GOOD(), now=moment)
    return raised, cleared


def _cause(row: WeeklyScore) -> Phrase:
    if row.vetoes:
        return texts.VETOED(vetoes=list(row.vetoes))
    if row.fell is not None and row.fell > 0:
        return texts.FELL(points=f"{row.fell:.1f}")
    return Phrase()
