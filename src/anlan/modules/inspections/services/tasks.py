"""Setting up, changing and stopping inspection tasks; each carries one duty plan."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.audit.services import Entry, record, record_many
from anlan.base.clock import day_of
from anlan.base.clock import now as clock_now
from anlan.base.duties.services import plans
from anlan.base.duties.services.places import enterprise_of
from anlan.base.errors import BadInput, Problem
from anlan.base.numbers.services import next_numbers
from anlan.base.search_key import search_key
from anlan.modules.inspections import events, numbers
from anlan.modules.inspections.models import InspectionTask
from anlan.modules.inspections.policy import TASK_EDIT
from anlan.modules.inspections.problems import ChangedMeanwhile, TaskStopped
from anlan.modules.inspections.services.building import PLACES, Built, build, shown

_COLUMNS = (
    "code", "title", "content", "source", "work_type", "role_item", "route", *PLACES,
    "scope_path", "search_key", "version", "updated_at",
)  # fmt: skip


def save(
    actor: Actor,
    enterprise_id: UUID,
    *,
    task_id: UUID | str | None = None,
    expected_version: int | None = None,
    now: dt.datetime | None = None,
    **fields: Any,
) -> InspectionTask:
    """Set up a task with its plan, or change one; its duties follow at once.

    `fields`: `code` (given when left out), `title`, `content`, `source`, `work_type`,
    `role_item`, `route`; the place as `measure`, `unit`, `object` or `checklist` (rows or, with
    `_id`, ids); and what a duty plan takes (`organisation`, `assignee`, `role`, `cycle_n`,
    `cycle_unit`, `calendar`, `starts_on`, …). Title and content follow the measure, the
    department the place, when left out. Raises NotYours, Forbidden, BadInput with every problem,
    TaskStopped, ChangedMeanwhile when `expected_version` is no longer its version.
    """
    given = fields if task_id is None else {**fields, "task_id": task_id}
    return save_many(actor, enterprise_id, [given], expected_version=expected_version, now=now)[0]


@transaction.atomic
def save_many(
    actor: Actor,
    enterprise_id: UUID,
    given: Sequence[Mapping[str, Any]],
    *,
    expected_version: int | None = None,
    now: dt.datetime | None = None,
) -> list[InspectionTask]:
    """Set up many tasks, or change those that carry a `task_id`; all or none.

    The number of statements does not grow. Raises as `save`; problems carry the row's number from
    1 when there are several.
    """
    if not given:
        return []
    moment = now or clock_now()
    owner = enterprise_of(actor, enterprise_id)
    built = build(actor, owner.pk, given, lock=True)
    for one in built:
        if not one.is_new:
            policy.require(actor, TASK_EDIT, one.task)
            if expected_version not in (None, one.task.version):
                raise ChangedMeanwhile()
    found = [
        Problem(p.field, p.text, p.remedy, row=n if len(built) > 1 else None, code=p.code)
        for n, one in enumerate(built, start=1)
        for p in one.problems.found
    ]
    if found:
        raise BadInput(found)
    _create(actor, owner, [one for one in built if one.is_new], moment)
    _change(actor, [one for one in built if not one.is_new], moment)
    return [one.task for one in built]


def problems_of(
    actor: Actor, enterprise_id: UUID, given: Sequence[Mapping[str, Any]]
) -> list[list[Problem]]:
    """Return what `save_many` would refuse each row for, its plan's problems included.

    Nothing is written. Raises NotYours, TaskStopped.
    """
    built = build(actor, enterprise_id, given)
    of_plans = plans.problems_of(
        actor,
        enterprise_id,
        [(None if one.is_new else one.task.plan_id, one.plan_fields) for one in built],
    )
    return [
        [*one.problems.found, *(p for p in more if p.field != "title")]
        for one, more in zip(built, of_plans, strict=True)
    ]


def _create(actor: Actor, owner: Organisation, built: Sequence[Built], moment: dt.datetime) -> None:
    if not built:
        return
    # A refusal takes the numbers back with the transaction, so they leave no gap.
    without = [one.task for one in built if not one.task.code]
    for task, code in zip(without, _codes(owner, moment, len(without)), strict=True):
        task.code = code
    made = plans.save_many(actor, owner.pk, [one.plan_fields for one in built], now=moment)
    tasks = [one.task for one in built]
    for task, plan in zip(tasks, made, strict=True):
        task.plan, task.scope_path = plan, plan.scope_path
        task.search_key = search_key(task.code, task.title, plan.place_text)
    for task in tasks:
        policy.require(actor, TASK_EDIT, task)
    InspectionTask.objects.bulk_create(tasks, batch_size=2000)
    record_many(actor, [Entry(events.TASK_SAVED, task, after=shown(task)) for task in tasks])


def _codes(owner: Organisation, moment: dt.datetime, count: int) -> list[str]:
    """Return free codes; somebody may have given a task a code of this form by hand."""
    codes: list[str] = []
    while len(codes) < count:
        drawn = next_numbers(owner, numbers.TASK, day_of(moment), count - len(codes))
        taken = set(
            InspectionTask.objects.unscoped("codes are the whole enterprise's")
            .filter(enterprise=owner, code__in=drawn)
            .values_list("code", flat=True)
        )
        codes += [code for code in drawn if code not in taken]
    return codes


def _change(actor: Actor, built: Sequence[Built], moment: dt.datetime) -> None:
    if not built:
        return
    versions = {one.task.pk: one.task.plan.version for one in built}
    changed = plans.change_many(
        actor, [(one.task.plan_id, one.plan_fields) for one in built], now=moment
    )
    rows, entries = [], []
    for one, plan in zip(built, changed, strict=True):
        task, after = one.task, shown(one.task)
        differs = sorted(n for n in {*one.before, *after} if one.before.get(n) != after.get(n))
        if not differs and plan.version == versions[task.pk]:
            continue
        task.plan, task.scope_path = plan, plan.scope_path
        task.search_key = search_key(task.code, task.title, plan.place_text)
        task.version += 1
        task.updated_at = moment
        rows.append(task)
        entries.append(
            Entry(
                events.TASK_CHANGED,
                task,
                before={name: one.before.get(name) for name in differs},
                after={name: after.get(name) for name in differs},
            )
        )
    InspectionTask.objects.for_actor(actor).bulk_update(rows, _COLUMNS, batch_size=500)
    record_many(actor, entries)


@transaction.atomic
def stop(
    actor: Actor,
    task_id: UUID | str,
    reason: str,
    *,
    expected_version: int | None = None,
    now: dt.datetime | None = None,
) -> InspectionTask:
    """End a task and its duties: what is not due yet no longer counts.

    Raises NotYours, Forbidden, TaskStopped, ReasonMissing, ChangedMeanwhile.
    """
    task = InspectionTask.objects.for_actor(actor).lock(task_id)
    policy.require(actor, TASK_EDIT, task)
    if not task.is_active:
        raise TaskStopped()
    if expected_version not in (None, task.version):
        raise ChangedMeanwhile()
    plans.stop(actor, task.plan_id, reason, now=now)
    task.is_active = False
    task.version += 1
    task.save(update_fields=["is_active", "version", "updated_at"])
    record(actor, events.TASK_STOPPED, task, reason=reason.strip())
    return task
