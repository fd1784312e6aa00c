"""No sequence of calls by anybody reaches an illegal state or skips an event of history."""

import datetime as dt
import inspect
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.roles import Role
from anlan.base.audit.models import AuditEvent
from anlan.base.clock import today
from anlan.base.errors import AnlanError
from anlan.base.files.models import Attachment
from anlan.modules.findings import rules
from anlan.modules.findings.models import Extension, Finding, Flag
from anlan.modules.findings.services import (
    evidence,
    extending,
    flagging,
    major,
    repeating,
    rewarding,
    treating,
    warning,
)
from anlan.modules.findings.states import FINDING, ExtensionState, FindingState
from anlan.modules.findings.tests import data

pytestmark = pytest.mark.django_db
# Where each role stands so that the plant is theirs; one manager of another plant besides.
PEOPLE = (
    (Role.SAFETY_MANAGER, "plant_a"), (Role.WORKSHOP_HEAD, "plant_a"), (Role.PRINCIPAL, "plant_a"),
    (Role.TECHNICAL, "plant_a"), (Role.OPERATIONAL, "plant_a"), (Role.TEAM_LEADER, "workshop_a"),
    (Role.OPERATOR, "workshop_a"), (Role.EQUIPMENT_ENGINEER, "plant_a"),
    (Role.CONTROL_ROOM, "plant_a"), (Role.CONTRACTOR, "contractor_a"), (Role.GROUP_HSE, "group"),
    (Role.PARK_OFFICER, "park_a"), (Role.BUREAU_INSPECTOR, "county_a"),
    (Role.BUREAU_DATA_OFFICER, "county_a"), (Role.BUREAU_LEADER, "city_a"),
    (Role.EXPERT, "city_a"), (Role.AUDITOR, "city_a"), (Role.SYSTEM_ADMIN, "city_a"),
    (Role.SAFETY_MANAGER, "plant_b"),
)  # fmt: skip
STRANGER = len(PEOPLE) - 1
LATER = dt.timedelta(days=9)


def _extension(row):
    rows = Extension.objects.unscoped("test").filter(finding=row, state=ExtensionState.REQUESTED)
    found = rows.first()
    return found.pk if found else row.pk


def _flag(row):
    found = Flag.objects.unscoped("test").filter(subject_id=row.pk).first()
    return found.pk if found else row.pk


def _earlier(row):
    others = Finding.objects.unscoped("test").exclude(pk=row.pk).order_by("pk")
    return others.values_list("pk", flat=True)[0]


def _picture():
    content = BytesIO()
    Image.new("RGB", (8, 8)).save(content, "PNG")
    content.seek(0)
    return content


# Each act: the service it calls, and how.
MOVES = {
    "confirm": (treating.confirm, lambda f, who, row, owner: f(who, row.pk, data.plan(owner))),
    "change": (
        treating.change,
        lambda f, who, row, owner: f(who, row.pk, data.plan(owner, measures="更换螺栓")),
    ),
    "dismiss": (treating.dismiss, lambda f, who, row, owner: f(who, row.pk, "不成立")),
    "spot": (
        treating.close_on_the_spot,
        lambda f, who, row, owner: f(who, row.pk, result="已清理"),
    ),
    "start": (treating.start, lambda f, who, row, owner: f(who, row.pk)),
    "submit": (treating.submit, lambda f, who, row, owner: f(who, row.pk, result="已更换")),
    "reject": (treating.reject, lambda f, who, row, owner: f(who, row.pk, "仍漏")),
    "accept": (treating.accept, lambda f, who, row, owner: f(who, row.pk)),
    "reopen": (
        treating.reopen,
        lambda f, who, row, owner: f(who, row.pk, "复发", today() + LATER),
    ),
    "remark": (treating.remark, lambda f, who, row, owner: f(who, row.pk, "已联系厂家")),
    "ask": (
        extending.request,
        lambda f, who, row, owner: f(
            who, row.pk, new_deadline=(row.deadline or today()) + LATER, reason="等备件"
        ),
    ),
    "grant": (extending.grant, lambda f, who, row, owner: f(who, _extension(row))),
    "refuse": (extending.refuse, lambda f, who, row, owner: f(who, _extension(row), "备件已到")),
    "raise": (
        major.raise_level,
        lambda f, who, row, owner: f(who, row.pk, "MH26-5.4.2", "停用"),
    ),
    "lower": (major.lower_level, lambda f, who, row, owner: f(who, row.pk, "复核不是")),
    "judge": (major.judge, lambda f, who, row, owner: f(who, row.pk, {"q1": "no"})),
    "sign": (major.sign, lambda f, who, row, owner: f(who, row.pk)),
    "review": (major.review, lambda f, who, row, owner: f(who, row.pk)),
    "list": (major.list_for_supervision, lambda f, who, row, owner: f(who, row.pk)),
    "clear": (major.clear, lambda f, who, row, owner: f(who, row.pk)),
    "photo": (
        evidence.add,
        lambda f, who, row, owner: f(who, row.pk, _picture(), "a.png", "after"),
    ),
    "reward": (rewarding.grant, lambda f, who, row, owner: f(who, row.pk, Decimal(50))),
    "link": (repeating.link, lambda f, who, row, owner: f(who, row.pk, _earlier(row))),
    "flag": (flagging.dismiss, lambda f, who, row, owner: f(who, _flag(row), "已核实")),
}
CALLS = st.lists(
    st.tuples(st.sampled_from(sorted(MOVES)), st.integers(0, STRANGER)),
    min_size=4, max_size=12,
)  # fmt: skip
# Somebody who may: chance alone gets few findings past confirmation.
ABLE = {
    "sign": 2, "review": 11, "list": 12, "clear": 12, "accept": 3, "reject": 3, "grant": 3,
    "refuse": 3, "start": 1, "submit": 1, "ask": 1, "photo": 1,
}  # fmt: skip
AIMED = st.lists(
    st.sampled_from(sorted(MOVES)).map(lambda name: (name, ABLE.get(name, 0))),
    min_size=4, max_size=14,
)  # fmt: skip
# Through a whole major finding, with chance in between.
LIFE = ("confirm", "raise", "sign", "review", "list", "submit", "accept", "clear", "reopen")
LIVES = st.lists(
    st.tuples(st.sampled_from(sorted(MOVES)), st.integers(0, STRANGER)),
    min_size=len(LIFE), max_size=len(LIFE),
).map(
    lambda between: [
        step
        for name, other in zip(LIFE, between, strict=True)
        for step in ((name, ABLE.get(name, 0)), other)
    ]
)  # fmt: skip


