"""Units are graded when what grading rests on changes, and results are kept."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.roles import Role
from anlan.base.audit.models import AuditEvent
from anlan.base.errors import BadInput, Forbidden, NotYours
from anlan.base.inbox.models import Notice
from anlan.modules.registry import queries_identification as queries
from anlan.modules.registry import services
from anlan.modules.registry.models import Enterprise, Identification, Inventory, MhiUnit, Site
from anlan.modules.registry.services.grading import grading_update
from anlan.modules.registry.services.identification import unit_identify
from anlan.modules.registry.services.scenario import scenario_save
from anlan.modules.registry.tests import data
from tests.support.world import World

BENZENE = {"basis": "computed", "volume_m3": "2500", "fill_factor": "0.85"}


@pytest.fixture
def manager(world: World) -> Any:
    return world.actor(Role.SAFETY_MANAGER, "plant_a")


@pytest.fixture
def unit(manager: Any, django_capture_on_commit_callbacks: Any) -> MhiUnit:
    """A tank farm with 37.36 times the critical quantity of benzene and 40 people around."""
    with django_capture_on_commit_callbacks(execute=True):
        site = services.site_create(manager, data.site(off_site_population=24))
        unit = services.unit_create(manager, data.unit(site=site))
        chemical = services.chemical_create(manager, data.chemical(categories=["W5.3"]))
        services.inventory_create(
            manager, {"unit": unit, "chemical": chemical, "place": "T-101", **BENZENE}
        )
    unit.refresh_from_db()
    return unit


def _hold(actor: Any, unit: MhiUnit, name: str, tonnes: str, **more: Any) -> Inventory:
    chemical = services.chemical_create(actor, data.chemical(name=name, cas="", **more))
    return services.inventory_create(
        actor, {"unit": unit, "chemical": chemical, "basis": "stated", "quantity_t": tonnes}
    )


def _history(unit: MhiUnit) -> list[Identification]:
    return list(queries.identifications_of(SYSTEM, unit))


def test_inventory_makes_a_unit_graded_with_its_enterprise(manager: Any, unit: MhiUnit) -> None:
    assert (unit.is_mhi, unit.level) == (True, 3)
    assert unit.r_value == Decimal("37.3575")
    assert unit.edition == "GB 18218-2018"
    assert unit.identified_at is not None
    enterprise = Enterprise.objects.for_actor(manager).get()
    assert (enterprise.mhi_level, enterprise.n_mhi) == (3, 1)


def test_population_change_moves_the_level_and_says_so(
    manager: Any, world: World, unit: MhiUnit, django_capture_on_commit_callbacks: Any
) -> None:
    concerned = {
        world.user(Role.SAFETY_MANAGER, "plant_a").pk,
        world.user(Role.PRINCIPAL, "plant_a").pk,
        world.user(Role.BUREAU_INSPECTOR, "county_a").pk,
        world.user(Role.PARK_OFFICER, "park_a").pk,
    }
    for role, place in (
        (Role.OPERATOR, "plant_a"),
        (Role.SAFETY_MANAGER, "plant_b"),
        (Role.BUREAU_INSPECTOR, "county_b"),
        (Role.PARK_OFFICER, "park_b"),
    ):
        world.user(role, place)
    site = Site.objects.for_actor(manager).get()
    with django_capture_on_commit_callbacks(execute=True):
        services.site_update(manager, site.pk, {"off_site_population": 60})
    unit.refresh_from_db()
    assert unit.level == 2
    newest = _history(unit)[0]
    assert newest.change["level"] == [3, 2]
    assert newest.change["population"] == ["24", "60"]
    assert newest.cause == "site"
    told = AuditEvent.objects.filter(event="registry.unit.level_changed").get()
    assert told.object_id == unit.pk
    assert "R 37.36 → 56.04" in told.reason
    assert "24 → 60" in told.reason
    assert told.before["level"] == 3
    assert told.after["level"] == 2
    heard = Notice.objects.filter(kind="registry.level_worse")
    assert {notice.recipient_id for notice in heard} == concerned
    assert {(n.params["was"], n.params["now"]) for n in heard} == {("3", "2")}


def test_same_figures_make_no_new_identification(unit: MhiUnit) -> None:
    n = len(_history(unit))
    done = unit_identify(SYSTEM, [unit.pk], "test")
    assert (done.n_stored, done.n_unchanged) == (0, 1)
    assert len(_history(unit)) == n


def test_empty_unit_is_missing_data(manager: Any, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        unit = services.unit_create(manager, data.unit(code="U9"))
    unit.refresh_from_db()
    assert unit.identified_at is not None
    assert unit.is_mhi is None
    assert unit.level is None
    assert unit.s_value is None


def test_emptied_unit_goes_back_to_missing_data(
    manager: Any, unit: MhiUnit, django_capture_on_commit_callbacks: Any
) -> None:
    row = Inventory.objects.for_actor(manager).get()
    with django_capture_on_commit_callbacks(execute=True):
        services.inventory_remove(manager, row.pk, "tank scrapped")
    unit.refresh_from_db()
    assert unit.is_mhi is None
    assert Enterprise.objects.for_actor(manager).get().n_mhi == 0


@pytest.mark.parametrize(
    ("tonnes", "is_mhi", "level"),
    [
        ("50", True, 4),
        ("49.9999999999", False, None),
        ("500", True, 3),
        ("499.9999999999", True, 4),
        ("2500", True, 2),
        ("5000", True, 1),
    ],
)
def test_limits_are_closed_below_and_never_rounded_onto(
    manager: Any,
    tonnes: str,
    is_mhi: bool,
    level: int | None,
    django_capture_on_commit_callbacks: Any,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        site = services.site_create(manager, data.site(off_site_population=24))
        unit = services.unit_create(manager, data.unit(site=site))
        _hold(manager, unit, "an oxidizer", tonnes, categories=["W9.1"])
    unit.refresh_from_db()
    kept = _history(unit)[0]
    kept = queries.identification(SYSTEM, kept.pk)
    result = queries.stored_result(kept)
    assert (unit.is_mhi, unit.level) == (is_mhi, level), (result.S, result.R)
    if not is_mhi:
        assert unit.s_value is not None
        assert unit.s_value < 1


def test_volume_fill_and_density_are_multiplied_exactly(manager: Any, unit: MhiUnit) -> None:
    (graded,) = queries.graded_units(SYSTEM, [queries.unit_to_grade(SYSTEM, unit.pk)])
    assert graded.kept is not None
    assert Fraction("2500") * Fraction("0.85") * Fraction("0.879") / 50 == graded.result.S
    assert graded.result == queries.stored_result(graded.kept)


def test_settings_need_a_reason_and_grade_again(
    manager: Any, world: World, unit: MhiUnit, django_capture_on_commit_callbacks: Any
) -> None:
    plant = world.plant_a.pk
    with pytest.raises(BadInput):
        grading_update(manager, plant, {"beta_hint": "ask"}, "")
    with pytest.raises(BadInput):
        grading_update(manager, plant, {"beta_hint": "guess"}, "why")
    with pytest.raises(NotYours):
        grading_update(
            world.actor(Role.SAFETY_MANAGER, "plant_b"), plant, {"beta_hint": "ask"}, "why"
        )
    with pytest.raises(Forbidden):
        grading_update(
            world.actor(Role.BUREAU_INSPECTOR, "county_a"), plant, {"beta_hint": "ask"}, "why"
        )
    n = len(_history(unit))
    with django_capture_on_commit_callbacks(execute=True):
        grading_update(manager, plant, {"beta_hint": "ask"}, "SDS are on file")
    assert len(_history(unit)) == n + 1
    assert AuditEvent.objects.filter(event="registry.grading.changed").count() == 1


def test_a_run_costs_the_same_for_one_and_many(
    manager: Any, unit: MhiUnit, count_queries: Any
) -> None:
    for number in range(20):
        other = services.unit_create(manager, data.unit(code=f"N{number}"))
        _hold(manager, other, f"chemical {number}", "3", categories=["W5.3"])
    every = list(queries.live_units(SYSTEM))
    few = count_queries(lambda: unit_identify(SYSTEM, every[:2], "a"))
    many = count_queries(lambda: unit_identify(SYSTEM, every[2:], "a"))
    assert few == many


def test_stale_finds_what_was_never_identified_or_moved(manager: Any, unit: MhiUnit) -> None:
    assert list(queries.stale_units(SYSTEM)) == []
    row = Inventory.objects.for_actor(manager).get()
    # No callback runs here, as if the process had died after the commit.
    services.inventory_update(manager, row.pk, {"volume_m3": "3000"})
    assert list(queries.stale_units(SYSTEM)) == [unit.pk]
    unit_identify(SYSTEM, queries.stale_units(SYSTEM), "sweep")
    unit.refresh_from_db()
    assert unit.r_value == Decimal("44.829")


def test_only_those_who_see_a_unit_keep_plans_for_it(
    manager: Any, world: World, unit: MhiUnit
) -> None:
    with pytest.raises(NotYours):
        scenario_save(world.actor(Role.SAFETY_MANAGER, "plant_b"), unit.pk, "A", {})
    with pytest.raises(Forbidden):
        scenario_save(world.actor(Role.OPERATOR, "plant_a"), unit.pk, "A", {})
    kept = scenario_save(manager, unit.pk, "A", {"chemicals": []})
    assert scenario_save(manager, unit.pk, " A ", {"chemicals": [1]}).pk == kept.pk
    other = world.actor(Role.BUREAU_LEADER, "county_b")
    with pytest.raises(NotYours):
        queries.scenario(other, kept.pk)
