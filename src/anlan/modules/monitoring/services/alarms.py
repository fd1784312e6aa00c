"""What the process does to alarms: raised, cleared, suppressed by design, timers.

The worker alone calls this. What people do to alarms lives in `alarms_acts`.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from anlan.base import live
from anlan.base.actors.actor import SYSTEM, Actor
from anlan.base.clock import now as clock_now
from anlan.engines.alarms import states
from anlan.modules.monitoring.choices import Happening, Priority
from anlan.modules.monitoring.models import AlarmEvent, AlarmState, WorkerPosition
from anlan.modules.monitoring.services.alarms_journal import Held, Line, hold, write

# What one live event names; a page that hears of more asks for its list anyway.
TOLD_MAX = 50
_when_grave: list[Callable[[], None]] = []


def when_grave(listener: Callable[[], None]) -> None:
    """Have `listener` called after each batch that announced an alarm of critical or high priority.

    After the commit and in the worker's own thread: it must ask for work elsewhere, not do it. One
    that fails is logged and stops nothing.
    """
    if listener not in _when_grave:
        _when_grave.append(listener)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the core found of an alarm: raised, cleared, suppressed or unsuppressed.

    `since` is when the condition began and `at` when its delay was over, both the source's time.
    """

    rule_id: UUID
    what: str
    at: dt.datetime
    since: dt.datetime
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """How far a worker has read its partition; `snapshot` is the core as of `sequence`, or None."""

    partition: int
    sequence: int
    snapshot: bytes | None = None


@dataclass(slots=True)
class Taken:
    """What came of a batch: lines written, how many of them announced, how many known before."""

    written: int = 0
    announced: int = 0
    repeated: int = 0


@dataclass(slots=True)
class Changes:
    """Gathers the lines of a batch while alarms move, then writes all at once."""

    now: dt.datetime
    held: dict[UUID, Held]
    lines: list[Line] = field(default_factory=list)
    moved: dict[UUID, Held] = field(default_factory=dict)

    def move(
        self,
        rule_id: UUID,
        step: states.Step,
        what: str,
        *,
        at: dt.datetime | None = None,
        since: dt.datetime | None = None,
        value: float | None = None,
        comment: str = "",
        permit: str = "",
        until: dt.datetime | None = None,
    ) -> None:
        """Take a step of one alarm into the batch."""
        held = self.held[rule_id]
        moment = at or self.now
        held.alarm = step.alarm
        if what == Happening.RAISED:
            held.since, held.raised_at, held.value = since, moment, value
            held.opened += 1
        elif value is not None:
            held.value = value
        told_at = self.now if step.announces else None
        if told_at is not None:
            held.announced_at = told_at
        self.moved[rule_id] = held
        self.lines.append(
            Line(
                rule_id, held.enterprise_id, held.scope_path, what, moment, since, told_at, value,
                held.limit, held.priority, comment, permit, until,
            )
        )  # fmt: skip

    def write(self, actor: Actor = SYSTEM) -> None:
        """Write all, and tell the open pages after the commit."""
        if not self.lines:
            return
        write(actor, self.lines, self.moved.values(), self.now)
        tell(self.lines)


def tell(lines: Sequence[Line]) -> None:
    """Tell open pages which alarms moved: one event a place."""
    by_place: dict[tuple[str, UUID], list[Line]] = {}
    for line in lines:
        by_place.setdefault((line.scope_path, line.enterprise_id), []).append(line)
    for (path, enterprise_id), some in by_place.items():
        live.publish(
            "alarms",
            "alarms.changed",
            {
                "n": len(some),
                "announced": [
                    line.priority for line in some[:TOLD_MAX] if line.announced_at is not None
                ],
                "changes": [
                    {"rule": str(line.rule_id), "what": line.what, "at": line.at.isoformat()}
                    for line in some[:TOLD_MAX]
                ],
            },
            scope_path=path,
            enterprise_id=enterprise_id,
        )


_STEPS: dict[str, Callable[[Held], states.Step]] = {
    Happening.RAISED: lambda held: states.raised(held.alarm),
    Happening.CLEARED: lambda held: states.cleared(held.alarm, held.of),
    Happening.SUPPRESSED: lambda held: states.suppressed(held.alarm, True),
    Happening.UNSUPPRESSED: lambda held: states.suppressed(held.alarm, False),
}
_KNOWN = """
    SELECT n.place
      FROM unnest(%s::int[], %s::uuid[], %s::timestamptz[], %s::text[])
           AS n (place, rule_id, since, what)
      JOIN monitoring_alarmevent e
        ON e.rule_id = n.rule_id AND e.since = n.since AND e.what = n.what
     WHERE e.what IN ('raised', 'cleared', 'suppressed', 'unsuppressed')
"""


def take_events(
    events: Iterable[Judgement], position: Position | None, now: dt.datetime | None = None
) -> Taken:
    """Write what the core found, and how far the worker has read, in one transaction.

    An event that is in the journal already (the worker was killed and reads again) changes
    nothing. `events` are in the order of the core. Runs as the system.
    """
    listed = list(events)
    moment = now or clock_now()
    if position is not None and position.sequence > _read_up_to(position.partition):
        with suppress(IntegrityError):
            return _take(listed, position, moment, is_new=True)
    return _take(listed, position, moment, is_new=False)


def _read_up_to(partition: int) -> int:
    row = WorkerPosition.objects.filter(partition=partition).values_list("sequence", flat=True)
    return row.first() or 0