def test_every_act_on_a_finding_is_among_the_moves() -> None:
    """A service that takes a finding joins the walk, or this says its name."""
    acts = {
        function
        for module in (treating, extending, major, evidence, rewarding, repeating, flagging)
        for name, function in vars(module).items()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and not name.startswith("_")
        and {"finding_id", "extension_id", "flag_id"} & set(inspect.signature(function).parameters)
    }
    assert acts == {function for function, _call in MOVES.values()}


def _whole(row):
    """Everything a finding is, but for what the clock alone moves."""
    left_out = {"updated_at", "warning", "search_key"}
    kept = Finding.objects.unscoped("test").filter(pk=row.pk).values().get()
    photos = Attachment.objects.unscoped("test").filter(object_id=row.pk).values_list("pk", "title")
    times = Extension.objects.unscoped("test").filter(finding=row).values_list("pk", "state")
    flags = Flag.objects.unscoped("test").filter(subject_id=row.pk).values_list("pk", "dismissal")
    return (
        {name: value for name, value in kept.items() if name not in left_out},
        set(photos), set(times), set(flags),
    )  # fmt: skip


def _legal(row):
    """What holds of a finding whatever was done to it."""
    if row.state == FindingState.ACCEPTED:
        assert row.accepted_at is not None
        if row.submitted_by_id:
            assert row.accepted_by_id not in (row.owner_id, row.submitted_by_id)
    else:
        assert row.accepted_at is None
        assert row.cleared_at is None
    if row.state == FindingState.AWAITING:
        assert row.submitted_at is not None
    if row.state in (FindingState.CONFIRMED, FindingState.RECTIFYING, FindingState.AWAITING):
        assert row.deadline is not None
    if not row.level:
        assert (row.signed_at, row.reviewed_at, row.criterion) == (None, None, "")
    if row.signed_by_id and row.reviewed_by_id:
        assert row.signed_by_id != row.reviewed_by_id


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.one_of(CALLS, AIMED, LIVES))
def test_every_change_is_legal_and_told(world, calls) -> None:
    owner = world.user(Role.WORKSHOP_HEAD, "plant_a")
    data.report(world.actor(Role.OPERATOR, "workshop_a"), world.plant_a, title="更早的泄漏")
    row = data.report(world.actor(Role.OPERATOR, "workshop_a"), world.plant_a, channel="employee")
    for kind in ("before", "after"):
        data.photo(row, kind)
    flagging.raise_(SYSTEM, row, "test", "可疑")
    for name, person in calls:
        before, kept = Finding.objects.unscoped("test").get(pk=row.pk), _whole(row)
        n = AuditEvent.objects.count()
        service, call = MOVES[name]
        try:
            with transaction.atomic():
                call(service, world.actor(*PEOPLE[person]), before, owner)
            refused = False
        except AnlanError:
            refused = True
        after = Finding.objects.unscoped("test").get(pk=row.pk)
        told = AuditEvent.objects.count() - n
        if refused:
            assert told == 0
        if refused or told == 0:
            assert _whole(row) == kept, (name, PEOPLE[person])
        else:
            assert person != STRANGER
            assert AuditEvent.objects.filter(object_id__in=_ids(row)).exists()
        if (after.state, after.level) != (before.state, before.level):
            assert after.version > before.version
        if after.state != before.state:
            assert any(move.target == after.state for move in FINDING.leaving(before.state))
        _legal(after)
        if name in ("sign", "review", "list") and before.state == FindingState.DISMISSED:
            assert refused
        if after.level and after.state == FindingState.AWAITING and name == "submit":
            assert after.signed_at
            assert after.reviewed_at


def _ids(row):
    return [row.pk, _extension(row), _flag(row)]


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
