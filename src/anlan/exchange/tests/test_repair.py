"""What goes wrong on the way, and that everything arrives all the same."""

import base64
import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pytest_django import Settings

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.models import Organisation
from anlan.base.clock import now
from anlan.base.errors import BadInput
from anlan.base.files import services as files
from anlan.base.inbox.channels.base import Throttled, TimedOut
from anlan.base.inbox.channels.http import Answer
from anlan.exchange import fields, queries, rules
from anlan.exchange.choices import State
from anlan.exchange.models import Delivery, Endpoint
from anlan.exchange.services import endpoints, sending
from anlan.exchange.services.collecting import collect
from anlan.exchange.services.sending import push
from anlan.exchange.tests import data
from anlan.modules.commitment.services import days
from anlan.modules.findings.models import Finding
from anlan.modules.inspections.models import InspectionTask
from anlan.modules.inspections.services import tasks
from anlan.modules.inspections.tests.data import manager
from anlan.modules.registry import services as registry
from anlan.modules.registry.models import Enterprise
from anlan.modules.registry.services import rows
from anlan.modules.risk.models import ControlMeasure, RiskEvent, RiskObject, RiskUnit
from anlan.modules.risk.services import chain
from tests.support.world import World

LONG_AGO = now() - dt.timedelta(days=3)


def one(table: str) -> Delivery:
    found: Delivery = Delivery.objects.for_actor(SYSTEM).filter(table=table).latest("updated_at")
    return found


def let_time_pass(*models: Any) -> None:
    """Make everything older than what a run reads again."""
    for model in models:
        model.objects.for_actor(SYSTEM).update(updated_at=LONG_AGO)
    for endpoint in Endpoint.objects.for_actor(SYSTEM):
        older = now() - dt.timedelta(days=1)
        endpoint.watermarks = {
            name: value if name == "company_code" else older.isoformat()
            for name, value in endpoint.watermarks.items()
        }
        endpoint.save()


def sent(endpoint: Endpoint, receiver: Any, **more: Any) -> sending.Run:
    collect(endpoint.pk)
    return push(endpoint.pk, data.line_to(receiver), **more)


def test_what_was_missing_is_filled_in_elsewhere_and_goes_out_by_itself(world: World) -> None:
    data.fill(world, 1)
    head = RiskObject.objects.for_actor(SYSTEM).get().head
    RiskObject.objects.for_actor(SYSTEM).update(head=None)
    endpoint = data.an_endpoint(world)
    receiver = data.a_receiver(endpoint)
    sent(endpoint, receiver)
    assert one(fields.UNIT).state == State.INCOMPLETE
    let_time_pass(RiskUnit, RiskObject)
    thing = RiskObject.objects.for_actor(SYSTEM).get()
    thing.head = head
    thing.save()
    run = sent(endpoint, receiver)
    assert (run.accepted, run.rejected) == (6, 0)
    (unit,) = receiver.tables[fields.UNIT].values()
    assert unit["hazardLiablePerson"] == "郭承安"


def test_a_changed_plan_or_department_is_a_change_of_what_quotes_it(world: World) -> None:
    data.fill(world, 1)
    endpoint = data.an_endpoint(world)
    receiver = data.a_receiver(endpoint)
    sent(endpoint, receiver)
    (before,) = receiver.tables[fields.TASK].values()
    let_time_pass(RiskUnit, RiskObject, InspectionTask)
    task = InspectionTask.objects.for_actor(manager(world)).get()
    tasks.save(manager(world), world.plant_a.pk, task_id=task.pk, cycle_n=3)
    node = Organisation.objects.get(path=RiskObject.objects.for_actor(SYSTEM).get().scope_path)
    node.name = "储运一部"
    node.save()
    run = sent(endpoint, receiver)
    assert (run.accepted, run.rejected) == (2, 0)
    (after,) = receiver.tables[fields.TASK].values()
    (unit,) = receiver.tables[fields.UNIT].values()
    assert (after["checkCycle"], unit["hazardDep"]) == (3, "储运一部")
    assert after["updateDate"] >= before["updateDate"]


def test_an_enterprise_code_entered_later_reaches_every_row(world: World) -> None:
    data.fill(world, 1)
    plants = Enterprise.objects.for_actor(SYSTEM).filter(pk=world.plant_a.pk)
    plants.update(company_code="")
    endpoint = data.an_endpoint(world)
    receiver = data.a_receiver(endpoint)
    assert sent(endpoint, receiver).accepted == 0
    states = set(Delivery.objects.for_actor(SYSTEM).values_list("state", flat=True))
    assert states == {State.INCOMPLETE}
    let_time_pass(RiskUnit, RiskEvent, ControlMeasure, InspectionTask, Finding)
    registry.enterprise_update(manager(world), world.plant_a.pk, {"company_code": "990000077"})
    run = sent(endpoint, receiver)
    assert (run.accepted, run.rejected) == (7, 0)


