"""No sequence of calls by anybody brings a task to an illegal state or skips history."""

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.roles import Role
from anlan.base.audit.models import AuditEvent
from anlan.base.duties import queries as duties
from anlan.base.duties.models import Instance
from anlan.base.duties.services import exemptions
from anlan.base.duties.services.marking import mark
from anlan.base.duties.states import FINISHED, INSTANCE
from anlan.base.errors import AnlanError
from anlan.modules.inspections.models import InspectionRecord
from anlan.modules.inspections.services import records
from anlan.modules.inspections.tests import data
from tests.support.world import World

pytestmark = pytest.mark.django_db
WHO = (
    (Role.OPERATOR, "workshop_a"), (Role.TEAM_LEADER, "workshop_a"),
    (Role.SAFETY_MANAGER, "plant_a"), (Role.CONTRACTOR, "contractor_a"),
    (Role.BUREAU_INSPECTOR, "county_a"), (Role.OPERATOR, "plant_b"), (Role.AUDITOR, "plant_a"),
)  # fmt: skip
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["normal", "abnormal", "cannot", "mark", "exempt", "end"]),
        st.sampled_from(WHO),
        st.integers(-2, 60),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


class _Back(Exception):
    """Undoes an example."""


def _step(actor: Any, duty: Instance, what: str, at: dt.datetime, phone: bool) -> None:
    if what == "mark":
        mark(at)
    elif what == "exempt":
        place = duty.plan.place_id
        exemptions.add(actor, duty.organisation_id, place, starts_at=at, reason="x", now=at)
    elif what == "end":
        open_ = duties.exemptions(SYSTEM).filter(ends_at__isnull=True).first()
        if open_ is not None:
            exemptions.end(actor, open_.pk, now=at)
    elif what == "cannot":
        records.cannot_do(
            actor, duty.pk, "weather", occurred_at=at, received_at=at, from_phone=phone
        )
    else:
        check = records.Check(
            instance_id=duty.pk, result=what, note="x", occurred_at=at, received_at=at
        )
        records.record(actor, check, from_phone=phone)


def _events(row_id: Any) -> int:
    return AuditEvent.objects.filter(object_id=row_id).count()


def _whole(duty: Instance) -> None:
    """Check what must hold after every step."""
    rows = list(InspectionRecord.objects.unscoped("test").filter(instance_id=duty.pk))
    assert sum(row.stands for row in rows) == (1 if rows else 0)
    assert all(_events(row.pk) >= 1 for row in rows)
    checks = [row for row in rows if row.result != "not_inspected"]
    if duty.state in FINISHED:
        fulfilling = next(row for row in checks if row.pk == duty.record_id)
        assert duty.done_at == fulfilling.occurred_at
        in_window = [row.occurred_at for row in checks if row.occurred_at >= duty.opens_at]
        assert duty.done_at == min(in_window)
        assert (duty.state == "done_late") <= (duty.done_at > duty.grace_until)
    if any(row.result == "abnormal" for row in rows):
        assert next(row for row in rows if row.stands).result == "abnormal"


def _told(duty: Instance) -> int:
    """Count what history says about a duty or about many at once."""
    of_all = ("duties.instance.marked", "duties.exemption.added", "duties.exemption.ended")
    return _events(duty.pk) + AuditEvent.objects.filter(event__in=of_all).count()


def test_tasks_never_leave_the_table_nor_history(world: World) -> None:
    moves = {(source, one.target) for one in INSTANCE.transitions for source in one.sources}
    people = {who: world.actor(*who) for who in WHO}
    duty = data.duty(data.manager(world), data.a_task(world))

    def again() -> Instance:
        return Instance.objects.unscoped("test").get(pk=duty.pk)

    @given(steps=STEPS)
    @settings(max_examples=40, deadline=None)
    def run(steps: Any) -> None:
        try:
            with transaction.atomic():
                for what, who, hours, phone in steps:
                    before, told = again(), _told(duty)
                    at = duty.opens_at + dt.timedelta(hours=hours)
                    try:
                        with transaction.atomic():
                            _step(people[who], before, what, at, phone)
                    except AnlanError:
                        pass
                    after = again()
                    if after.state != before.state:
                        assert (before.state, after.state) in moves
                        assert _told(duty) > told
                    _whole(after)
                raise _Back
        except _Back:
            pass

    run()
