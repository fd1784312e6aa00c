"""Uploading a small world: once, in order, whatever breaks; each rejection at its record."""

from contextlib import suppress

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.roles import Role
from anlan.base.errors import BadInput, Forbidden
from anlan.exchange import fields, queries
from anlan.exchange.choices import State
from anlan.exchange.models import Delivery, Endpoint
from anlan.exchange.sealing import keys_of
from anlan.exchange.services import endpoints, sending
from anlan.exchange.services.collecting import collect
from anlan.exchange.services.sending import push
from anlan.exchange.simulator import Receiver
from anlan.exchange.tests import data
from anlan.modules.findings.services import treating
from anlan.modules.inspections.tests.data import manager
from anlan.modules.registry.services import rows
from anlan.modules.risk.models import ControlMeasure, RiskEvent, RiskObject, RiskUnit
from anlan.modules.risk.services import chain
from tests.support.world import World

PARENTS = {
    fields.EVENT: ("riskUnitId",),
    fields.MEASURE: ("riskEventId",),
    fields.TASK: ("riskMeasureId",),
    fields.RECORD: ("checkTaskId",),
    fields.FINDING: ("riskMeasureId", "checkRecordId"),
}


def everything_is_there_once_and_in_order(receiver: Receiver) -> None:
    assert {name: len(rows) for name, rows in receiver.tables.items()} == {
        fields.UNIT: 2, fields.EVENT: 2, fields.MEASURE: 2, fields.TASK: 2, fields.RECORD: 2,
        fields.FINDING: 3,
    }  # fmt: skip
    assert set(receiver.stored.values()) == {1}
    place = {pk: n for n, (_table, pk) in reversed(list(enumerate(receiver.arrivals)))}
    for table, names in PARENTS.items():
        for pk, row in receiver.tables[table].items():
            for name in names:
                if row.get(name):
                    assert place[row[name]] < place[pk]


@pytest.mark.parametrize(
    ("adapter", "cipher", "text_form", "prefix"),
    [
        ("national", "aes-ecb", "base64", ""),
        ("batch", "aes-cbc", "hex", ""),
        ("form", "aes-gcm", "base64", "ahwh_"),
        ("national", "none", "base64", ""),
    ],
)
def test_every_dialect(
    world: World, adapter: str, cipher: str, text_form: str, prefix: str
) -> None:
    data.fill(world)
    endpoint = data.an_endpoint(
        world, adapter=adapter, cipher=cipher, text_form=text_form, prefix=prefix
    )
    receiver = data.a_receiver(endpoint, companies=frozenset({"990000000"}))
    collect(endpoint.pk)
    run = push(endpoint.pk, data.line_to(receiver))
    assert (run.accepted, run.rejected, run.problem) == (13, 0, "")
    everything_is_there_once_and_in_order(receiver)
    finding = next(iter(receiver.tables[fields.FINDING].values()))
    assert finding["dangerState"] == "0"
    assert len(finding["registTime"]) == (14 if adapter == "national" else 19)
    assert collect(endpoint.pk) == 0
    assert push(endpoint.pk, data.line_to(receiver)).accepted == 0


@pytest.fixture
def filled(world: World) -> World:
    data.fill(world)
    return world


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(faults=st.lists(st.sampled_from(["", "before", "after", "crash"]), max_size=10))
def test_whatever_breaks_everything_arrives_once(filled: World, faults: list[str]) -> None:
    savepoint = transaction.savepoint()
    endpoint = data.an_endpoint(filled, cipher="none")
    receiver = data.a_receiver(endpoint)
    left = list(faults)

    def breaks() -> str:
        how = left.pop(0) if left else ""
        if how == "crash":
            raise RuntimeError("the worker was killed")
        return how

    line = data.line_to(receiver, breaks)
    for _n in range(len(faults) + 2):
        # What was answered before a crash is kept, the rest goes again.
        with suppress(RuntimeError):
            collect(endpoint.pk)
            push(endpoint.pk, line)
        Endpoint.objects.for_actor(SYSTEM).update(next_try_at=None)
    everything_is_there_once_and_in_order(receiver)
    states = set(Delivery.objects.for_actor(SYSTEM).values_list("state", flat=True))
    assert states == {State.ACCEPTED}
    transaction.savepoint_rollback(savepoint)


def test_a_rejected_parent_holds_its_children_and_is_shown_at_the_record(world: World) -> None:
    data.fill(world, 1)
    actor = manager(world)
    event = RiskEvent.objects.for_actor(actor).get()
    rows.update_row(actor, chain.EVENT, event.pk, {"name": "储罐泄漏着火后爆炸" * 5})
    endpoint = data.an_endpoint(world)
    receiver = data.a_receiver(endpoint, longest=40)
    collect(endpoint.pk)
    run = push(endpoint.pk, data.line_to(receiver))
    assert (run.accepted, run.rejected) == (2, 1)  # unit and the finding of no measure
    (shown,) = queries.of_record(actor, event.pk)
    assert (shown.state, shown.code, shown.field) == (State.REJECTED, "too_long", "riskEventName")
    measure = ControlMeasure.objects.for_actor(actor).get()
    (below,) = queries.of_record(actor, measure.pk)
    assert below.state == State.WAITING
    # Put right, it goes out by itself, and what waited for it follows.
    rows.update_row(actor, chain.EVENT, event.pk, {"name": "储罐泄漏着火"})
    collect(endpoint.pk)
    run = push(endpoint.pk, data.line_to(receiver))
    assert (run.accepted, run.rejected) == (5, 0)


