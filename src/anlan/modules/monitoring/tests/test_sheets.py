"""Points and alarm settings come in and leave as spreadsheets."""

import io

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from anlan.base.actors.roles import Role
from anlan.base.imports.models import ImportRun
from anlan.modules.monitoring.models import AlarmRule, LimitChange, Point
from anlan.modules.registry.tests.test_sheets import bring

pytestmark = pytest.mark.django_db
ROW = {"位号": "LI-101", "名称": "1#罐液位", "类型": "液位", "计量单位": "m", "量程下限": "0",
       "量程上限": "12", "低限": "1.8", "高限": "10.1", "高高限": "10.8"}  # fmt: skip
REASON = "限值变更原因"


@pytest.fixture(autouse=True)
def _storage(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def engineer(world):
    return world.actor(Role.EQUIPMENT_ENGINEER, "plant_a")


@pytest.fixture
def client(world):
    made = Client()
    made.force_login(world.user(Role.EQUIPMENT_ENGINEER, "plant_a"))
    return made


def limits(engineer) -> dict[str, float | None]:
    found = AlarmRule.objects.for_actor(engineer).filter(point__tag="LI-101")
    return dict(found.values_list("kind", "limit"))


def test_points_bring_their_alarms_and_the_same_file_changes_nothing(client, engineer):
    run = bring(client, "monitoring_points", [ROW])
    assert run.state == "applied"
    assert limits(engineer) == {"L": 1.8, "H": 10.1, "HH": 10.8}
    run = bring(client, "monitoring_points", [ROW])
    assert run.counts["unchanged"] == 1


def test_a_different_limit_becomes_a_request_with_its_reason(client, engineer, world):
    bring(client, "monitoring_points", [ROW])
    changed = ROW | {"高高限": "10.9"}
    run = bring(client, "monitoring_points", [changed])
    assert run.counts["wrong"] == 1
    bring(client, "monitoring_points", [changed | {REASON: "HAZOP 复审"}])
    change = LimitChange.objects.for_actor(engineer).get()
    assert (change.old, change.new) == ({"limit": 10.8}, {"limit": 10.9})
    assert change.reason == "HAZOP 复审"
    assert limits(engineer)["HH"] == 10.8
    # The same file again asks for nothing new; an empty cell leaves the alarm as it is.
    run = bring(client, "monitoring_points", [changed | {REASON: "HAZOP 复审"}])
    assert run.counts["unchanged"] == 1
    run = bring(client, "monitoring_points", [ROW | {"高限": None, "名称": "一号罐液位"}])
    assert run.state == "applied"
    assert limits(engineer)["H"] == 10.1


def test_wrong_rows_are_told_beside_their_cells_and_nothing_is_half_written(client, engineer):
    wrong = [
        ROW | {"位号": "LI-1", "高限": "11"},  # above HH
        ROW | {"位号": "LI-2", "高高限": "13"},  # beyond the range
        ROW | {"位号": "LI-3", "类型": "魔法"},
        ROW | {"位号": "LI-4", "单元编码": "nowhere"},
    ]
    run = bring(client, "monitoring_points", [*wrong, ROW])
    assert run.counts["wrong"] == 4
    assert not Point.objects.for_actor(engineer).exists()
    bring(client, "monitoring_points", [*wrong, ROW], mode="good")
    assert [one.tag for one in Point.objects.for_actor(engineer)] == ["LI-101"]


def test_settings_carry_their_record_and_ask_for_what_is_controlled(client, engineer):
    bring(client, "monitoring_points", [ROW])
    row = {"监测点位号": "LI-101", "报警": "高限", "限值": "10.1", "死区": "0.1",
           "原因": "进料过量", "操作员处置措施": "停泵"}  # fmt: skip
    run = bring(client, "alarm_settings", [row])
    assert run.counts["wrong"] == 1  # the deadband differs, and no reason is given
    run = bring(client, "alarm_settings", [row | {REASON: "抖动"}])
    assert run.state == "applied", run.counts
    rule = AlarmRule.objects.for_actor(engineer).get(kind="H")
    assert (rule.cause, rule.action, rule.deadband) == ("进料过量", "停泵", 0)
    assert LimitChange.objects.for_actor(engineer).get().new == {"deadband": 0.1}


def test_an_export_of_points_is_an_import_that_changes_nothing(client, engineer):
    bring(client, "monitoring_points", [ROW])
    answer = client.get(reverse("monitoring:points_export"))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    head, line = list(book.worksheets[0].iter_rows(values_only=True))[:2]
    told = {name: value for name, value in zip(head, line, strict=True) if value is not None}
    assert (told["位号"], told["高高限"]) == ("LI-101", 10.8)
    run = bring(client, "monitoring_points", [told])
    assert run.counts["unchanged"] == 1, ImportRun.objects.latest("created_at").counts
