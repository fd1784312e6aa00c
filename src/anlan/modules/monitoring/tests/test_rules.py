"""Decisions over values: proposed priorities, the order of limits, gas set points."""

import pytest

from anlan.facts.loader import Provenance
from anlan.modules.monitoring import rules


@pytest.mark.parametrize(
    ("harms", "seconds", "priority", "interlock"),
    [
        ((1, 4, None), 120, 1, True),
        ((1, None, None), 900, 2, False),
        ((3, 2, None), 400, 2, False),
        ((4, None, None), 7200, 0, False),
    ],
)
def test_priority_follows_the_worst_harm_and_the_time_left(harms, seconds, priority, interlock):
    found = rules.proposed_priority(harms, seconds)
    assert (found.priority, found.needs_interlock) == (priority, interlock)
    assert found.provenance is Provenance.PRODUCT_DEFAULT


def test_nothing_is_proposed_while_something_is_unknown() -> None:
    assert rules.proposed_priority((None, None, None), 100) is None
    assert rules.proposed_priority((1, None, None), None) is None


def test_limits_stand_in_order() -> None:
    assert rules.limits_in_order({"LL": 1, "H": 8, "HH": 9}) is None
    assert rules.limits_in_order({"L": 2, "LL": 2}) == ("LL", "L")
    assert rules.limits_in_order({"H": 9, "HH": 8, "L": None}) == ("H", "HH")


def codes(*given, **more):  # type: ignore[no-untyped-def]
    return [(one.code, one.data.get("rule")) for one in rules.gas_remarks(*given, **more)]


def test_flammable_set_points_after_gb_50493() -> None:
    assert codes("gas_flammable", "", "%LEL", {"H": 25, "HH": 50}) == []
    assert codes("gas_flammable", "", "％LEL", {"H": 30, "HH": 50}) == [("gas.above", "H")]
    assert codes("gas_flammable", "", "%LEL", {"H": 20}) == [("gas.missing", "HH")]
    assert codes("gas_flammable", "", "ppm", {"H": 25, "HH": 50}) == [("gas.unit", None)]


def test_toxic_set_points_by_the_exposure_limit() -> None:
    # MAC of hydrogen sulphide 10 mg/m³ = 7.05 ppm at 20 °C
    assert codes("gas_toxic", "H2S", "mg/m³", {"H": 10, "HH": 20}) == []
    assert codes("gas_toxic", "硫化氢", "ppm", {"H": 7, "HH": 15}) == [("gas.above", "HH")]
    assert codes("gas_toxic", "氪", "ppm", {"H": 1, "HH": 2}) == [("gas.unknown", None)]
    # phosgene: the range is far too coarse for 0.12 ppm, so the IDLH value of 2 ppm counts
    assert codes("gas_toxic", "光气", "ppm", {"H": 0.1, "HH": 0.3}, span=10) == [
        ("gas.above", "HH")
    ]


def test_oxygen_alarms_from_below_and_above() -> None:
    assert codes("oxygen", "", "%VOL", {"L": 19.5, "H": 23.5}) == []
    assert codes("oxygen", "", "%VOL", {"L": 18, "H": 23}) == [("gas.below", "L")]


def test_a_remark_carries_the_weaker_of_two_sources() -> None:
    (remark,) = rules.gas_remarks("gas_toxic", "氨", "mg/m3", {"H": 40, "HH": 60})
    assert remark.provenance is Provenance.RECALLED
    assert remark.clause == "GB/T 50493-2019 5.5.2"
