"""Rows move only as their table says, once, by whoever may."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, models

from anlan.base.actors import wall
from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.policy import grant, granted
from anlan.base.actors.roles import Role
from anlan.base.actors.scope import EVERYTHING
from anlan.base.audit import Event
from anlan.base.audit.events import all_events
from anlan.base.audit.models import AuditEvent
from anlan.base.audit.services import record
from anlan.base.errors import Forbidden, NotYours, Refused
from anlan.base.states import Transition, machine, services
from anlan.base.states.machine import Machine, all_machines
from anlan.base.states.mermaid import mermaid
from anlan.base.states.problems import AuthorUnknown, FourEyes, NotFromHere, ReasonMissing
from anlan.base.states.testing import every_pair
from anlan.modules.registry.models import Enterprise
from tests.support.world import World, build_world

# A text field of a real scoped row stands for the state: the table is what is tested.
FIELD = "note"
MAY, MAY_ACCEPT = "test.states.move", "test.states.accept"


class Step(models.TextChoices):
    OPEN = "open", "Open"
    WAITING = "waiting", "Waiting"
    CLOSED = "closed", "Closed"


MACHINE = all_machines().get("test.finding") or machine(
    "test.finding",
    Transition("submit", Step.OPEN, Step.WAITING, by=MAY, label="Submit"),
    Transition("return", Step.WAITING, Step.OPEN, by=MAY_ACCEPT, needs_reason=True),
    Transition("accept", Step.WAITING, Step.CLOSED, by=MAY_ACCEPT, four_eyes=True),
    Transition("expire", (Step.OPEN, Step.WAITING), Step.CLOSED),
    field=FIELD,
)
MOVED = all_events().get("test.states.moved") or Event("test.states.moved", "%(actor)s moved it")


@pytest.fixture(autouse=True)
def rights(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(Enterprise, "machine", MACHINE, raising=False)
    if MAY not in granted():
        grant(MAY, [Role.SAFETY_MANAGER, Role.PRINCIPAL])
        grant(MAY_ACCEPT, [Role.SAFETY_MANAGER, Role.PRINCIPAL])
    # What the product itself registered must be there again for other tests.
    monkeypatch.setattr(services, "_CHECKS", {})
    monkeypatch.setattr(services, "_EFFECTS", {})
    yield


def put(world: World, state: str) -> Enterprise:
    row: Enterprise = Enterprise.objects.unscoped("test").get(name="plant_a")
    Enterprise.objects.unscoped("test").filter(pk=row.pk).update(note=state)
    row.refresh_from_db()
    return row


@pytest.mark.parametrize(("state", "move", "target"), every_pair(MACHINE))
def test_every_pair(world: World, state: str, move: str, target: str | None) -> None:
    row = put(world, state)
    other = world.actor(Role.PRINCIPAL, "plant_a")
    record(other, MOVED, row, after={FIELD: state})
    actor = SYSTEM if move == "expire" else world.actor(Role.SAFETY_MANAGER, "plant_a")
    if target is None:
        with pytest.raises(NotFromHere):
            services.advance(actor, row, move, MOVED, reason="x")
        assert Enterprise.objects.for_actor(SYSTEM).one(row.pk).note == state
        return
    moved = services.advance(actor, row, move, MOVED, reason="x")
    assert (moved.note, moved.version) == (target, row.version + 1)
    last = AuditEvent.objects.filter(object_id=row.pk).latest("seq")
    assert (last.before, last.after, last.reason) == ({FIELD: state}, {FIELD: target}, "x")


def test_who_may_not_is_told_so_and_a_stranger_finds_nothing(world: World) -> None:
    row = put(world, Step.OPEN)
    with pytest.raises(Forbidden):
        services.advance(world.actor(Role.OPERATOR, "plant_a"), row, "submit", MOVED)
    with pytest.raises(Forbidden):
        services.advance(world.actor(Role.PRINCIPAL, "plant_a"), row, "expire", MOVED)
    with pytest.raises(NotYours):
        services.advance(world.actor(Role.SAFETY_MANAGER, "plant_b"), row, "submit", MOVED)


def test_a_move_that_needs_a_reason_gets_none_by_blanks(world: World) -> None:
    with pytest.raises(ReasonMissing):
        services.advance(
            world.actor(Role.PRINCIPAL, "plant_a"),
            put(world, Step.WAITING),
            "return",
            MOVED,
            reason="  ",
        )


def test_four_eyes(world: World) -> None:
    row = put(world, Step.OPEN)
    one, two = (world.actor(r, "plant_a") for r in (Role.SAFETY_MANAGER, Role.PRINCIPAL))
    services.advance(one, row, "submit", MOVED)
    # A later event of another person does not wash the first one's hands.
    record(two, MOVED, row, after={"name": "x"})
    with pytest.raises(FourEyes):
        services.advance(one, row, "accept", MOVED)
    with pytest.raises(FourEyes):
        services.advance(SYSTEM, row, "accept", MOVED)
    assert services.advance(two, row, "accept", MOVED).note == Step.CLOSED


def test_four_eyes_without_history_is_refused(world: World) -> None:
    row = put(world, Step.WAITING)
    with pytest.raises(AuthorUnknown):
        services.advance(world.actor(Role.PRINCIPAL, "plant_a"), row, "accept", MOVED)


def test_a_check_refuses_and_an_effect_joins_the_move(world: World) -> None:
    class GasTooOld(Refused):
        code, clause, text = "test.gas", "gb30871-2022:x", "Test again"

    @services.check(MACHINE, "submit")
    def fresh_gas(actor: object, row: Enterprise) -> None:
        if row.duty_phone != "tested":
            raise GasTooOld()

    @services.effect(MACHINE, "submit")
    def stamp(actor: object, row: Enterprise) -> None:
        row.address = "stamped"

    row = put(world, Step.OPEN)
    actor = world.actor(Role.SAFETY_MANAGER, "plant_a")
    (submit,) = services.offers(actor, row)
    assert isinstance(submit.refusal, GasTooOld)
    with pytest.raises(GasTooOld):
        services.advance(actor, row, "submit", MOVED)
    Enterprise.objects.unscoped("test").filter(pk=row.pk).update(duty_phone="tested")
    assert services.advance(actor, row, "submit", MOVED).address == "stamped"


def test_two_at_once_move_it_once(committed: None) -> None:
    world = build_world()
    row = put(world, Step.OPEN)
    actor = world.actor(Role.SAFETY_MANAGER, "plant_a")
    start, ends = threading.Barrier(6), []

    def move() -> None:
        try:
            wall.bind(EVERYTHING)
            start.wait(10)
            services.advance(actor, row, "submit", MOVED)
            ends.append("moved")
        except NotFromHere:
            ends.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=move) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(ends) == ["moved"] + ["refused"] * 5


def test_a_table_with_a_mistake_is_no_machine() -> None:
    with pytest.raises(ValueError, match="same state"):
        machine("t1", Transition("a", "x", "y"), Transition("a", "x", "z"))
    with pytest.raises(ValueError, match="nothing leads"):
        machine("t2", Transition("a", "x", "y"), Transition("b", "z", "y"))
    with pytest.raises(ValueError, match="twice"):
        machine("test.finding", Transition("a", "x", "y"))
    with pytest.raises(KeyError):
        MACHINE.find("sumbit", Step.OPEN)


def test_the_table_is_the_diagram() -> None:
    assert MACHINE.choices == [("open", "Open"), ("waiting", "Waiting"), ("closed", "Closed")]
    assert mermaid(MACHINE).splitlines()[:4] == [
        "stateDiagram-v2",
        "    [*] --> open",
        "    open --> waiting: submit (test.states.move)",
        "    waiting --> open: return (test.states.accept, reason)",
    ]
    assert isinstance(MACHINE, Machine)


def test_the_docs_show_the_diagram_of_the_jobs() -> None:
    page = Path(__file__).parents[5] / "docs" / "base" / "states.md"
    if not page.exists():
        pytest.skip("no docs beside the package")
    assert mermaid(all_machines()["jobs.job"]) in page.read_text(encoding="utf-8")
