"""No sequence of calls by anybody reaches an illegal state or skips an event of history."""

import contextlib
import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.base.actors.roles import Role
from anlan.base.audit.models import AuditEvent
from anlan.base.clock import today
from anlan.base.errors import AnlanError
from anlan.modules.findings import rules
from anlan.modules.findings.models import Extension, Finding
from anlan.modules.findings.services import extending, major, treating, warning
from anlan.modules.findings.states import FINDING, ExtensionState, FindingState
from anlan.modules.findings.tests import data

pytestmark = pytest.mark.django_db
PEOPLE = (
    (Role.SAFETY_MANAGER, "plant_a"), (Role.WORKSHOP_HEAD, "plant_a"), (Role.PRINCIPAL, "plant_a"),
    (Role.OPERATOR, "workshop_a"), (Role.PARK_OFFICER, "park_a"), (Role.AUDITOR, "plant_a"),
    (Role.SAFETY_MANAGER, "plant_b"),
)  # fmt: skip
LATER = dt.timedelta(days=9)


def _extension(row):
    rows = Extension.objects.unscoped("test").filter(finding=row, state=ExtensionState.REQUESTED)
    found = rows.first()
    return found.pk if found else row.pk


MOVES = {
    "confirm": lambda who, row, owner: treating.confirm(who, row.pk, data.plan(owner)),
    "dismiss": lambda who, row, owner: treating.dismiss(who, row.pk, "不成立"),
    "spot": lambda who, row, owner: treating.close_on_the_spot(who, row.pk, result="已清理"),
    "start": lambda who, row, owner: treating.start(who, row.pk),
    "submit": lambda who, row, owner: treating.submit(who, row.pk, result="已更换"),
    "reject": lambda who, row, owner: treating.reject(who, row.pk, "仍漏"),
    "accept": lambda who, row, owner: treating.accept(who, row.pk),
    "reopen": lambda who, row, owner: treating.reopen(who, row.pk, "复发", today() + LATER),
    "ask": lambda who, row, owner: extending.request(
        who, row.pk, new_deadline=(row.deadline or today()) + LATER, reason="等备件"
    ),
    "grant": lambda who, row, owner: extending.grant(who, _extension(row)),
    "raise": lambda who, row, owner: major.raise_level(who, row.pk, "MH26-5.4.2", "停用"),
    "lower": lambda who, row, owner: major.lower_level(who, row.pk, "复核不是"),
    "sign": lambda who, row, owner: major.sign(who, row.pk),
    "review": lambda who, row, owner: major.review(who, row.pk),
    "list": lambda who, row, owner: major.list_for_supervision(who, row.pk),
    "clear": lambda who, row, owner: major.clear(who, row.pk),
}
CALLS = st.lists(
    st.tuples(st.sampled_from(sorted(MOVES)), st.integers(0, len(PEOPLE) - 1)),
    min_size=4, max_size=12,
)  # fmt: skip


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(CALLS)
def test_every_change_is_legal_and_told(world, calls) -> None:
    owner = world.user(Role.WORKSHOP_HEAD, "plant_a")
    row = data.report(world.actor(Role.OPERATOR, "workshop_a"), world.plant_a)
    for kind in ("before", "after"):
        data.photo(row, kind)
    for name, person in calls:
        before = Finding.objects.unscoped("test").get(pk=row.pk)
        n = AuditEvent.objects.filter(object_id=row.pk).count()
        with contextlib.suppress(AnlanError):
            MOVES[name](world.actor(*PEOPLE[person]), before, owner)
        after = Finding.objects.unscoped("test").get(pk=row.pk)
        told = AuditEvent.objects.filter(object_id=row.pk).count() - n
        # Whoever changed something told it, and whoever was refused changed nothing.
        assert (after.version != before.version) <= (told >= 1)
        if told == 0:
            assert (after.state, after.version) == (before.state, before.version)
        if after.state != before.state:
            assert any(move.target == after.state for move in FINDING.leaving(before.state))
            assert PEOPLE[person] != (Role.SAFETY_MANAGER, "plant_b")
        if after.state == FindingState.ACCEPTED:
            assert after.accepted_at is not None
            if after.submitted_by_id:
                assert after.accepted_by_id not in (after.owner_id, after.submitted_by_id)
            if after.level and after.submitted_at and before.state == FindingState.CONFIRMED:
                assert after.signed_at
                assert after.reviewed_at


def test_the_job_and_the_rule_agree_on_colours(world) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    row = data.report(manager, world.plant_a)
    rows = Finding.objects.unscoped("test").filter(pk=row.pk)
    for days in range(-12, 12):
        for level in (0, 1):
            for kept in (0, 2):
                deadline = today() + dt.timedelta(days=days)
                rows.update(deadline=deadline, level=level, overdue_days=kept)
                warning.mark(today())
                assert rows.get().warning == rules.deadline_colour(
                    deadline=deadline, day=today(), is_major=bool(level), days_over_kept=kept
                ), (days, level, kept)


def test_overdue_findings_are_warned_of_and_cleared(world) -> None:
    from anlan.base.duties.models import RaisedWarning

    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    head = world.actor(Role.WORKSHOP_HEAD, "plant_a")
    row = data.report(manager, world.plant_a)
    treating.confirm(manager, row.pk, data.plan(world.user(Role.WORKSHOP_HEAD, "plant_a")))
    day = today() + dt.timedelta(days=12)
    assert warning.warn(day, warning.mark(day)) == 1
    raised = RaisedWarning.objects.unscoped("test").get(subject_id=row.pk)
    assert raised.colour == 3
    data.photo(row)
    treating.submit(head, row.pk, result="已更换")
    treating.accept(manager, row.pk)
    raised.refresh_from_db()
    assert raised.cleared_at is not None