def test_a_missing_value_is_said_before_it_is_sent(world: World) -> None:
    data.fill(world, 1)
    actor = manager(world)
    RiskObject.objects.for_actor(actor).update(head=None)
    endpoint = data.an_endpoint(world)
    receiver = data.a_receiver(endpoint)
    collect(endpoint.pk)
    run = push(endpoint.pk, data.line_to(receiver))
    assert receiver.tables.get(fields.UNIT, {}) == {}
    unit = RiskUnit.objects.for_actor(actor).get()
    (shown,) = queries.of_record(actor, unit.pk)
    assert (shown.state, shown.code, shown.field) == (
        State.INCOMPLETE, "missing", "hazardLiablePerson",
    )  # fmt: skip
    event = RiskEvent.objects.for_actor(actor).get()
    (below,) = queries.of_record(actor, event.pk)
    assert below.state == State.WAITING
    assert run.accepted == 1  # the finding that belongs to no measure


def test_changes_and_removals_go_out_as_new_versions(world: World) -> None:
    found = data.fill(world, 1)
    actor = manager(world)
    endpoint = data.an_endpoint(world)
    receiver = data.a_receiver(endpoint)
    collect(endpoint.pk)
    push(endpoint.pk, data.line_to(receiver))
    # Work has begun: the interface calls it the same as before, so nothing goes out.
    treating.start(world.actor(Role.PRINCIPAL, "plant_a"), found[-1].pk)
    assert collect(endpoint.pk) == 0
    found[-1].refresh_from_db()
    found[-1].cause = "基础沉降"
    found[-1].save()
    unit = RiskUnit.objects.for_actor(actor).get()
    unit.removed_at = unit.updated_at
    unit.save()
    assert collect(endpoint.pk) == 2
    push(endpoint.pk, data.line_to(receiver))
    assert receiver.tables[fields.FINDING][str(found[-1].pk)]["dangerReason"] == "基础沉降"
    assert receiver.tables[fields.UNIT][str(unit.pk)]["deleted"] == "1"


def test_what_was_never_sent_is_not_taken_back(world: World) -> None:
    data.fill(world, 1)
    actor = manager(world)
    endpoint = data.an_endpoint(world)
    unit = RiskUnit.objects.for_actor(actor).get()
    collect(endpoint.pk)
    unit.removed_at = unit.updated_at
    unit.save()
    collect(endpoint.pk)
    assert queries.of_record(actor, unit.pk) == []


def test_a_wrong_key_stops_the_endpoint_until_it_is_saved(world: World) -> None:
    data.fill(world, 1)
    endpoint = data.an_endpoint(world, adapter="form")
    receiver = data.a_receiver(endpoint, app_key="other")
    collect(endpoint.pk)
    run = push(endpoint.pk, data.line_to(receiver))
    endpoint.refresh_from_db()
    assert run.problem
    assert endpoint.problem
    assert push(endpoint.pk, data.line_to(receiver)).accepted == 0


def test_a_batch_refused_as_a_whole_is_halved(world: World) -> None:
    data.fill(world, 2)
    endpoint = data.an_endpoint(world, cipher="none")
    receiver = data.a_receiver(endpoint)
    spoilt = str(ControlMeasure.objects.for_actor(SYSTEM).order_by("pk")[0].pk)
    line = data.line_to(receiver)

    def mute(url, body, headers):  # type: ignore[no-untyped-def]
        from anlan.base.inbox.channels.http import Answer

        if f'"id\\": \\"{spoilt}' in body.decode():
            return Answer(400, {"code": "bad", "message": "第1条有误"}, "", None)
        return line(url, body, headers)

    collect(endpoint.pk)
    run = push(endpoint.pk, mute)
    assert run.rejected == 1
    (shown,) = queries.of_record(SYSTEM, ControlMeasure.objects.for_actor(SYSTEM).get(pk=spoilt).pk)
    assert (shown.state, shown.problem) == (State.REJECTED, "第1条有误")
    assert sending.send_again(manager(world), [shown.pk]) == 1


def test_keys_are_sealed_and_kept(world: World) -> None:
    endpoint = data.an_endpoint(world)
    assert data.KEY.encode() not in bytes(endpoint.sealed)
    again = endpoints.endpoint_save(
        manager(world), endpoint.pk, values={"name": "市平台"}, keys={"key": ""}
    )
    assert keys_of(again)["key"] == data.KEY
    with pytest.raises(BadInput):
        endpoints.endpoint_save(manager(world), endpoint.pk, values={}, keys={"key": "short"})
    with pytest.raises(Forbidden):
        endpoints.endpoint_save(
            world.actor(Role.OPERATOR, "workshop_a"), endpoint.pk, values={}, keys={}
        )


def test_another_county_sees_nothing(world: World) -> None:
    data.fill(world, 1)
    endpoint = data.an_endpoint(world)
    collect(endpoint.pk)
    inspector = world.actor(Role.BUREAU_INSPECTOR, "county_b")
    assert queries.deliveries(inspector).count() == 0
    assert queries.deliveries(world.actor(Role.BUREAU_INSPECTOR, "county_a")).count() > 0
