"""Safety devices, their tests, and what an enterprise states of its four systems."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anlan.base.actors import policy as rights
from anlan.base.actors.actor import Actor
from anlan.base.audit.services import record
from anlan.base.clock import day_of, today
from anlan.base.errors import Problems
from anlan.modules.monitoring import events, policy, probing
from anlan.modules.monitoring.choices import FIRST_TEST_DAYS, TEST_DAYS, DeviceKind, System
from anlan.modules.monitoring.models import DeviceTest, SafetyDevice, SystemStatement
from anlan.modules.monitoring.rules_voting import logic_of
from anlan.modules.monitoring.services import device_duties, probes
from anlan.modules.registry.models import Enterprise
from anlan.modules.registry.services import rows

FIELDS = (
    "kind", "tag", "name", "installation", "equipment", "point", "place", "model", "voting",
    "stroke_limit_s", "address", "in_service", "test_days", "tested_on", "note",
)  # fmt: skip


def _complete(values: rows.Values, given: frozenset[str]) -> None:
    if values.get("test_days") is None and values.get("kind") in TEST_DAYS:
        values["test_days"] = TEST_DAYS[DeviceKind(values["kind"])]
    if logic := logic_of(values.get("voting") or ""):
        values["voting"] = str(logic)


def _check(values: rows.Values, problems: Problems) -> None:
    tested = values.get("tested_on")
    if tested is not None and tested > today():
        problems.add("tested_on", _("lies in the future"))
    if values.get("voting") and logic_of(values["voting"]) is None:
        problems.add(
            "voting",
            _("“%(text)s” is no voting logic.") % {"text": values["voting"]},
            _("Write how many of how many, such as 1oo1, 1oo2 or 2oo3."),
        )
    limit = values.get("stroke_limit_s")
    if limit is not None and not 0 < limit < 3600:
        problems.add("stroke_limit_s", _("must lie between %(low)g and %(high)g")
                     % {"low": 0, "high": 3600})  # fmt: skip
    if values.get("kind") == DeviceKind.CAMERA and values.get("address"):
        _check_address(values["address"], problems)


def _check_address(address: str, problems: Problems) -> None:
    limits = probes.limits()
    try:
        parts, _port = probing.parts_of(address, limits.ports)
    except probing.BadAddress as bad:
        words = {
            "form": _("is no address such as rtsp://10.1.2.9/stream1 or"
                      " http://10.1.2.9/onvif/device_service"),
            "secret": _("carries a user name or a password: leave them out, none is needed"),
            "port": _("names a port that cameras may not use here"),
        }  # fmt: skip
        problems.add("address", words[bad.why])
        return
    if not probing.literal_allowed(parts.hostname or "", limits.networks):
        problems.add("address", _("lies outside the networks in which cameras may be"))


def _due(actor: Actor, plans: Any) -> None:
    changed, moved = [], []
    for plan in plans:
        device = plan.instance
        if device is None:
            continue
        changed.append(device)
        due = due_on(device)
        # What failed is due since then, whatever else of the device is changed.
        if device.test_passed is False and "tested_on" not in plan.after:
            due = device.tested_on
        if device.test_due_on != due:
            device.test_due_on = due
            moved.append(device)
    SafetyDevice.objects.for_actor(actor).bulk_update(moved, ["test_due_on"], batch_size=500)
    device_duties.follow(changed)


def due_on(device: SafetyDevice) -> date | None:
    """Return the last day of a device's next test; None where there is no test to repeat.

    One whose last test nobody knows is due some weeks after it was entered.
    """
    if not device.test_days:
        return None
    if device.tested_on is None:
        wait = min(FIRST_TEST_DAYS, device.test_days)
        return day_of(device.created_at) + timedelta(days=wait)
    return device.tested_on + timedelta(days=device.test_days)


DEVICE = rows.Register(
    model=SafetyDevice,
    permission=policy.SYSTEM_EDIT,
    created=events.DEVICE_CREATED,
    changed=events.DEVICE_CHANGED,
    removed=events.DEVICE_REMOVED,
    fields=FIELDS,
    key=("tag", "kind"),
    searched=("tag", "name", "place"),
    check=_check,
    complete=_complete,
    inherits=("installation",),
    after_write=_due,
)


def device_create(actor: Actor, values: Mapping[str, Any]) -> SafetyDevice:
    """Enter a device. Raises BadInput, Forbidden."""
    return rows.create_row(actor, DEVICE, values)


def device_update(
    actor: Actor, pk: UUID | str, values: Mapping[str, Any], expected_version: int | None = None
) -> SafetyDevice:
    """Change a device. Raises NotYours, Forbidden, BadInput, ChangedMeanwhile."""
    return rows.update_row(actor, DEVICE, pk, values, expected_version)


def device_remove(
    actor: Actor, pk: UUID | str, reason: str = "", expected_version: int | None = None
) -> SafetyDevice:
    """Take a device out of the lists; its tests stay."""
    return rows.remove_row(actor, DEVICE, pk, reason, expected_version)


@transaction.atomic
def device_test(
    actor: Actor,
    device_id: UUID | str,
    *,
    kind: str,
    done_on: date,
    passed: bool,
    measured: float | None = None,
    note: str = "",
) -> DeviceTest:
    """Write a test down; the newest one decides when the next is due.

    A valve that took longer than its longest stroke has not passed, whatever was ticked. Raises
    NotYours, Forbidden, BadInput.
    """
    device = SafetyDevice.objects.for_actor(actor).filter(removed_at__isnull=True).lock(device_id)
    rights.require(actor, policy.SYSTEM_TEST, device)
    problems = Problems()
    if done_on > today():
        problems.add("done_on", _("lies in the future"))
    too_slow = device.stroke_limit_s is not None and (measured or 0) > device.stroke_limit_s
    if passed and kind == "stroke" and too_slow:
        problems.add(
            "passed",
            _("%(n)g s is longer than the longest stroke of %(limit)g s.")
            % {"n": measured or 0, "limit": device.stroke_limit_s or 0},
            _("Untick “passed”, or correct the time."),
        )
    if not passed and not note.strip():
        problems.add("note", _("Say what was wrong and what is done about it."))
    problems.raise_if_any()
    test = DeviceTest.objects.create(
        enterprise_id=device.enterprise_id, scope_path=device.scope_path, device=device,
        kind=kind, done_on=done_on, passed=passed, measured=measured, by_name=actor.name[:60],
        note=note.strip()[:500],
    )  # fmt: skip
    if device.tested_on is None or done_on >= device.tested_on:
        device.tested_on, device.test_passed = done_on, passed
        # What failed is due at once: it does not wait for the next round.
        device.test_due_on = due_on(device) if passed else done_on
        device.version += 1
        device.save()
        device_duties.close(actor, device, test)
    told = {"kind": kind, "done_on": done_on, "passed": passed, "note": test.note}
    record(actor, events.DEVICE_TESTED, device, after=told)
    return test


@transaction.atomic
def system_state(
    actor: Actor,
    enterprise_id: UUID | str,
    system: str,
    *,
    present: bool,
    working: bool,
    in_service: bool,
    why_not: str = "",
    put_right_by: date | None = None,
) -> SystemStatement:
    """State whether a system is present, working and in service. Raises NotYours, BadInput.

    What is not there cannot work; what is not in service needs a reason and a day.
    """
    enterprise = Enterprise.objects.for_actor(actor).one(enterprise_id)
    rights.require(actor, policy.SYSTEM_EDIT, enterprise)
    problems = Problems()
    if system not in System.values:
        problems.add("system", _("There is no such system."))
    if (working and not present) or (in_service and not working):
        problems.add("in_service", _("What is not there cannot work; what does not work is not"
                                     " in service."))  # fmt: skip
    if not in_service and not why_not.strip():
        problems.add("why_not", _("Say why it is not in service."))
    if not in_service and put_right_by is None:
        problems.add("put_right_by", _("Say by when."))
    problems.raise_if_any()
    values: dict[str, Any] = {
        "present": present, "working": working, "in_service": in_service,
        "why_not": "" if in_service else why_not.strip()[:500],
        "put_right_by": None if in_service else put_right_by,
        "stated_on": today(), "stated_by": actor.name[:60],
    }  # fmt: skip
    rows_ = SystemStatement.objects.for_actor(actor).select_for_update(of=("self",))
    found = rows_.filter(enterprise=enterprise.pk, system=system).first()
    before = {name: getattr(found, name) for name in values} if found else None
    if found is None:
        found = SystemStatement(
            enterprise_id=enterprise.enterprise_id, scope_path=enterprise.scope_path, system=system
        )
    for name, value in values.items():
        setattr(found, name, value)
    found.version += 0 if before is None else 1
    found.save()
    record(actor, events.SYSTEM_STATED, found, before=before, after={"system": system, **values})
    return found
