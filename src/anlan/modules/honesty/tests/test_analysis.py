"""What is flagged, once, and what is left alone."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils.translation import override

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.roles import Role
from anlan.base.audit.models import AuditEvent
from anlan.base.audit.queries import history_of
from anlan.base.clock import day_of, now, today
from anlan.base.ids import uuid7
from anlan.modules.findings.models import Finding, Flag
from anlan.modules.findings.services import flagging
from anlan.modules.findings.tests import data as findings
from anlan.modules.honesty import industries
from anlan.modules.honesty.services import gathering
from anlan.modules.honesty.services.analysis import look_at, look_at_all
from anlan.modules.inspections.models import InspectionRecord
from anlan.modules.inspections.tests import data as inspections
from anlan.modules.registry.models import Enterprise
from anlan.modules.risk.models import RiskUnit

pytestmark = pytest.mark.django_db
WHY = "the test counts all"


def codes(enterprise):
    rows = Flag.objects.unscoped(WHY).filter(enterprise=enterprise.pk)
    return sorted(rows.values_list("code", flat=True))


def check(world, task, when, **more):
    values = {
        "result": "normal", "received_at": when, "started_at": when - dt.timedelta(seconds=90),
        "finished_at": when, "by": world.user(Role.OPERATOR, "workshop_a"), **more,
    }  # fmt: skip
    return InspectionRecord(
        id=uuid7(), enterprise_id=task.enterprise_id, scope_path=task.scope_path, task=task,
        unit_id=task.unit_id, occurred_at=when, **values,
    )  # fmt: skip


def keep(rows):
    InspectionRecord._base_manager.bulk_create(rows)


def test_padding_and_majors_are_flagged_once_and_stay_dismissed(world):
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    for title in (
        "消防栓箱门关闭不严",
        "消防栓箱门关不严",
        "消火栓箱门关闭不严密",
        "现场消防栓箱门关闭不严",
    ):
        findings.report(manager, world.plant_a, title)
    findings.report(manager, world.plant_a, "罐区可燃气体报警器未投用已停用")
    findings.report(manager, world.plant_a, "操作室照明灯不亮")
    major = findings.report(manager, world.plant_a, "特种作业人员张某未持证上岗作业")
    assert look_at(SYSTEM, world.plant_a.pk, now()) >= 2
    padding = Flag.objects.unscoped(WHY).get(code="padding")
    assert "箱" in str(padding.why) or "相近" in str(padding.why)
    with override("en"):
        told = history_of(SYSTEM, padding)[-1].text()
    assert "Padded findings" in told
    assert "padding" not in told
    flag = Flag.objects.unscoped(WHY).get(subject_id=major.pk)
    assert flag.code == "major_as_general"
    assert "持证" in f"{flag.why}{flag.evidence['words']}"
    assert AuditEvent.objects.filter(event="findings.flagged").count() == len(codes(world.plant_a))

    flagging.dismiss(manager, padding.pk, "不同位置，分别整改")
    findings.report(manager, world.plant_a, "消防栓箱门关不严实")
    assert look_at(SYSTEM, world.plant_a.pk, now()) == 0
    assert Flag.objects.unscoped(WHY).filter(code="padding").count() == 1


def test_a_finding_of_an_inspection_entered_after_the_month(world):
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    day = today() - dt.timedelta(days=50)
    late = findings.report(manager, world.plant_a, "安全阀未定期校验")
    Finding.objects.unscoped(WHY).filter(pk=late.pk).update(channel="county", inspected_on=day)
    look_at(SYSTEM, world.plant_a.pk, now())
    assert codes(world.plant_a) == ["outside_entry_late"]


def test_bad_rounds_are_one_question_a_week(world):
    task = inspections.a_task(world)
    noon = now().replace(hour=4, minute=0) - dt.timedelta(days=2)
    quick = [
        check(world, task, at, started_at=at - dt.timedelta(seconds=2))
        for at in (noon + dt.timedelta(minutes=n) for n in range(5))
    ]
    keep(quick)
    assert look_at(SYSTEM, world.plant_a.pk, now()) == 1
    flag = Flag.objects.unscoped(WHY).get()
    assert (flag.code, flag.subject_type) == ("too_quick", "inspections.inspectionrecord")
    assert "另有 4 条" in str(flag.why)
    with override("en"):
        assert "4 more like it that week" in str(flag.why)
    assert len(flag.evidence["rows"]) == 4


def far_apart(world, n):
    """Tasks at units about a hundred metres from each other."""
    made = []
    for number in range(n):
        task = inspections.a_task(world, inspections.a_measure(world, f"P{number}"))
        where = {"longitude": 118 + Decimal(number) / 1000, "latitude": Decimal("32.5")}
        RiskUnit.objects.unscoped(WHY).filter(pk=task.unit_id).update(**where)
        made.append(task)
    return made


@pytest.mark.parametrize(
    ("minutes", "lasts", "code"), [(0.5, 10, "too_fast"), (0.5, 60, "two_places")]
)
def test_walking_too_fast_and_being_twice(world, minutes, lasts, code):
    noon = now().replace(hour=4, minute=0) - dt.timedelta(days=2)
    spent = dt.timedelta(seconds=lasts)
    keep(
        [
            check(world, task, noon + dt.timedelta(minutes=minutes * n) + spent,
                  started_at=noon + dt.timedelta(minutes=minutes * n))
            for n, task in enumerate(far_apart(world, 2))
        ]
    )  # fmt: skip
    look_at(SYSTEM, world.plant_a.pk, now())
    assert codes(world.plant_a) == [code]


def test_a_round_entered_from_one_spot(world):
    noon = now().replace(hour=4, minute=0) - dt.timedelta(days=2)
    gnss = {"lng": 118.0, "lat": 32.5, "acc_m": 6}
    rows = [
        check(world, task, noon + dt.timedelta(minutes=10 * n),
              position={"how": "position", "gnss": gnss}, device_id=uuid7())
        for n, task in enumerate(far_apart(world, 4))
    ]  # fmt: skip
    keep(rows)
    look_at(SYSTEM, world.plant_a.pk, now())
    assert codes(world.plant_a) == ["one_spot"]


def test_a_later_module_tells_of_alarms(world, monkeypatch):
    task = inspections.a_task(world)
    start = now() - dt.timedelta(days=80)
    keep([check(world, task, start + dt.timedelta(days=n)) for n in range(80)])
    monkeypatch.setattr(gathering, "_TROUBLES", list(gathering._TROUBLES))
    trouble = gathering.Trouble(6, start, start + dt.timedelta(days=9))
    gathering.knows_troubles(lambda actor, plant, since: {task.unit_id: trouble})
    assert look_at(SYSTEM, world.plant_a.pk, now(), usual=0.001) == 1
    flag = Flag.objects.unscoped(WHY).get()
    days = [str(day_of(at)) for at in (trouble.first, trouble.last)]
    assert "6 次报警" in str(flag.why)
    assert all(day in str(flag.why) for day in days)
    with override("en"):
        assert f"came from {days[0]} to {days[1]}" in str(flag.why)


def test_months_of_normal_and_a_week_typed_at_once(world):
    task = inspections.a_task(world)
    start = now() - dt.timedelta(days=80)
    keep([check(world, task, start + dt.timedelta(days=n)) for n in range(80)])
    assert look_at(SYSTEM, world.plant_a.pk, now(), usual=0.001) == 0
    assert look_at(SYSTEM, world.plant_a.pk, now(), usual=0.2, is_long=False) == 0
    assert look_at(SYSTEM, world.plant_a.pk, now(), usual=0.2) == 1
    assert codes(world.plant_a) == ["all_normal"]

    other = inspections.a_task(world, inspections.a_measure(world, "C2"))
    evening = now() - dt.timedelta(hours=3)
    days = [evening - dt.timedelta(hours=10 * n) for n in range(1, 16)]
    keep([check(world, other, day, received_at=evening) for day in days])
    # What a phone without signal sealed in time is not late.
    keep([check(world, other, day, received_at=evening, device_id=uuid7()) for day in days])
    look_at(SYSTEM, world.plant_a.pk, now(), usual=0.0)
    assert {"entered_at_once", "late_entry"} <= set(codes(world.plant_a))
    assert not Flag.objects.unscoped(WHY).filter(
        subject_id__in=InspectionRecord.objects.unscoped(WHY)
        .filter(device_id__isnull=False).values("pk")
    ).exists()  # fmt: skip


def test_a_photo_of_two_findings(world):
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    one = findings.report(manager, world.plant_a, "法兰泄漏")
    two = findings.report(manager, world.plant_a, "护栏松动")
    photo = findings.photo(one)
    again = findings.photo(two)
    again.file = photo.file
    again.save()
    look_at(SYSTEM, world.plant_a.pk, now())
    flag = Flag.objects.unscoped(WHY).get()
    assert flag.code == "photo_reused"
    assert {str(flag.subject_id), *flag.evidence["rows"]} == {str(one.pk), str(two.pk)}


def test_the_night_looks_at_each_enterprise_and_at_nobody_idle(world):
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    assert look_at_all(now()).n_enterprises == 0
    findings.report(manager, world.plant_a, "特种作业人员未持证上岗作业")
    seen = []
    found = look_at_all(now(), progress=lambda done, total: seen.append((done, total)))
    assert (found.n_enterprises, found.n_flags, seen) == (1, 1, [(1, 1)])


def test_others_see_nothing_of_it(world):
    stranger = world.actor(Role.SAFETY_MANAGER, "plant_b")
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    findings.report(manager, world.plant_a, "特种作业人员未持证上岗作业")
    assert look_at(stranger, world.plant_a.pk, now()) == 0


def test_the_page_of_a_flag_says_why_without_bare_ids(world, client):
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    row = findings.report(manager, world.plant_a, "特种作业人员未持证上岗作业")
    evidence = {"en": "three alike", "rows": ["0190-bare"], "findings": 3}
    flag = flagging.raise_(SYSTEM, row, "padding", "三条相近", evidence=evidence)
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_a"))
    page = client.get(f"/findings/flag/{flag.pk}/").content.decode()
    assert "三条相近" in page
    assert "0190-bare" not in page
    assert "three alike" not in page


def test_the_usual_share_is_that_of_the_industry(world):
    assert industries.group_of("精细化工", "production").code == "fine"
    assert industries.group_of("", "filling_station").code == "filling"
    assert industries.group_of("", "production").code == industries.groups()[-1].code
    actor = inspections.manager(world)
    plants = [world.plant_a.pk]
    Enterprise.objects.for_actor(actor).filter(pk__in=plants).update(industry="氯碱")
    found = gathering.usual_shares(actor, plants, now() - dt.timedelta(days=30))
    assert found == {world.plant_a.pk: industries.group_of("氯碱", "").share}


def test_a_flag_leads_to_its_record_and_the_record_to_its_flag(world, client):
    task = inspections.a_task(world)
    first, second = (check(world, task, now() - dt.timedelta(hours=n)) for n in (2, 3))
    keep([first, second])
    evidence = {"rows": [str(second.pk)], "en": "too quick"}
    row = flagging.raise_(SYSTEM, first, "too_quick", "两点相距过远", evidence=evidence)
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_a"))
    page = client.get(f"/findings/flag/{row.pk}/").text
    for one in (first, second):
        assert f"/inspections/records/{one.pk}/" in page
    assert f"/findings/flag/{row.pk}/" in client.get(f"/inspections/records/{first.pk}/").text
    client.force_login(world.user(Role.OPERATOR, "workshop_a"))
    assert f"/findings/flag/{row.pk}/" not in client.get(f"/inspections/records/{first.pk}/").text
    on_task = flagging.raise_(SYSTEM, task, "all_normal", "长期全部正常")
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_a"))
    assert f"/inspections/tasks/{task.pk}/" in client.get(f"/findings/flag/{on_task.pk}/").text
    assert client.get("/findings/flags/?kind=too_quick").status_code == 200


def test_the_page_of_a_flag_says_why_in_the_readers_language(world, client):
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    findings.report(manager, world.plant_a, "特种作业人员未持证上岗作业")
    look_at(SYSTEM, world.plant_a.pk, now())
    flag = Flag.objects.unscoped(WHY).get()
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_a"))
    for language, said in (("en", "Entered as general"), ("zh-hans", "按一般隐患录入")):
        client.post("/ui/language/", {"language": language})
        for address in (f"/findings/flag/{flag.pk}/", "/findings/flags/"):
            assert said in client.get(address).content.decode()
    client.post("/ui/language/", {"language": "en"})
    assert "Entered as general" in client.get("/findings/flags/?q=general").content.decode()
