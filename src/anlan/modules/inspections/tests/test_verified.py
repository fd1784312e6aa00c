"""When measures were last verified, as tree, detail and list of the risk register show it."""

import datetime as dt

import pytest
from django.urls import reverse

from anlan.base.actors.roles import Role
from anlan.base.clock import now
from anlan.modules.inspections.models import InspectionRecord
from anlan.modules.inspections.services import records, suggesting
from anlan.modules.inspections.tests import data
from anlan.modules.registry.tests.test_pages import signed_in
from anlan.modules.risk import queries, queries_verified
from tests.support.world import World

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def backdated(**ago: int) -> None:
    moment = now() - dt.timedelta(**ago)
    InspectionRecord.objects.unscoped("test").update(occurred_at=moment)


def test_the_last_check_of_a_measure_is_known(
    world: World, django_assert_num_queries: object
) -> None:
    manager, operator = data.manager(world), data.operator(world)
    measure, never = data.a_measure(world), data.a_measure(world, "C2")
    task = data.a_task(world, measure)
    data.a_task(world, never)
    records.record(
        operator, records.Check(instance_id=data.duty(operator, task).pk, result="normal")
    )
    with django_assert_num_queries(2):  # type: ignore[operator]
        found = queries_verified.last_verified(manager, world.plant_a.pk)
    assert found[never.pk].at is None
    one = found[measure.pk]
    assert (one.by, one.is_good, one.cycle_days) == (world.user(
        Role.OPERATOR, "workshop_a").display_name, True, 1)  # fmt: skip
    assert queries_verified.stale_measures(manager, world.plant_a.pk) == set()
    backdated(days=3)
    assert queries_verified.stale_measures(manager, world.plant_a.pk) == {measure.pk}
    tree = queries.tree(manager, world.plant_a.pk, [], {measure.pk})
    assert [thing.stale for thing in tree] == [1, 0]


def test_the_list_finds_what_went_unverified(world: World) -> None:
    operator = data.operator(world)
    measure, never = data.a_measure(world), data.a_measure(world, "C2")
    task = data.a_task(world, measure)
    records.record(
        operator, records.Check(instance_id=data.duty(operator, task).pk, result="normal")
    )
    backdated(days=8)
    client = signed_in(world, Role.SAFETY_MANAGER, "plant_a")
    address = reverse("risk:measure_list")

    def shown(choice: str) -> list[bool]:
        page = client.get(address, {"unverified": choice}).content.decode()
        return [str(row.pk) in page for row in (measure, never)]

    assert shown("7") == [True, True]
    assert shown("30") == [False, True]
    assert shown("never") == [False, True]
    page = client.get(reverse("risk:events_show", args=[measure.event_id])).content.decode()
    assert reverse("inspections:records_show", args=[_record().pk]) in page


def _record() -> InspectionRecord:
    return InspectionRecord.objects.unscoped("test").get()


def test_a_suggested_task_follows_the_measure(world: World) -> None:
    manager = data.manager(world)
    data.a_measure(world, cycle_n=2, cycle_unit="week", responsible_department=world.workshop_a.pk)
    (task,) = suggesting.apply_for_measures(manager, world.plant_a.pk)
    assert (task.plan.cycle_n, task.plan.cycle_unit) == (2, "week")
    assert task.plan.organisation_id == world.workshop_a.pk
