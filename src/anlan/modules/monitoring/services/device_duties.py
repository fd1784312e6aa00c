"""Tests of safety devices as duties: one plan a device, moved on by each test that passed."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base import duties
from anlan.base.actors.actor import SYSTEM, Actor
from anlan.base.actors.roles import Role
from anlan.base.clock import now, start_of, today
from anlan.base.duties.models import Instance, Plan
from anlan.base.duties.services import instances, plans
from anlan.base.duties.states import OPEN
from anlan.modules.monitoring.choices import FIRST_TEST, DeviceKind, DeviceTestKind
from anlan.modules.monitoring.models import DeviceTest, SafetyDevice
from anlan.modules.monitoring.queries.systems import TEST_DUTY as KIND
from anlan.modules.registry.models.base import LIVE

LEAD_DAYS = 30
"""How long before its day a test stands in people's lists; shorter where the cycle is."""


def declare() -> None:
    """Make the kind of duty known; called once when the app starts."""
    duties.register(
        KIND,
        gettext_lazy("Test of a safety device"),
        url_of=lambda subject: reverse("monitoring:devices_show", args=[subject]),
        icon="test-pipe",
    )


@transaction.atomic
def follow(devices: Iterable[SafetyDevice]) -> int:
    """Let the plans follow the devices' cycles and last tests; return how many plans changed.

    Statements grow with the enterprises, not with the devices. What has no test to come (out of
    service, removed, no cycle) loses its plan. Written by the product itself: who may enter a
    device or write a test down need not be allowed to plan duties.
    """
    changed = 0
    by_enterprise: dict[UUID, list[SafetyDevice]] = defaultdict(list)
    for device in devices:
        by_enterprise[device.enterprise_id].append(device)
    for enterprise_id, mine in by_enterprise.items():
        changed += _follow(enterprise_id, mine)
    return changed


def _follow(enterprise_id: UUID, devices: Sequence[SafetyDevice]) -> int:
    rows = Plan.objects.for_actor(SYSTEM).filter(
        enterprise=enterprise_id, kind=KIND, is_active=True, subject_id__in=[d.pk for d in devices]
    )
    there = {plan.subject_id: plan for plan in rows}
    day, fresh, moved, ended = today(), [], [], 0
    for device in devices:
        plan, fields = there.get(device.pk), _fields(device, day)
        if fields is None:
            if plan is not None:
                plans.stop(SYSTEM, plan.pk, _("The device has no test to come."))
                ended += 1
        elif plan is None:
            fresh.append(fields)
        elif not _stands(plan, fields, device, day):
            moved.append((plan.pk, fields))
    if fresh:
        plans.save_many(SYSTEM, enterprise_id, fresh)
    if moved:
        plans.change_many(SYSTEM, moved)
    return len(fresh) + len(moved) + ended


def _fields(device: SafetyDevice, day: dt.date) -> dict[str, Any] | None:
    due = device.test_due_on
    if due is None or not device.test_days or not device.in_service or device.removed_at:
        return None
    # A window in the past is never made: what was due before its plan was made is due tonight.
    last = max(due, day)
    lead = min(LEAD_DAYS, device.test_days)
    words = {
        "test": DeviceTestKind(FIRST_TEST[DeviceKind(device.kind)]).label,
        # Some plants repeat the tag in the name.
        "device": device.name if device.name.startswith(device.tag) else device,
        "n": device.test_days,
    }
    return {
        "kind": KIND,
        "title": (_("%(test)s: %(device)s (every %(n)s days)") % words)[:200],
        "subject_id": device.pk,
        "organisation_id": device.enterprise_id,
        "role": Role.EQUIPMENT_ENGINEER,
        "place_text": device.place,
        "cycle_n": lead,
        "cycle_unit": "day",
        "starts_on": last - dt.timedelta(days=lead - 1),
        "ends_on": last,
    }


def _stands(plan: Plan, fields: dict[str, Any], device: SafetyDevice, day: dt.date) -> bool:
    """Tell whether a plan already asks for this test: an overdue one keeps the day it was due."""
    due, last = device.test_due_on, plan.ends_on
    if due is None or last is None or plan.title != fields["title"]:
        return False
    return last == due if due >= day else due <= last <= day


def close(actor: Actor, device: SafetyDevice, test: DeviceTest) -> None:
    """Note the duties as done that a passed test answers, and set the next one.

    A test that did not pass leaves its duty open, due tonight at the latest.
    """
    if test.passed:
        midnight = start_of(test.done_on + dt.timedelta(days=1))
        at = min(now(), midnight - dt.timedelta(seconds=1))
        waiting = Instance.objects.for_actor(SYSTEM).filter(
            enterprise=device.enterprise_id, plan__kind=KIND, plan__subject_id=device.pk,
            state__in=OPEN, opens_at__lte=at,
        )  # fmt: skip
        for pk in waiting.order_by("due_at").values_list("pk", flat=True):
            instances.fulfil(actor, pk, at, test.pk)
    follow([device])


def follow_all() -> int:
    """Let the plans of all devices follow; return how many changed. Runs as the system."""
    wanted = SafetyDevice.objects.for_actor(SYSTEM).filter(LIVE, test_due_on__isnull=False)
    return follow(wanted.select_related("enterprise").order_by("enterprise_id", "pk"))
