"""What people do to alarms: acknowledge, reset, shelve, take out of service, note.

Each act moves the alarm by the pure steps of `engines.alarms.states` under its lock, writes the
journal and the person's own entry in history, and tells the open pages.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.audit.events import Event
from anlan.base.audit.services import Entry, record_many
from anlan.base.clock import now as clock_now
from anlan.base.errors import BadInput, NotYours, Problem
from anlan.engines.alarms import states
from anlan.modules.monitoring import events
from anlan.modules.monitoring.choices import Happening
from anlan.modules.monitoring.models import AlarmEvent, AlarmRule
from anlan.modules.monitoring.policy import ALARM_ACKNOWLEDGE, ALARM_SERVICE, ALARM_SHELVE
from anlan.modules.monitoring.problems_alarms import (
    AlarmRefused,
    NobodyAsked,
    PermitMissing,
    SamePerson,
)
from anlan.modules.monitoring.services.alarms import Changes
from anlan.modules.monitoring.services.alarms_journal import Held, hold
from anlan.modules.monitoring.texts_alarms import NOTE_MISSING, TOO_MANY

# More at once is no look at each; a flood is acknowledged page by page.
AT_ONCE = 200
CONFIRM_WITHIN = dt.timedelta(minutes=15)
Move = Callable[[Held], tuple[states.Step, Happening]]


@dataclass(frozen=True, slots=True)
class Done:
    """How many alarms an act moved, and how many it found moved already."""

    moved: int
    skipped: int = 0


def acknowledge(actor: Actor, rule_ids: Iterable[UUID | str], comment: str = "") -> Done:
    """Say that these alarms were seen. Among several, those seen already are passed over.

    Raises NotYours, Forbidden, AlarmRefused when there is nothing to acknowledge at all.
    """
    moment = clock_now()

    def move(held: Held) -> tuple[states.Step, Happening]:
        return states.acknowledged(held.alarm, moment), Happening.ACKNOWLEDGED

    return _act(
        actor, rule_ids, ALARM_ACKNOWLEDGE, events.ALARM_ACKNOWLEDGED, move,
        moment=moment, comment=comment, forgiving=True,
    )  # fmt: skip


def reset(actor: Actor, rule_ids: Iterable[UUID | str], comment: str = "") -> Done:
    """Let latched alarms go. Raises NotYours, Forbidden, AlarmRefused."""

    def move(held: Held) -> tuple[states.Step, Happening]:
        return states.reset(held.alarm), Happening.RESET

    return _act(
        actor, rule_ids, ALARM_ACKNOWLEDGE, events.ALARM_RESET, move,
        comment=comment, forgiving=True,
    )  # fmt: skip


def shelve(
    actor: Actor, rule_ids: Iterable[UUID | str], *, seconds: int, reason: str, once: bool = False
) -> Done:
    """Put alarms on the shelf for a time, all or none.

    A highly managed one is only asked for: it goes there when somebody else confirms
    (`shelve_confirm`). Raises NotYours, Forbidden, AlarmRefused.
    """
    moment = clock_now()
    until = moment + dt.timedelta(seconds=seconds)

    def move(held: Held) -> tuple[states.Step, Happening]:
        step = states.shelved(
            held.alarm, held.of, moment, until, reason=reason, second_person=True, once=once
        )
        if held.of.highly_managed:
            return states.Step(held.alarm), Happening.SHELF_ASKED
        return step, Happening.SHELVED

    return _act(
        actor, rule_ids, ALARM_SHELVE, events.ALARM_SHELVED, move,
        moment=moment, comment=reason, until=until,
    )  # fmt: skip


def shelve_confirm(actor: Actor, rule_id: UUID | str) -> Done:
    """Confirm as the second person what somebody asked for. Raises as `shelve`, SamePerson."""
    moment = clock_now()
    asked = _asked(actor, rule_id, moment)
    if asked is None or asked.until is None:
        raise NobodyAsked()
    if asked.by_id == actor.user_id:
        raise SamePerson()
    until, reason = asked.until, f"{asked.comment} ({asked.by_name})"

    def move(held: Held) -> tuple[states.Step, Happening]:
        step = states.shelved(held.alarm, held.of, moment, until, reason=reason, second_person=True)
        return step, Happening.SHELVED

    return _act(
        actor, [rule_id], ALARM_SHELVE, events.ALARM_SHELVED, move,
        moment=moment, comment=reason[:500], until=until,
    )  # fmt: skip


def _asked(actor: Actor, rule_id: UUID | str, moment: dt.datetime) -> AlarmEvent | None:
    """Return what was asked for this alarm lately and not answered yet."""
    lately = AlarmEvent.objects.for_actor(actor).filter(
        rule_id=rule_id,
        at__gte=moment - CONFIRM_WITHIN,
        what__in=[Happening.SHELF_ASKED, Happening.SHELVED, Happening.OUT_OF_SERVICE],
    )
    newest = lately.order_by("-at", "-id").first()
    return newest if newest is not None and newest.what == Happening.SHELF_ASKED else None


def is_asked(actor: Actor, rule_id: UUID, moment: dt.datetime) -> bool:
    """Tell whether this person may confirm as the second what somebody else asked for."""
    asked = _asked(actor, rule_id, moment)
    return asked is not None and asked.by_id != actor.user_id


def unshelve(actor: Actor, rule_ids: Iterable[UUID | str], comment: str = "") -> Done:
    """Take alarms off the shelf; what holds is announced. Raises NotYours, Forbidden, …"""

    def move(held: Held) -> tuple[states.Step, Happening]:
        return states.unshelved(held.alarm), Happening.UNSHELVED

    return _act(
        actor, rule_ids, ALARM_SHELVE, events.ALARM_UNSHELVED, move, comment=comment
    )  # fmt: skip


def take_out_of_service(
    actor: Actor, rule_ids: Iterable[UUID | str], *, permit: str, reason: str = ""
) -> Done:
    """Take alarms out of service under a permit. Raises NotYours, Forbidden, AlarmRefused."""
    number = permit.strip()[:40]
    if not number:
        raise PermitMissing()

    def move(held: Held) -> tuple[states.Step, Happening]:
        return states.removed_from_service(held.alarm, number), Happening.OUT_OF_SERVICE

    return _act(
        actor, rule_ids, ALARM_SERVICE, events.ALARM_OUT_OF_SERVICE, move,
        comment=reason, permit=number,
    )  # fmt: skip


def return_to_service(actor: Actor, rule_ids: Iterable[UUID | str], *, test: str) -> Done:
    """Put alarms back into service; `test` says how they were tried and with what result.

    Raises NotYours, Forbidden, AlarmRefused without the test.
    """

    def move(held: Held) -> tuple[states.Step, Happening]:
        step = states.returned_to_service(held.alarm, tested=bool(test.strip()))
        return step, Happening.RETURNED

    return _act(
        actor, rule_ids, ALARM_SERVICE, events.ALARM_RETURNED, move, comment=test
    )  # fmt: skip


def note(actor: Actor, rule_id: UUID | str, comment: str, cause: str = "") -> Done:
    """Write down what was done about an alarm, behind the cause if that was found.

    Raises NotYours, Forbidden, BadInput.
    """
    if not comment.strip():
        raise BadInput(Problem("comment", NOTE_MISSING, code="missing"))

    def move(held: Held) -> tuple[states.Step, Happening]:
        return states.Step(held.alarm), Happening.NOTED

    said = f"{cause.strip()} → {comment.strip()}" if cause.strip() else comment
    return _act(
        actor, [rule_id], ALARM_ACKNOWLEDGE, events.ALARM_NOTED, move, comment=said
    )  # fmt: skip


@transaction.atomic
def _act(
    actor: Actor,
    rule_ids: Iterable[UUID | str],
    permission: str,
    event: Event,
    move: Move,
    *,
    moment: dt.datetime | None = None,
    comment: str = "",
    permit: str = "",
    until: dt.datetime | None = None,
    forgiving: bool = False,
) -> Done:
    """Move each alarm by its step. A `forgiving` act passes over what cannot move, but not all."""
    now = moment or clock_now()
    rules = _rules(actor, rule_ids, permission)
    said = comment.strip()[:500]
    changes = Changes(now, hold((rule.pk for rule in rules), now))
    entries, refused = [], None
    for rule in rules:
        held = changes.held[rule.pk]
        try:
            step, what = move(held)
        except states.NotAllowed as error:
            refused = AlarmRefused.of[error.code]()
            if not forgiving:
                raise refused from error
            continue
        before = held.alarm.state.value
        changes.move(rule.pk, step, what, comment=said, permit=permit, until=until)
        entries.append(
            Entry(
                events.ALARM_SHELF_ASKED if what == Happening.SHELF_ASKED else event,
                rule,
                before={"alarm_state": before},
                after={
                    "alarm_state": step.alarm.state.value,
                    **({"permit": permit} if permit else {}),
                    **({"until": until} if until else {}),
                },
                reason=said,
            )
        )
    if refused is not None and not entries:
        raise refused
    changes.write(actor)
    record_many(actor, entries)
    return Done(len(entries), len(rules) - len(entries))


def _rules(actor: Actor, ids: Iterable[UUID | str], permission: str) -> Collection[AlarmRule]:
    """Return the alarms' rules, each within the actor's scope and rights. Raises NotYours, …"""
    wanted = {str(pk) for pk in ids}
    if len(wanted) > AT_ONCE:
        raise BadInput(Problem("rule", TOO_MANY % {"most": AT_ONCE}))
    rows = AlarmRule.objects.for_actor(actor).select_related("point")
    try:
        found = list(rows.filter(pk__in=[UUID(pk) for pk in wanted]).order_by("pk"))
    except ValueError as error:
        raise NotYours() from error
    if not wanted or len(found) != len(wanted):
        raise NotYours()
    for rule in found:
        policy.require(actor, permission, rule)
    return found
