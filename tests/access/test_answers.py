"""What every answer carries, what a tampered form may not move, what an error gives away."""

import re
from typing import Any

import pytest
from django.test import Client

from anlan.base.actors import wall
from anlan.base.actors.models import Membership, User
from anlan.base.actors.roles import Role
from anlan.base.actors.scope import EVERYTHING
from anlan.modules.registry.models import Enterprise, Site
from tests.access.rows import build_rows
from tests.support.world import PASSWORD, World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
# Fields that no form offers; a browser can send them all the same.
STOLEN = {
    "scope_path": "cn/", "is_demo": "on", "is_superuser": "on", "is_staff": "on", "id": "1",
    "role": "system_admin", "roles": "system_admin", "is_active": "on", "version": "0",
    "search_key": "x", "level": "1", "is_mhi": "", "r_value": "0",
}  # fmt: skip


def signed_in(world: World, role: Role, place: str) -> Client:
    client = Client()
    client.force_login(world.user(role, place), backend=BACKEND)
    return client


def test_every_class_of_answer_carries_the_headers(world: World) -> None:
    rows = build_rows(world, "plant_a")
    client = signed_in(world, Role.SAFETY_MANAGER, "plant_a")
    nonces = set()
    for path in ("/", "/registry/units/", "/nothing/", "/inbox/channels/", "/p/", "/search/?q=a",
                 "/registry/map.geojson", "/api/v1/enterprises", "/ui/theme/", "/sw.js",
                 "/registry/units/export.xlsx", f"/files/{rows.ids['attachment']}/",
                 f"/files/{rows.ids['attachment']}/view/", "/imports/units/template.xlsx",
                 "/api/v1/nothing", "/accounts/login/", "/manifest.webmanifest"):  # fmt: skip
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe-inline" not in policy or "sandbox" in policy, path
        assert "unsafe-eval" not in policy, path
        assert "default-src" in policy, path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path
        if "sandbox" not in policy:
            assert answer.headers["X-Frame-Options"] == "DENY", path
            assert "frame-ancestors 'none'" in policy, path
        assert answer.headers["Referrer-Policy"] == "same-origin", path
        nonces |= set(re.findall(r"'nonce-([^']+)'", policy))
    assert len(nonces) > 3, "a nonce is made for each answer"


def test_cookies_are_closed_and_pages_are_not_kept(world: World, settings: Any) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    user = world.user(Role.SAFETY_MANAGER, "plant_a")
    client = Client()
    answer = client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    cookie = answer.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["secure"]
    assert cookie["samesite"] == "Lax"


def test_tls_is_demanded_once_the_public_address_says_so(world: World, settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS = 31_536_000
    client = signed_in(world, Role.SAFETY_MANAGER, "plant_a")
    assert "max-age=31536000" in client.get("/", secure=True).headers["Strict-Transport-Security"]


def test_a_failure_gives_nothing_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any, **_more: Any) -> Any:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr("anlan.base.ui.views.search", fail)
    client = signed_in(world, Role.SAFETY_MANAGER, "plant_a")
    client.raise_request_exception = False
    for headers in ({}, {"Accept": "application/json"}, {"HX-Request": "true"}):
        answer = client.get("/search/?q=a", headers=headers)
        assert answer.status_code == 500
        for word in (b"secret of the house", b"Traceback", b"RuntimeError", b"SECRET_KEY"):
            assert word not in answer.content


def test_a_tampered_record_form_moves_nothing_else(world: World) -> None:
    rows = build_rows(world, "plant_a")
    client = signed_in(world, Role.SAFETY_MANAGER, "plant_a")
    stolen = {**STOLEN, "enterprise": str(world.plant_b.pk), "parent": str(world.plant_b.pk)}
    path = f"/registry/sites/{rows.ids['sites']}/edit/"
    page = client.get(path)
    version = page.context["form"].initial["version"]
    good = {"code": "S1", "name": "改名", "version": version}
    client.post(path, {**stolen, **good})
    client.post(f"/registry/sites/new/?enterprise={world.plant_a.pk}",
                {**stolen, "code": "S9", "name": "新厂区"})  # fmt: skip
    foreign = client.post(f"/registry/sites/new/?enterprise={world.plant_b.pk}",
                          {"code": "S8", "name": "别人的"})  # fmt: skip
    assert foreign.status_code == 404
    with wall.acting_as(EVERYTHING):
        sites = Site.objects.unscoped("test")
        assert sites.get(pk=rows.ids["sites"]).name == "改名"
        for site in sites.filter(code__in=("S1", "S9")):
            assert site.enterprise_id == world.plant_a.pk
            assert site.scope_path == world.plant_a.path
        assert not sites.filter(code="S8").exists()
        assert not sites.filter(enterprise=world.plant_b.pk).exists()


def test_an_enterprise_cannot_choose_its_supervisor(world: World) -> None:
    client = signed_in(world, Role.SAFETY_MANAGER, "plant_a")
    path = f"/registry/enterprises/{world.plant_a.pk}/edit/"
    initial = client.get(path).context["form"].initial
    values = {k: v for k, v in initial.items() if v not in (None, "", [])}
    client.post(path, {**values, **STOLEN, "version": initial["version"], "name": "plant_a",
                       "area_code": world.county_b.code, "park": str(world.park_b.pk),
                       "group": ""})  # fmt: skip
    with wall.acting_as(EVERYTHING):
        row = Enterprise.objects.unscoped("test").get(pk=world.plant_a.pk)
        assert row.area_code == world.county_a.code
        assert row.scope_path == world.plant_a.path
        assert row.enterprise.park_id == world.park_a.pk
        assert row.enterprise.group_id == world.group.pk


def test_nobody_raises_their_rights_by_a_form(world: World) -> None:
    user = world.user(Role.SAFETY_MANAGER, "plant_a")
    client = signed_in(world, Role.SAFETY_MANAGER, "plant_a")
    before = roles(user)
    client.post("/account/", {**STOLEN, "display_name": "她", "language": "zh-hans",
                              "username": "admin2"})  # fmt: skip
    for target in (user.pk, world.user(Role.OPERATOR, "workshop_a").pk):
        for place in (world.plant_a, world.plant_b, world.province):
            for role in ("system_admin", "bureau_leader", "principal"):
                client.post(f"/people/{target}/grant/?organisation={place.pk}", {"role": role})
                client.post("/people/invite/?organisation=" + str(place.pk), {"role": role})
    fresh = User.objects.get(pk=user.pk)
    assert fresh.display_name == "她"
    assert fresh.username == user.username
    assert roles(user) == before
    with wall.acting_as(EVERYTHING):
        from anlan.base.actors.models import Invitation

        assert not Membership.objects.filter(role="system_admin", user=user).exists()
        high = ("system_admin", "bureau_leader")
        assert not Invitation.objects.filter(role__in=high).exists()
        assert not Invitation.objects.exclude(organisation=world.plant_a).exists()


def roles(user: User) -> set[tuple[str, str]]:
    with wall.acting_as(EVERYTHING):
        held = Membership.objects.filter(user=user, ended_at__isnull=True)
        return set(held.values_list("role", "organisation__name"))
