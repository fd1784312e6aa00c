"""Numbers are given once and without gaps, whoever asks at the same time."""

import threading
from collections.abc import Iterator
from datetime import date

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.base.actors import wall
from anlan.base.actors.models import Organisation
from anlan.base.actors.roles import OrganisationKind, Role
from anlan.base.actors.scope import EVERYTHING
from anlan.base.ids import uuid7
from anlan.base.numbers import kinds
from anlan.base.numbers.kinds import NumberKind
from anlan.base.numbers.models import NumberSequence
from anlan.base.numbers.services import next_number, next_numbers
from tests.support.world import World

DAY = date(2026, 11, 22)


@pytest.fixture
def finding() -> Iterator[NumberKind]:
    before = dict(kinds._KINDS)
    yield NumberKind("test.finding", "TF")
    kinds._KINDS.clear()
    kinds._KINDS.update(before)


def test_numbers_count_for_each_enterprise_and_year(world: World, finding: NumberKind) -> None:
    assert next_number(world.plant_a, finding, DAY) == "TF-2026-0001"
    assert next_number(world.workshop_a, finding, DAY) == "TF-2026-0002"
    assert next_number(world.plant_b, finding, DAY) == "TF-2026-0001"
    assert next_number(world.plant_a, finding, date(2027, 1, 1)) == "TF-2027-0001"
    assert next_numbers(world.plant_a, finding, DAY, 3) == [
        "TF-2026-0003",
        "TF-2026-0004",
        "TF-2026-0005",
    ]
    assert next_number(world.city_a, finding, DAY) == "TF-2026-0001"


def test_a_number_grows_beyond_its_digits(finding: NumberKind) -> None:
    assert finding.written(2026, 12345) == "TF-2026-12345"


def test_another_plants_counter_is_behind_the_wall(world: World, finding: NumberKind) -> None:
    next_number(world.plant_b, finding, DAY)
    with wall.acting_as(world.actor(Role.SAFETY_MANAGER, "plant_a").scope):
        assert next_number(world.workshop_a, finding, DAY) == "TF-2026-0001"
        assert NumberSequence.objects.unscoped("what the wall shows").count() == 1


@given(plan=st.lists(st.booleans(), min_size=4, max_size=12))
@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_gap_and_no_double_with_rollbacks_between(
    committed: None, finding: NumberKind, plan: list[bool]
) -> None:
    pk = uuid7()
    place = Organisation.objects.create(
        id=pk, kind=OrganisationKind.ENTERPRISE, name="x", path=f"cn/e{pk.hex}/"
    )
    given_out: list[str] = []
    start = threading.Barrier(len(plan))

    def take(keeps: bool) -> None:
        try:
            wall.bind(EVERYTHING)
            start.wait(10)
            with transaction.atomic():
                number = next_number(place, finding, DAY)
                if keeps:
                    # Before the commit: the next one waits for it.
                    given_out.append(number)
                else:
                    transaction.set_rollback(True)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(keeps,)) for keeps in plan]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert given_out == [finding.written(2026, n) for n in range(1, sum(plan) + 1)]


def test_outside_a_transaction_no_number_is_spent(committed: None, finding: NumberKind) -> None:
    pk = uuid7()
    place = Organisation(id=pk, kind=OrganisationKind.ENTERPRISE, path=f"cn/e{pk.hex}/")
    with pytest.raises(RuntimeError):
        next_number(place, finding, DAY)