@transaction.atomic
def _take(
    listed: Sequence[Judgement], position: Position | None, moment: dt.datetime, *, is_new: bool
) -> Taken:
    """Write a batch. One that `is_new` was never read; the constraint of the journal says if it
    was, and then the events that are there already are looked for."""
    taken = Taken()
    known = set() if is_new else _known(listed)
    fresh = [one for place, one in enumerate(listed) if place not in known]
    taken.repeated = len(listed) - len(fresh)
    changes = Changes(moment, hold((one.rule_id for one in fresh), moment))
    for one in fresh:
        held = changes.held.get(one.rule_id)
        if held is None:  # the rule was taken away while its alarm was on the way
            continue
        step = _STEPS[one.what](held)
        changes.move(one.rule_id, step, one.what, at=one.at, since=one.since, value=one.value)
    changes.write()
    if any(_is_grave(line) for line in changes.lines):
        for listener in _when_grave:
            transaction.on_commit(listener, robust=True)
    taken.written = len(changes.lines)
    taken.announced = sum(line.announced_at is not None for line in changes.lines)
    if position is not None:
        _keep(position, moment)
    return taken


def _is_grave(line: Line) -> bool:
    return (
        line.what == Happening.RAISED
        and line.announced_at is not None
        and line.priority <= Priority.HIGH
    )


def _known(listed: Sequence[Judgement]) -> set[int]:
    if not listed:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            _KNOWN,
            [
                list(range(len(listed))),
                [one.rule_id for one in listed],
                [one.since for one in listed],
                [str(one.what) for one in listed],
            ],
        )
        return {place for (place,) in cursor.fetchall()}


_KEEP = """
    INSERT INTO monitoring_workerposition (
        partition, sequence, snapshot, snapshot_sequence, taken_at
    )
    VALUES (%(partition)s, %(sequence)s, %(snapshot)s, %(snapshot_sequence)s, %(taken_at)s)
    ON CONFLICT (partition) DO UPDATE
       SET sequence = greatest(monitoring_workerposition.sequence, excluded.sequence),
           snapshot = coalesce(excluded.snapshot, monitoring_workerposition.snapshot),
           snapshot_sequence = CASE WHEN excluded.snapshot IS NULL
               THEN monitoring_workerposition.snapshot_sequence ELSE excluded.snapshot_sequence END,
           taken_at = coalesce(excluded.taken_at, monitoring_workerposition.taken_at)
"""


def _keep(position: Position, now: dt.datetime) -> None:
    has_snapshot = position.snapshot is not None
    with connection.cursor() as cursor:
        cursor.execute(
            _KEEP,
            {
                "partition": position.partition,
                "sequence": position.sequence,
                "snapshot": position.snapshot,
                "snapshot_sequence": position.sequence if has_snapshot else 0,
                "taken_at": now if has_snapshot else None,
            },
        )


def position_of(partition: int) -> Position | None:
    """Return where a worker of this partition goes on: its last snapshot and its sequence."""
    row = WorkerPosition.objects.filter(partition=partition).first()
    if row is None or row.snapshot is None:
        return None
    return Position(partition, row.snapshot_sequence, bytes(row.snapshot))


@dataclass(frozen=True, slots=True)
class Standing:
    """What the journal says of the alarms now: rules whose condition holds, rules suppressed by
    design, and when its last line was written (None while it is empty)."""

    active: frozenset[UUID]
    suppressed: frozenset[UUID]
    written_at: dt.datetime | None


def standing() -> Standing:
    """Return how all alarms stand, in two statements."""
    rows = list(
        AlarmState.objects.unscoped("the worker judges for every enterprise")
        .filter(Q(condition=True) | Q(suppressed=True))
        .values_list("rule_id", "condition", "suppressed")
    )
    journal = AlarmEvent.objects.unscoped("the worker judges for every enterprise")
    return Standing(
        frozenset(rule for rule, condition, _ in rows if condition),
        frozenset(rule for rule, _, suppressed in rows if suppressed),
        # Keys rise with time.
        journal.order_by("-pk").values_list("created_at", flat=True).first(),
    )


@transaction.atomic
def timers(now: dt.datetime | None = None) -> int:
    """End shelves whose time is over and announce again what its class says; return how many.

    Everything needed stands in the rows, so a worker that was away catches up.
    """
    moment = now or clock_now()
    waiting = AlarmState.objects.unscoped("timers run for every enterprise")
    over = waiting.filter(shelved_until__lte=moment).values_list("rule_id", flat=True)
    due = due_again(moment)
    return _each([*over, *due], moment, lambda held: _timer_step(held, moment))


def _timer_step(held: Held, moment: dt.datetime) -> tuple[states.Step, str] | None:
    if held.alarm.shelved_until is not None and held.alarm.shelved_until <= moment:
        return states.shelf_checked(held.alarm, moment), Happening.SHELF_OVER
    step = states.repeated(held.alarm, held.of, moment)
    return (step, Happening.ANNOUNCED_AGAIN) if step.announces else None


_AGAIN = """
    SELECT s.rule_id
      FROM monitoring_alarmstate s
      JOIN monitoring_alarmrule r ON r.id = s.rule_id
      JOIN monitoring_alarmclass c ON c.id = r.alarm_class_id
     WHERE s.shown = 'C' AND c.announce_again_after IS NOT NULL
       AND s.acknowledged_at + c.announce_again_after * interval '1 second' <= %s
"""


def due_again(now: dt.datetime) -> list[UUID]:
    """Return the rules whose acknowledged alarms are to be announced again."""
    with connection.cursor() as cursor:
        cursor.execute(_AGAIN, [now])
        return [rule for (rule,) in cursor.fetchall()]


def _each(
    rules: Iterable[UUID],
    moment: dt.datetime,
    step: Callable[[Held], tuple[states.Step, str] | None],
) -> int:
    changes = Changes(moment, hold(rules, moment))
    for rule_id, held in list(changes.held.items()):
        found = step(held)
        if found is not None:
            changes.move(rule_id, *found)
    changes.write()
    return len(changes.lines)