def test_a_side_that_is_down_for_days_loses_nothing(world: World) -> None:
    data.fill(world, 1)
    endpoint = data.an_endpoint(world)
    receiver = data.a_receiver(endpoint)
    calls = 0

    def dead(url: str, body: bytes, headers: Any) -> Answer:
        nonlocal calls
        calls += 1
        raise TimedOut()

    start = now()
    collect(endpoint.pk)
    for n in range(3 * 24):  # every hour for three days
        if n == 30:
            event = RiskEvent.objects.for_actor(SYSTEM).get()
            rows.update_row(manager(world), chain.EVENT, event.pk, {"name": "储罐溢流"})
            collect(endpoint.pk)
        push(endpoint.pk, dead, now=start + n * dt.timedelta(hours=1))
    assert calls < 25
    endpoint.refresh_from_db()
    assert endpoint.problem == ""
    assert endpoint.failing_since == start
    Endpoint.objects.for_actor(SYSTEM).update(failing_since=now() - dt.timedelta(days=3))
    assert [row.pk for row in queries.standing_still(manager(world))] == [endpoint.pk]
    # Back again: somebody presses "Upload now", or the next attempt comes.
    collect(endpoint.pk)
    later = start + dt.timedelta(days=3)
    assert push(endpoint.pk, data.line_to(receiver), now=later).accepted == 0
    run = push(endpoint.pk, data.line_to(receiver), now=later, at_once=True)
    assert (run.accepted, run.rejected) == (7, 0)
    (event_row,) = receiver.tables[fields.EVENT].values()
    assert event_row["riskEventName"] == "储罐溢流"
    assert set(receiver.stored.values()) == {1}
    assert queries.standing_still(manager(world)) == []


def test_who_asks_to_slow_down_is_left_alone_so_long(world: World) -> None:
    data.fill(world, 1)
    endpoint = data.an_endpoint(world)

    def slow(url: str, body: bytes, headers: Any) -> Answer:
        raise Throttled(retry_after=3600)

    collect(endpoint.pk)
    moment = now()
    push(endpoint.pk, slow, now=moment)
    endpoint.refresh_from_db()
    assert endpoint.next_try_at == moment + dt.timedelta(hours=1)


def test_a_wrong_encryption_key_blames_no_row(world: World) -> None:
    data.fill(world, 2)
    endpoint = data.an_endpoint(world)
    receiver = data.a_receiver(endpoint, key="fedcba9876543210")
    run = sent(endpoint, receiver)
    assert (run.accepted, run.rejected) == (0, 0)
    assert "解密" in run.problem
    assert not Delivery.objects.for_actor(SYSTEM).filter(state=State.REJECTED).exists()
    endpoint.refresh_from_db()
    assert "解密" in endpoint.said
    endpoints.endpoint_save(
        manager(world), endpoint.pk, values={}, keys={"key": "fedcba9876543210"}
    )
    assert sent(endpoint, receiver).accepted == 13


def test_everything_again_is_taken_as_known(world: World) -> None:
    data.fill(world, 1)
    endpoint = data.an_endpoint(world)
    receiver = data.a_receiver(endpoint)
    sent(endpoint, receiver)
    Delivery.objects.for_actor(SYSTEM).update(state=State.PENDING)
    run = push(endpoint.pk, data.line_to(receiver))
    assert (run.accepted, run.rejected) == (7, 0)
    assert set(receiver.stored.values()) == {1}


def test_what_is_taken_back_goes_last_children_first(world: World) -> None:
    data.fill(world, 1)
    endpoint = data.an_endpoint(world)
    receiver = data.a_receiver(endpoint)
    sent(endpoint, receiver)
    n = len(receiver.arrivals)
    gone = [RiskUnit, RiskEvent, ControlMeasure]
    for model in gone:
        model.objects.for_actor(SYSTEM).update(removed_at=now(), updated_at=now())
    data.fill_more(world)
    sent(endpoint, receiver)
    order = [table for table, _pk in receiver.arrivals[n:]]
    assert order[-3:] == [fields.MEASURE, fields.EVENT, fields.UNIT]
    assert fields.FINDING in order[:-3]


