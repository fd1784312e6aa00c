"""Findings over the REST API: read, report, every act, versions and doubles."""

import datetime as dt
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from anlan.base.actors.roles import Role
from anlan.base.actors.services.tokens import token_create
from anlan.base.clock import now, today
from anlan.base.ids import uuid7
from anlan.modules.findings.models import Finding
from anlan.modules.findings.tests import data

pytestmark = pytest.mark.django_db
BASE = "/api/v1/findings"


class Caller:
    """Somebody with a token; `act` sends the ETag it last read."""

    def __init__(self, world: Any, role: Role, place: str, scopes: Any = ("read", "findings")):
        actor = world.actor(role, place)
        ends = now() + dt.timedelta(days=1)
        _token, raw = token_create(actor, name="t", scopes=list(scopes), expires_at=ends)
        self.client = Client(headers={"Authorization": f"Bearer {raw}", "Accept-Language": "en"})

    def get(self, path: str = "", **query: Any) -> Any:
        return self.client.get(BASE + path, query)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.client.post(
            BASE + path, body or {}, content_type="application/json",
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )  # fmt: skip

    def act(self, pk: Any, name: str, body: Any = None) -> Any:
        return self.post(f"/{pk}/{name}", body, If_Match=self.get(f"/{pk}")["ETag"])


def picture() -> BytesIO:
    content = BytesIO()
    Image.new("RGB", (2, 2)).save(content, "JPEG")
    content.seek(0)
    content.name = "a.jpg"
    return content


def test_a_finding_goes_its_way_over_the_api(world: Any) -> None:
    safety = Caller(world, Role.SAFETY_MANAGER, "plant_a")
    head = Caller(world, Role.WORKSHOP_HEAD, "plant_a")
    owner = world.user(Role.WORKSHOP_HEAD, "plant_a")
    given = {"id": str(uuid7()), "title": "法兰泄漏", "source": 2, "discipline": 7}
    made = safety.post("", given)
    assert made.status_code == 201, made.content
    assert safety.post("", given).json()["number"] == made.json()["number"]
    pk = made.json()["id"]
    assert "confirm" in made.json()["moves"]
    later = str(today() + dt.timedelta(days=7))
    plan = {"owner": str(owner.pk), "deadline": later, "measures": "更换垫片"}
    confirmed = safety.act(pk, "confirm", plan)
    assert confirmed.json()["state"] == "confirmed", confirmed.content
    changed = safety.client.patch(
        f"{BASE}/{pk}", {"interim": "挂牌隔离"}, content_type="application/json",
        headers={"If-Match": confirmed["ETag"]},
    )  # fmt: skip
    assert (changed.json()["interim"], changed.json()["measures"]) == ("挂牌隔离", "更换垫片")
    nothing = head.act(pk, "submit", {"result": "已更换"})
    assert (nothing.status_code, nothing.json()["code"]) == (409, "findings.nothing_done")
    for _again in range(2):
        hung = head.client.post(f"{BASE}/{pk}/files", {"role": "after", "file": picture()})
        assert hung.status_code == 201, hung.content
    assert len(head.get(f"/{pk}/files").json()) == 1
    assert head.act(pk, "submit", {"result": "已更换", "cost": "120.50"}).status_code == 200
    own = head.act(pk, "accept")
    assert own.json()["code"] == "states.four_eyes"
    assert safety.act(pk, "reject", {}).json()["code"] == "states.reason_missing"
    assert safety.act(pk, "accept", {"opinion": "合格"}).json()["state"] == "accepted"
    assert safety.get(f"/{pk}").json()["cost"] == "120.50"


def test_writes_need_the_version_and_happen_once(world: Any) -> None:
    safety = Caller(world, Role.SAFETY_MANAGER, "plant_a")
    pk = data.report(world.actor(Role.OPERATOR, "workshop_a"), world.plant_a).pk
    assert safety.post(f"/{pk}/dismiss", {"reason": "x"}).status_code == 428
    tag = safety.get(f"/{pk}")["ETag"]
    assert safety.client.get(f"{BASE}/{pk}", headers={"If-None-Match": tag}).status_code == 304
    first = safety.post(f"/{pk}/remark", {"text": "看过"}, If_Match=tag, Idempotency_Key="k")
    again = safety.post(f"/{pk}/remark", {"text": "看过"}, If_Match=tag, Idempotency_Key="k")
    assert (first.content, again["Idempotency-Replayed"]) == (again.content, "true")
    assert safety.act(pk, "dismiss", {"reason": "不成立"}).json()["state"] == "dismissed"
    stale = safety.post(f"/{pk}/reopen", {"reason": "x"}, If_Match=tag)
    assert stale.status_code == 412


