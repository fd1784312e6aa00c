"""The demonstration is repeatable, sized as promised, and would pass the registry's checks."""

from datetime import date

import pytest

from anlan.demo.accounts import ACCOUNTS
from anlan.demo.names import credit_code
from anlan.demo.plan import SIZES, archetypes, areas, chemicals, enterprises

DAY = date(2026, 11, 22)
CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def test_the_same_seed_gives_the_same_city() -> None:
    first = list(enterprises(7, "small", DAY))
    assert first == list(enterprises(7, "small", DAY))
    assert first != list(enterprises(8, "small", DAY))


@pytest.mark.parametrize("size", ["small", "city"])
def test_the_size_is_what_was_promised(size: str) -> None:
    plans = list(enterprises(1, size, DAY))
    assert len(plans) == SIZES[size].n_enterprises
    assert sum(len(plan.units) for plan in plans) == SIZES[size].n_units
    assert len({plan.values["name"] for plan in plans}) == len(plans)
    assert len({plan.values["unified_social_credit_code"] for plan in plans}) == len(plans)


def test_credit_codes_carry_the_right_check_characters() -> None:
    for number in range(1, 200):
        code = credit_code("990102", number)
        total = sum(CREDIT_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(code[:17]))
        assert (total + CREDIT_ALPHABET.index(code[17])) % 31 == 0
        weights = (3, 7, 9, 10, 5, 8, 4, 2)
        total = sum(CREDIT_ALPHABET.index(c) * w for c, w in zip(code[8:16], weights, strict=True))
        assert (total + (10 if code[16] == "X" else int(code[16]))) % 11 == 0


def test_tags_are_unique_in_each_enterprise_and_inventories_point_at_them() -> None:
    for plan in enterprises(3, "small", DAY):
        tags = [row["code"] for row in plan.equipment]
        tags += [row["code"] for unit in plan.units for row in unit.equipment]
        assert len(tags) == len(set(tags)), plan.values["name"]
        named = {row["name"] for row in plan.chemicals}
        for unit in plan.units:
            for item in unit.inventories:
                assert item["chemical"] in named
                assert not item["equipment"] or item["equipment"] in tags


def test_every_chemical_of_a_plant_is_described() -> None:
    assert {row["cas"] for row in chemicals().values()} > {"71-43-2", "7782-50-5"}


def test_areas_come_parents_first_and_lie_outside_the_real_codes() -> None:
    seen = {""}
    for area in areas(SIZES["province"]):
        assert area.parent in seen
        seen.add(area.code)
        assert area.code.startswith(("99", "P"))


def test_every_role_has_an_account() -> None:
    from anlan.base.actors.roles import Role

    assert {account.role for account in ACCOUNTS} == set(Role)


def test_processes_are_those_of_the_register() -> None:
    from anlan.modules.registry.choices import process_codes

    assert all(set(kind["processes"]) <= process_codes() for kind in archetypes())
