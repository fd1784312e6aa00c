"""Detectors of one zone vote: what confirms a gas alarm, on pages and in the early warning."""

import pytest
from django.urls import reverse

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.roles import Role
from anlan.base.clock import now
from anlan.base.errors import BadInput
from anlan.engines.warning import model
from anlan.modules.monitoring.models import AlarmState, SafetyDevice
from anlan.modules.monitoring.queries import voting
from anlan.modules.monitoring.rules_voting import Logic, Said, Verdict, logic_of, vote
from anlan.modules.monitoring.services import systems
from anlan.modules.monitoring.tests.store import Store
from anlan.modules.monitoring.tests.test_overview import alarm, point
from anlan.modules.registry.models import MhiUnit
from anlan.modules.warnings.services.inputs import gather
from anlan.telemetry import client as historian
from tests.support.world import World

SIGNS = {".": Said.QUIET, "1": Said.LEVEL_1, "2": Said.LEVEL_2, "x": Said.FAULTY}


@pytest.mark.parametrize(
    ("logic", "said", "verdict", "needed"),
    [
        ("2oo3", "...", Verdict.QUIET, 2),
        ("2oo3", "1..", Verdict.SINGLE, 2),
        ("2oo3", "12.", Verdict.CONFIRMED, 2),
        # A faulty one counts as a vote, but one that is sound must really stand in alarm.
        ("2oo3", "x..", Verdict.QUIET, 1),
        ("2oo3", "x1.", Verdict.CONFIRMED, 1),
        ("2oo3", "xx1", Verdict.CONFIRMED, 1),
        ("3oo3", "x1.", Verdict.SINGLE, 2),
        ("2oo3", "xxx", Verdict.UNKNOWN, 1),
        # More than the logic has: the spare one takes the place of the faulty one.
        ("2oo3", "x1..", Verdict.SINGLE, 2),
        # Never entered is a defect of the register, no fault.
        ("2oo3", "1", Verdict.SINGLE, 2),
        ("1oo2", "1.", Verdict.SINGLE, 1),
    ],
)
def test_a_vote(logic: str, said: str, verdict: Verdict, needed: int) -> None:
    wanted = logic_of(logic)
    assert wanted is not None
    found = vote(wanted, [SIGNS[one] for one in said])
    assert (found.verdict, found.needed) == (verdict, needed)


@pytest.mark.parametrize(
    ("text", "logic"),
    [("2oo3", Logic(2, 3)), ("2OO3", Logic(2, 3)), ("三取二", Logic(2, 3)), ("2取1", Logic(1, 2)),
     ("3oo2", None), ("two", None), ("", None)],
)  # fmt: skip
def test_logic_as_people_write_it(text: str, logic: Logic | None) -> None:
    assert logic_of(text) == logic


@pytest.fixture
def store():
    made = Store()
    before = historian.install(made)
    yield made
    historian.install(before)


@pytest.fixture
def zone(world: World, store: Store):
    """Three toxic detectors of one place, 2oo3; a fourth elsewhere."""
    unit = MhiUnit.objects.create(
        enterprise=world.plant_a, scope_path=world.plant_a.path, code="U1", name="苯类罐区",
        kind="storage", is_mhi=True, level=4,
    )  # fmt: skip
    actor, states = world.actor(Role.EQUIPMENT_ENGINEER, "plant_a"), []
    for n in range(4):
        tag = f"GT-{n}"
        of = point(world.plant_a, tag, "gas_toxic", installation=unit)
        state = alarm(of)
        AlarmState.objects.unscoped("test").filter(pk=state.pk).update(condition=False, shown="A")
        store.samples.append((of.number, now(), 0.0, 0))
        systems.device_create(
            actor, {"kind": "detector", "tag": tag, "name": tag, "point": of.pk, "voting": "三取二",
                    "place": "泵房" if n < 3 else "装卸台", "installation": unit.pk},
        )  # fmt: skip
        states.append(state)
    return states


def stand(*states: AlarmState) -> None:
    AlarmState.objects.unscoped("test").filter(pk__in=[one.pk for one in states]).update(
        condition=True, shown="B"
    )


def verdicts() -> dict[str, Verdict]:
    groups = voting.voted(SYSTEM).groups
    return {one.place: one.vote.verdict for one in groups if one.vote}


@pytest.mark.django_db
def test_two_of_a_zone_confirm_what_one_does_not(zone) -> None:
    stand(zone[0], zone[3])
    assert verdicts() == {"泵房": Verdict.SINGLE, "装卸台": Verdict.SINGLE}
    inputs = [inputs for _unit, inputs in gather(now(), lambda _plant: model.packaged()).values()]
    assert not inputs[0].overrides
    stand(zone[1])
    assert verdicts() == {"泵房": Verdict.CONFIRMED, "装卸台": Verdict.SINGLE}
    ((_unit, found),) = gather(now(), lambda _plant: model.packaged()).values()
    gas = next(one for one in found.factors if one.code == "confirmed")
    assert (gas.score, gas.of) == (1.0, "泵房 2oo3 (GT-0, GT-1)")
    assert found.overrides == {"toxic_release"}


@pytest.mark.django_db
def test_what_can_say_nothing_counts_as_a_vote(zone, store) -> None:
    stand(zone[0])
    store.samples = [one for one in store.samples if one[0] != zone[1].rule.point.number]
    assert verdicts()["泵房"] == Verdict.CONFIRMED
    # Under a permit it is tested: its own alarm is test gas, and it is out of the vote.
    AlarmState.objects.unscoped("test").filter(pk=zone[0].pk).update(shown="I")
    assert verdicts()["泵房"] == Verdict.QUIET
    store.is_away = True
    assert not voting.voted(SYSTEM).is_told


@pytest.mark.django_db
def test_pages_tell_the_vote(zone, world: World, client, django_assert_max_num_queries) -> None:
    stand(zone[0], zone[1])
    client.force_login(world.user(Role.CONTROL_ROOM, "plant_a"))
    device = SafetyDevice.objects.for_actor(SYSTEM).get(tag="GT-2")
    for address in (
        reverse("monitoring:devices_show", args=[device.pk]),
        reverse("monitoring:alarm", args=[zone[0].rule_id]),
        reverse("monitoring:systems"),
    ):
        text = client.get(address).content.decode()
        assert "表决成立" in text
        assert "GT-2" in text
    with django_assert_max_num_queries(2):
        voting.voted(SYSTEM)


@pytest.mark.django_db
def test_a_logic_that_is_none_is_refused(world: World) -> None:
    with pytest.raises(BadInput) as refused:
        systems.device_create(
            world.actor(Role.EQUIPMENT_ENGINEER, "plant_a"),
            {"kind": "detector", "tag": "GT-1", "name": "GT-1", "voting": "3oo2"},
        )
    assert [one.field for one in refused.value.problems] == ["voting"]