def test_what_is_missing_is_told_with_its_remedy(world: Any) -> None:
    safety = Caller(world, Role.SAFETY_MANAGER, "plant_a")
    pk = data.report(world.actor(Role.OPERATOR, "workshop_a"), world.plant_a).pk
    answer = safety.act(pk, "confirm", {"deadline": "2020-01-01"}).json()
    assert {one["field"] for one in answer["problems"]} == {"owner", "deadline", "measures"}
    unknown = safety.act(pk, "confirm", {"colour": "red"})
    assert unknown.json()["problems"][0]["field"].endswith("colour")


def test_more_time_over_the_api(world: Any) -> None:
    head, safety = (
        Caller(world, role, "plant_a") for role in (Role.WORKSHOP_HEAD, Role.SAFETY_MANAGER)
    )
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    row = data.report(manager, world.plant_a)
    data.treating.confirm(manager, row.pk, data.plan(world.user(Role.WORKSHOP_HEAD, "plant_a")))
    later = str(today() + dt.timedelta(days=20))
    asked = head.act(row.pk, "extensions", {"new_deadline": later, "reason": "等备件"})
    assert asked.status_code == 201, asked.content
    one = asked.json()["id"]
    assert head.post(f"/extensions/{one}/grant").status_code in (403, 409)
    assert safety.post(f"/extensions/{one}/grant").json()["state"] == "granted"
    assert safety.get(f"/{row.pk}").json()["deadline"] == later
    assert len(safety.get(f"/{row.pk}/extensions").json()) == 1


def test_lists_are_filtered_and_paged(world: Any) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    safety = Caller(world, Role.SAFETY_MANAGER, "plant_a")
    for n in range(5):
        data.report(manager, world.plant_a, title=f"隐患{n}", discipline=7 if n else 3)
    first = safety.get(limit=2, discipline=7).json()
    rest = safety.get(limit=5, discipline=7, cursor=first["next"]).json()
    assert [row["title"] for row in first["items"] + rest["items"]] == [
        f"隐患{n}" for n in range(1, 5)
    ]
    assert safety.get(q="隐患3").json()["items"][0]["title"] == "隐患3"
    assert safety.get(needs="overdue").json()["items"] == []
    later = (now() + dt.timedelta(hours=1)).isoformat()
    assert safety.get(changed_since=later).json()["items"] == []
    assert safety.get(state="melted").status_code == 422


def test_major_hazards_are_read_with_their_criteria(world: Any) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    safety = Caller(world, Role.SAFETY_MANAGER, "plant_a")
    park = Caller(world, Role.PARK_OFFICER, "park_a")
    row = data.report(manager, world.plant_a, title="探测器停用")
    assert park.get("/major").json()["items"] == []
    wrong = safety.act(row.pk, "raise", {"criterion": "X", "reason": "停用"})
    assert wrong.json()["code"] == "findings.wrong_criterion"
    raised = safety.act(row.pk, "raise", {"criterion": "MH26-5.4.2", "reason": "停用"})
    assert raised.json()["level"] == 1
    assert park.get("/major", supervision="to_list").json()["items"][0]["id"] == str(row.pk)
    listed = park.act(row.pk, "supervise", {"number": "挂牌1号"})
    assert listed.json()["listing_number"] == "挂牌1号"
    assert park.get("/major", supervision="listed").json()["items"]
    found = {one["code"] for one in safety.get("/criteria").json()}
    assert "MH26-5.4.2" in found
    assert len(safety.get("/criteria", edition="2017").json()) == 20


def test_strangers_and_narrow_tokens_find_nothing_to_do(world: Any) -> None:
    row = data.report(world.actor(Role.OPERATOR, "workshop_a"), world.plant_a)
    stranger = Caller(world, Role.SAFETY_MANAGER, "plant_b")
    assert stranger.get(f"/{row.pk}").status_code == 404
    assert stranger.post(f"/{row.pk}/dismiss", {"reason": "x"}, If_Match="*").status_code == 404
    reader = Caller(world, Role.SAFETY_MANAGER, "plant_a", scopes=["read"])
    assert reader.get(f"/{row.pk}").status_code == 200
    assert reader.act(row.pk, "dismiss", {"reason": "x"}).status_code == 403
    assert Finding.objects.unscoped("test").get().state == "reported"
