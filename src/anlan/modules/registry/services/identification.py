"""Identifying and grading units under GB 18218, set-based, kept for ever.

Called after each commit that touched what grading rests on (`recalculation.on_change`), by a
nightly sweep for what was missed, and for everything at once after a bulk load.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings as django_settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils import translation

from anlan.base.actors.actor import Actor
from anlan.base.audit.services import Entry, record_many
from anlan.base.clock import now
from anlan.engines import gb18218
from anlan.modules.registry import events
from anlan.modules.registry.models import Identification, MhiUnit
from anlan.modules.registry.queries_identification import (
    inputs_by_unit,
    newest_identifications,
    stored_result,
)
from anlan.modules.registry.rules_grading import (
    Json,
    dump_change,
    dump_result,
    judge,
    stored,
)
from anlan.modules.registry.services.enterprise_facts import enterprise_facts_refresh
from anlan.modules.registry.services.telling import level_changes_tell
from anlan.modules.registry.texts_identification import change_words

# Units of one transaction: bounds memory and how long rows stay locked.
BATCH = 500


@dataclass(frozen=True, slots=True)
class LevelChange:
    """A unit whose standing changed. `before` is None for the first identification."""

    unit: MhiUnit
    before: tuple[bool | None, int | None] | None
    after: tuple[bool | None, int | None]
    identification: Identification
    last: Identification | None


@dataclass(slots=True)
class Identified:
    """What a run did."""

    n_stored: int = 0
    n_unchanged: int = 0
    changes: list[LevelChange] = field(default_factory=list)


def unit_identify(
    actor: Actor,
    unit_ids: Iterable[UUID],
    cause: str,
    *,
    tell: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Identified:
    """Identify these units from the registered figures and keep what came out.

    A unit whose figures, settings and edition are those of its newest identification gets no
    new one. A unit without inventories is kept as "missing data", never as "no". With `tell`
    the responsible people hear of changed levels. Units the actor does not see are left out.
    """
    wanted = sorted(set(unit_ids))
    done = Identified()
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        _identify_batch(actor, batch, cause, done, tell=tell)
        if progress is not None:
            progress(start + len(batch), len(wanted))
    return done


@transaction.atomic
def _identify_batch(
    actor: Actor, batch: Sequence[UUID], cause: str, done: Identified, *, tell: bool
) -> None:
    rows = MhiUnit.objects.for_actor(actor).filter(pk__in=batch, removed_at__isnull=True)
    # In the order of their ids, so that two runs over the same units wait, never deadlock.
    units = list(rows.select_related("site").select_for_update(of=("self",)).order_by("pk"))
    inputs = inputs_by_unit(actor, units)
    newest = newest_identifications(actor, [unit.pk for unit in units])
    edition = gb18218.tables().edition
    made: list[Identification] = []
    entries: list[Entry] = []
    changes: list[LevelChange] = []
    for unit in units:
        last = newest.get(unit.pk)
        if last is not None and last.inputs == inputs[unit.pk] and last.edition == edition:
            done.n_unchanged += 1
            continue
        row = _identification(unit, inputs[unit.pk], last, cause)
        made.append(row)
        before = (last.is_mhi, last.level) if last is not None else None
        after = (row.is_mhi, row.level)
        moved = before is not None and before != after
        if moved or (before is None and row.is_mhi):
            changes.append(LevelChange(unit, before, after, row, last))
        entries.append(_entry(unit, row, last, moved=moved))
    _insert(made)
    _update_units(made)
    record_many(actor, entries)
    enterprise_facts_refresh(row.enterprise_id for row in made)
    done.n_stored += len(made)
    if tell:
        done.changes += changes
        level_changes_tell(actor, changes)


def _identification(
    unit: MhiUnit, inputs: Json, last: Identification | None, cause: str
) -> Identification:
    result = judge(inputs)
    change = None
    if last is not None:
        difference = gb18218.diff(stored_result(last), result)
        change = dump_change(difference, last.inputs, inputs)
    return Identification(
        enterprise_id=unit.enterprise_id,
        scope_path=unit.scope_path,
        unit=unit,
        edition=result.edition,
        inputs=inputs,
        result=dump_result(result),
        change=change,
        is_mhi=result.is_major_hazard,
        level=result.level,
        s_value=stored(result.S),
        r_value=stored(result.R),
        cause=cause,
    )


def _entry(
    unit: MhiUnit, row: Identification, last: Identification | None, *, moved: bool
) -> Entry:
    event = events.UNIT_LEVEL_CHANGED if moved else events.UNIT_IDENTIFIED
    reason = ""
    if row.change is not None:
        # History keeps one text; the language of the installation is the one inspectors read.
        with translation.override(django_settings.LANGUAGE_CODE):
            reason = "；".join(change_words(row.change))
    return Entry(
        event,
        unit,
        before=_figures(last) if last is not None else None,
        after={**_figures(row), "edition": row.edition, "cause": row.cause},
        reason=reason,
    )


def _figures(row: Identification) -> dict[str, Any]:
    return {"is_mhi": row.is_mhi, "level": row.level, "S": row.s_value, "R": row.r_value}


_INSERT = """
INSERT INTO registry_identification (
    id, enterprise_id, scope_path, version, created_at, updated_at, unit_id, edition,
    inputs, result, change, is_mhi, level, s_value, r_value, cause
)
SELECT id, enterprise_id, scope_path, 1, %s, %s, unit_id, edition,
    inputs, result, change, is_mhi, level, s_value, r_value, cause
FROM jsonb_to_recordset(%s::jsonb) AS d(
    id uuid, enterprise_id uuid, scope_path text, unit_id uuid, edition text, inputs jsonb,
    result jsonb, change jsonb, is_mhi boolean, level smallint, s_value numeric,
    r_value numeric, cause text
)
"""
_INSERTED = (
    "id", "enterprise_id", "scope_path", "unit_id", "edition", "inputs", "result", "change",
    "is_mhi", "level", "s_value", "r_value", "cause",
)  # fmt: skip


def _insert(made: Sequence[Identification]) -> None:
    """Store a batch as one JSON document: `bulk_create` escapes every quote of every result,
    which takes longer than grading.
    """
    if not made:
        return
    moment = now()
    for row in made:
        row.created_at = row.updated_at = moment
    rows = [{name: getattr(row, name) for name in _INSERTED} for row in made]
    document = json.dumps(rows, cls=DjangoJSONEncoder, ensure_ascii=False)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [moment, moment, document])


_UPDATE = """
UPDATE registry_mhiunit u SET
    is_mhi = d.is_mhi, level = d.level, s_value = d.s, r_value = d.r, edition = d.edition,
    identified_at = %s, updated_at = %s
FROM unnest(%s::uuid[], %s::boolean[], %s::smallint[], %s::numeric[], %s::numeric[], %s::text[])
    AS d(id, is_mhi, level, s, r, edition)
WHERE u.id = d.id
"""


def _update_units(made: Sequence[Identification]) -> None:
    """Repeat the results on the units. Derived: their version does not move."""
    if not made:
        return
    moment = now()
    columns: list[list[Any]] = [
        [row.unit_id for row in made],
        [row.is_mhi for row in made],
        [row.level for row in made],
        [row.s_value for row in made],
        [row.r_value for row in made],
        [row.edition for row in made],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, [moment, moment, *columns])