@pytest.fixture
def stored(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.parametrize("mode", ["attachments", "images", "none"])
def test_photos_go_with_their_finding(world: World, stored: None, mode: str) -> None:
    found = data.fill(world, 1)
    shown = data.a_photo(world, found[0], "before")
    data.a_photo(world, found[0], "after", form="PNG")
    endpoint = data.an_endpoint(world, photos=mode)
    receiver = data.a_receiver(endpoint)
    assert sent(endpoint, receiver).rejected == 0
    row = receiver.tables[fields.FINDING][str(found[0].pk)]
    names = {"attachments": ["attachments1", "attachments2"],
             "images": ["dangerImg", "dangerAcceptImg"], "none": []}[mode]  # fmt: skip
    assert [name for name in row if name.startswith(("attach", "danger")) and name.endswith(
        ("Img", "1", "2"))] == names  # fmt: skip
    if not names:
        return
    assert base64.b64decode(row[names[0]]) == data.picture().read()
    # Kept as a name and a hash, not as megabytes.
    assert one(fields.FINDING).payload.get(names[0], {"sha256": 1})["sha256"]
    let_time_pass(Finding)
    files.remove(manager(world), shown.pk)
    assert sent(endpoint, receiver).accepted == 1
    assert names[0] not in receiver.tables[fields.FINDING][str(found[0].pk)]


def test_a_photo_too_large_is_made_to_fit(world: World, stored: None) -> None:
    found = data.fill(world, 1)
    data.a_photo(world, found[0], "before", width=1800, form="PNG")
    endpoint = data.an_endpoint(world)
    receiver = data.a_receiver(endpoint)
    assert sent(endpoint, receiver).rejected == 0
    content = base64.b64decode(receiver.tables[fields.FINDING][str(found[0].pk)]["attachments1"])
    assert len(content) <= rules.MOST_PHOTO_BYTES
    assert Image.open(io.BytesIO(content)).format == "JPEG"


def test_batches_with_photos_stay_small(world: World, stored: None, monkeypatch: Any) -> None:
    found = data.fill(world, 2)
    for row in found[:2]:
        data.a_photo(world, row, "before")
    endpoint = data.an_endpoint(world)
    monkeypatch.setattr(sending, "MOST_PHOTO_BYTES", 10)
    receiver, batches = data.a_receiver(endpoint), []
    line = data.line_to(receiver)

    def watch(url: str, body: bytes, headers: Any) -> Answer:
        batches.append(url.rpartition("/")[2])
        return line(url, body, headers)

    collect(endpoint.pk)
    assert push(endpoint.pk, watch).rejected == 0
    assert batches.count(fields.FINDING) >= 2


def test_commitments_wait_for_the_codes_of_the_grade(world: World) -> None:
    row = data.a_commitment(world)
    endpoint = data.an_endpoint(world)
    receiver = data.a_receiver(endpoint)
    sent(endpoint, receiver)
    assert (one(fields.PROMISE).state, one(fields.PROMISE).field) == (
        State.INCOMPLETE, "riskGrade",
    )  # fmt: skip
    with pytest.raises(BadInput):
        endpoints.endpoint_save(manager(world), endpoint.pk, values={"grade_codes": "1,2"}, keys={})
    endpoints.endpoint_save(
        manager(world), endpoint.pk, values={"grade_codes": "1，2,3,4"}, keys={}
    )
    assert sent(endpoint, receiver).accepted == 1
    (kept,) = receiver.tables[fields.PROMISE].values()
    assert (kept["riskGrade"], kept["commitment"], kept["commitDate"][8:]) == (
        "1", "郭承安", "000000",
    )  # fmt: skip
    principal = world.actor("principal_responsible_person", "plant_a")  # type: ignore[arg-type]
    days.correct(principal, row.pk, "台数有误")
    assert sent(endpoint, receiver).accepted == 0
    days.prepare(
        manager(world), row.pk, counts=row.counts | {"n_height": 2}, grade=2, text="今日安全",
        committer="郭承安",
    )  # fmt: skip
    days.publish(principal, row.pk, reason="无下级")
    assert sent(endpoint, receiver).accepted == 1
    (kept,) = receiver.tables[fields.PROMISE].values()
    assert (kept["highworkNumber"], kept["riskGrade"]) == (2, "2")


def test_scores_and_objects_go_where_they_are_asked_for(world: World) -> None:
    data.fill(world, 1)
    data.a_score(world)
    endpoint = data.an_endpoint(world, adapter="form", prefix="ah_", parts=["score", "objects"])
    receiver = data.a_receiver(endpoint)
    run = sent(endpoint, receiver)
    assert (run.accepted, run.rejected) == (2, 0)
    (score,) = receiver.tables[fields.SCORE].values()
    assert (score["score"], score["runLevel"], score["rateCheck"]) == ("92", "excellent", "90")
    (code, thing), *_rest = receiver.tables[fields.OBJECT].items()
    assert code == thing["hazardCode"]
    assert set(receiver.tables) == {fields.SCORE, fields.OBJECT}
    # What is asked for no more does not wait for ever.
    RiskObject.objects.for_actor(SYSTEM).update(head=None, updated_at=now())
    collect(endpoint.pk)
    endpoints.endpoint_save(manager(world), endpoint.pk, values={"parts": ["chain"]}, keys={})
    assert not Delivery.objects.for_actor(SYSTEM).filter(accepted_at__isnull=True).exists()
