"""The API as another system meets it: tokens, paging, ETags, idempotency, problems."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from anlan.base.actors import wall
from anlan.base.actors.roles import Role
from anlan.base.actors.scope import EVERYTHING
from anlan.base.actors.services.tokens import token_create
from anlan.base.clock import now
from anlan.modules.registry.models import Equipment
from anlan.modules.registry.services import equipment_create
from tests.support.world import World


class Caller:
    """A client with the token of somebody of the world."""

    def __init__(self, world: World, role: Role, place: str, *scopes: str) -> None:
        _token, raw = token_create(
            world.actor(role, place),
            name="test",
            scopes=scopes or ("read", "registry"),
            expires_at=now() + timedelta(days=1),
        )
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {raw}"}

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.generic(
            method,
            f"/api/v1/{path}",
            json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers={**self.headers, **headers},
        )


@pytest.fixture
def manager(world: World) -> Caller:
    return Caller(world, Role.SAFETY_MANAGER, "plant_a")


PUMP = {"code": "P-101", "name": "进料泵", "category": "pump"}


def test_a_stranger_gets_a_problem_that_says_how_to_sign_in(db: None) -> None:
    response = Client().get("/api/v1/enterprises")
    assert response.status_code == 401
    assert response["Content-Type"] == "application/problem+json"
    assert response["WWW-Authenticate"] == "Bearer"
    assert response.json()["code"] == "not_signed_in"


@pytest.mark.parametrize("token", ["nonsense", "anl_00000000_x", "", "anl_é"])
def test_a_wrong_token_is_refused(db: None, token: str) -> None:
    response = Client().get(
        "/api/v1/enterprises",
        headers={"Authorization": f"Bearer {token}".encode().decode("latin1")},
    )
    assert response.status_code == 401


def test_lists_hold_what_the_caller_sees(world: World) -> None:
    inspector = Caller(world, Role.BUREAU_INSPECTOR, "city_a")
    names = [row["name"] for row in inspector("GET", "enterprises").json()["items"]]
    assert names == ["plant_a", "plant_a2"]
    assert inspector("GET", f"enterprises/{world.plant_b.pk}").status_code == 404


def test_pages_follow_each_other_without_gap_or_double(world: World, manager: Caller) -> None:
    actor = world.actor(Role.SAFETY_MANAGER, "plant_a")
    for number in range(7):
        equipment_create(actor, {**PUMP, "code": f"P-{number:03d}"})
    seen: list[str] = []
    cursor = ""
    while True:
        suffix = f"&cursor={cursor}" if cursor else ""
        answer = manager("GET", f"equipment?limit=3{suffix}").json()
        seen += [row["code"] for row in answer["items"]]
        cursor = answer["next"]
        if not cursor:
            break
    assert seen == [f"P-{number:03d}" for number in range(7)]


@pytest.mark.parametrize("cursor", ["x", "bnVsbA", "WyJhIl0", "W251bGwsIG51bGxd", "8J+YgA"])
def test_a_foreign_cursor_is_bad_input(manager: Caller, cursor: str) -> None:
    response = manager("GET", f"equipment?cursor={cursor}")
    assert response.status_code == 422
    assert "cursor" in response.json()["fields"]


def test_a_change_needs_the_version_it_changes(manager: Caller) -> None:
    made = manager("POST", "equipment", PUMP)
    assert made.status_code == 201, made.content
    path, tag = f"equipment/{made.json()['id']}", made["ETag"]
    assert manager("PATCH", path, {"name": "新泵"}).status_code == 428
    changed = manager("PATCH", path, {"name": "新泵"}, **{"If-Match": tag})
    assert changed.status_code == 200
    assert changed.json()["name"] == "新泵"
    assert changed.json()["version"] == 2
    stale = manager("PATCH", path, {"name": "旧泵"}, **{"If-Match": tag})
    assert stale.status_code == 412
    unchanged = manager("GET", path, **{"If-None-Match": changed["ETag"]})
    assert unchanged.status_code == 304
    assert manager("DELETE", path, **{"If-Match": changed["ETag"]}).status_code == 204
    assert manager("GET", path).status_code == 404


def test_the_same_key_does_the_work_once(manager: Caller) -> None:
    first = manager("POST", "equipment", PUMP, **{"Idempotency-Key": "k1"})
    again = manager("POST", "equipment", PUMP, **{"Idempotency-Key": "k1"})
    assert first.status_code == again.status_code == 201
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    with wall.acting_as(EVERYTHING):
        assert Equipment.objects.unscoped("count all").count() == 1
    other = manager("POST", "equipment", {**PUMP, "code": "P-2"}, **{"Idempotency-Key": "k1"})
    assert other.status_code == 422
    assert other.json()["code"] == "idempotency_key_reused"


def test_a_refused_write_leaves_its_key_free(manager: Caller) -> None:
    wrong = manager("POST", "equipment", {**PUMP, "name": ""}, **{"Idempotency-Key": "k2"})
    assert wrong.status_code == 422
    right = manager("POST", "equipment", PUMP, **{"Idempotency-Key": "k2"})
    assert right.status_code == 201


def test_problems_speak_the_callers_language(manager: Caller) -> None:
    english = manager("POST", "equipment", {**PUMP, "name": ""}, **{"Accept-Language": "en"}).json()
    chinese = manager(
        "POST", "equipment", {**PUMP, "name": ""}, **{"Accept-Language": "zh-hans"}
    ).json()
    assert english["fields"].keys() == chinese["fields"].keys() == {"name"}
    assert english["detail"] != chinese["detail"]


def test_an_unknown_field_is_named(manager: Caller) -> None:
    response = manager("POST", "equipment", {**PUMP, "colour": "red", "scope_path": "cn/"})
    assert response.status_code == 422
    assert {"body.colour", "colour"} & set(response.json()["fields"])


def test_a_token_for_reading_cannot_write(world: World) -> None:
    reader = Caller(world, Role.SAFETY_MANAGER, "plant_a", "read")
    assert reader("GET", "equipment").status_code == 200
    assert reader("POST", "equipment", PUMP).status_code == 403


def test_a_foreign_row_cannot_be_changed_nor_told_from_a_missing_one(world: World) -> None:
    row = equipment_create(world.actor(Role.SAFETY_MANAGER, "plant_b"), PUMP)
    stranger = Caller(world, Role.SAFETY_MANAGER, "plant_a")
    foreign = stranger("PATCH", f"equipment/{row.pk}", {"name": "x"}, **{"If-Match": "*"})
    missing = stranger("PATCH", f"equipment/{world.plant_a.pk}", {"name": "x"}, **{"If-Match": "*"})
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json()["code"] == missing.json()["code"]


def test_a_list_costs_the_same_for_one_row_and_for_many(
    world: World, manager: Caller, count_queries: Any
) -> None:
    actor = world.actor(Role.SAFETY_MANAGER, "plant_a")
    equipment_create(actor, PUMP)
    one = count_queries(lambda: manager("GET", "equipment"))
    for number in range(20):
        equipment_create(actor, {**PUMP, "code": f"P-{number:03d}"})
    assert count_queries(lambda: manager("GET", "equipment")) == one


def test_the_description_wears_the_look_of_the_product(client: Client, db: None) -> None:
    client.cookies["anlan_theme"] = "dark"
    page = client.get("/api/docs").text
    assert 'data-bs-theme="dark"' in page
    assert "an-apidoc" in page
    assert "各接口的用途说明为英文" in page
    assert "swagger-ui-bundle" in page
