"""A plant with an installation, a level in it and a store."""

import pytest

from anlan.base.clock import now
from anlan.modules.monitoring.tests.store import Store
from anlan.modules.monitoring.tests.test_overview import point
from anlan.modules.registry.models import MhiUnit
from anlan.telemetry import client as historian


@pytest.fixture
def store():
    made = Store()
    before = historian.install(made)
    yield made
    historian.install(before)


@pytest.fixture
def unit(world):
    return make_unit(world.plant_a)


def make_unit(plant, level=3, code="U1"):
    return MhiUnit.objects.create(
        enterprise=plant, scope_path=plant.path, code=code, name="苯类罐区", kind="storage",
        is_mhi=True, level=level,
    )  # fmt: skip


@pytest.fixture
def level(world, store, unit):
    made = point(world.plant_a, "LI-1", installation=unit)
    store.samples = [(made.number, now(), 60.0, 0)]
    return made
