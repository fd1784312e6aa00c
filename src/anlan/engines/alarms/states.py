"""The states of one alarm after IEC 62682 (GB/T 41261-2022), as pure steps over a record.

Two memories are kept, `active` and `unacknowledged`; every state shown is derived from them. Being
shelved, suppressed by design or out of service masks the announcement while the condition goes on
being followed and written down. Each step returns the new record and whether it announces; what is
not allowed raises `NotAllowed` and changes nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

HARD_SHELF_LIMIT = timedelta(hours=24)


class State(StrEnum):
    """What is shown, by the letters of the standard."""

    NORMAL = "A"
    UNACKNOWLEDGED = "B"
    ACKNOWLEDGED = "C"
    RETURNED_UNACKNOWLEDGED = "D"
    LATCHED_UNACKNOWLEDGED = "E"
    LATCHED_ACKNOWLEDGED = "F"
    SHELVED = "G"
    SUPPRESSED = "H"
    OUT_OF_SERVICE = "I"


class NotAllowed(ValueError):
    """A step that the standard or the alarm's class forbids; `code` says which rule."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class AlarmClass:
    """How alarms of one class behave.

    `latching` alarms stay until they are reset. `acknowledges_return` lets a returned alarm
    acknowledge itself (D to A), where the site has decided so. `highly_managed` ones are shelved
    only with a second person. `longest_shelf` is one shift unless the site sets another, never
    more than 24 h. `announce_again_after` repeats an acknowledged alarm that stays active.
    """

    latching: bool = False
    acknowledges_return: bool = False
    highly_managed: bool = False
    longest_shelf: timedelta = timedelta(hours=12)
    announce_again_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm as it stands.

    `condition` is the process as the core judges it, after delays. `held` is a latched alarm
    whose condition has gone. Times are aware (UTC).
    """

    condition: bool = False
    held: bool = False
    unacknowledged: bool = False
    acknowledged_at: datetime | None = None
    shelved_until: datetime | None = None
    once: bool = False
    suppressed: bool = False
    permit: str = ""

    @property
    def active(self) -> bool:
        """Tell whether the alarm is active: its condition holds, or it is latched."""
        return self.condition or self.held

    @property
    def masked(self) -> bool:
        """Tell whether nothing is announced, whatever the condition."""
        return bool(self.shelved_until or self.suppressed or self.permit)

    @property
    def state(self) -> State:
        """Return what is shown. A permit stands above logic, logic above a shelf."""
        if self.permit:
            return State.OUT_OF_SERVICE
        if self.suppressed:
            return State.SUPPRESSED
        if self.shelved_until:
            return State.SHELVED
        if self.condition:
            return State.UNACKNOWLEDGED if self.unacknowledged else State.ACKNOWLEDGED
        if self.held:
            waits = self.unacknowledged
            return State.LATCHED_UNACKNOWLEDGED if waits else State.LATCHED_ACKNOWLEDGED
        return State.RETURNED_UNACKNOWLEDGED if self.unacknowledged else State.NORMAL


@dataclass(frozen=True, slots=True)
class Step:
    """What came of an event: the record after it, and whether sound and flash begin anew."""

    alarm: Alarm
    announces: bool = False


def raised(alarm: Alarm) -> Step:
    """The condition holds, its on-delay over. An alarm that is raised already stays as it is."""
    if alarm.condition:
        return Step(alarm)
    if alarm.masked:
        return Step(replace(alarm, condition=True, held=False))
    # A latched alarm that was acknowledged (F) is known to the operator: C, without a sound.
    known = alarm.held and not alarm.unacknowledged
    seen = alarm.acknowledged_at if known else None
    after = replace(
        alarm, condition=True, held=False, unacknowledged=not known, acknowledged_at=seen
    )
    return Step(after, announces=not known)


def cleared(alarm: Alarm, of: AlarmClass) -> Step:
    """The condition is over, its off-delay too."""
    if not alarm.condition:
        return Step(alarm)
    if alarm.masked:
        after = replace(alarm, condition=False)
        # A shelf for this one time ends with the condition, behind another mask as well.
        return unshelved(after) if alarm.once else Step(after)
    waits = alarm.unacknowledged and (of.latching or not of.acknowledges_return)
    seen = alarm.acknowledged_at if of.latching else None
    after = replace(
        alarm, condition=False, held=of.latching, unacknowledged=waits, acknowledged_at=seen
    )
    return Step(after)


def acknowledged(alarm: Alarm, at: datetime) -> Step:
    """Somebody has seen it. Raises NotAllowed when there is nothing to acknowledge."""
    if alarm.masked or not alarm.unacknowledged:
        raise NotAllowed("nothing_to_acknowledge")
    return Step(replace(alarm, unacknowledged=False, acknowledged_at=at))


def reset(alarm: Alarm) -> Step:
    """Let a latched alarm go. Raises NotAllowed while the condition holds or nobody has seen it."""
    if alarm.condition:
        raise NotAllowed("condition_holds")
    if alarm.masked or not alarm.held:
        raise NotAllowed("not_latched")
    if alarm.unacknowledged:
        raise NotAllowed("not_acknowledged")
    return Step(replace(alarm, held=False, acknowledged_at=None))


def repeated(alarm: Alarm, of: AlarmClass, now: datetime) -> Step:
    """Announce an acknowledged alarm again that has stood for long, if its class says so."""
    due = of.announce_again_after
    if due is None or alarm.state is not State.ACKNOWLEDGED or alarm.acknowledged_at is None:
        return Step(alarm)
    if now - alarm.acknowledged_at < due:
        return Step(alarm)
    return Step(replace(alarm, unacknowledged=True, acknowledged_at=None), announces=True)


def shelved(
    alarm: Alarm,
    of: AlarmClass,
    now: datetime,
    until: datetime,
    *,
    reason: str,
    second_person: bool = False,
    once: bool = False,
) -> Step:
    """Put it on the shelf until a moment; `once` ends with the present condition too.

    Raises NotAllowed without a reason, for longer than the class allows, for a highly managed
    alarm without a second person, and for one that is masked already.
    """
    if alarm.masked:
        raise NotAllowed("masked_already")
    if not reason.strip():
        raise NotAllowed("reason_missing")
    if until <= now or until - now > min(of.longest_shelf, HARD_SHELF_LIMIT):
        raise NotAllowed("shelf_too_long")
    if of.highly_managed and not second_person:
        raise NotAllowed("second_person_missing")
    # With its condition gone already there is nothing that "once" could wait for.
    return Step(replace(alarm, shelved_until=until, once=once and alarm.condition))


def unshelved(alarm: Alarm) -> Step:
    """Take it off the shelf. Raises NotAllowed when it is not there."""
    if not alarm.shelved_until:
        raise NotAllowed("not_shelved")
    return _unmasked(replace(alarm, shelved_until=None, once=False))


def shelf_checked(alarm: Alarm, now: datetime) -> Step:
    """End a shelf whose time is over; a clock that went back makes it longer, never shorter."""
    if alarm.shelved_until is None or now < alarm.shelved_until:
        return Step(alarm)
    return unshelved(alarm)


def suppressed(alarm: Alarm, on: bool) -> Step:
    """Follow the designed logic, such as "the unit is stopped"."""
    if alarm.suppressed == on:
        return Step(alarm)
    after = replace(alarm, suppressed=on)
    return Step(after) if on else _unmasked(after)


def removed_from_service(alarm: Alarm, permit: str) -> Step:
    """Take it out of service under a permit. Raises NotAllowed without its number."""
    if not permit.strip():
        raise NotAllowed("permit_missing")
    if alarm.permit:
        raise NotAllowed("out_of_service_already")
    return Step(replace(alarm, permit=permit.strip()))


def returned_to_service(alarm: Alarm, *, tested: bool) -> Step:
    """Put it back into service. Raises NotAllowed without the functional test."""
    if not alarm.permit:
        raise NotAllowed("in_service")
    if not tested:
        raise NotAllowed("test_missing")
    return _unmasked(replace(alarm, permit=""))


def _unmasked(alarm: Alarm) -> Step:
    """The last mask has gone: announce what holds, forget what was before."""
    if alarm.masked:
        return Step(alarm)
    if not alarm.condition:
        return Step(_bare(alarm))
    after = replace(alarm, held=False, unacknowledged=True, acknowledged_at=None)
    return Step(after, announces=True)


def _bare(alarm: Alarm) -> Alarm:
    return replace(
        alarm,
        held=False,
        unacknowledged=False,
        acknowledged_at=None,
        shelved_until=None,
        once=False,
    )
