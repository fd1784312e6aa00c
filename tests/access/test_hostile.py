"""Requests that nobody honest sends: forged, redirected, oversized, out of the path."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live_settings
from django.test import Client

from anlan.base.actors.roles import Role
from anlan.base.ui.help_pages import CHINESE, ENGLISH
from anlan.base.ui.help_pages import page as help_page
from tests.access.addresses import Address, every_address
from tests.access.parameters import rule_of, values_of
from tests.access.rows import build_rows
from tests.support.world import PASSWORD, World

pytestmark = pytest.mark.usefixtures("unwatched_templates")

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ZERO = "00000000-0000-0000-0000-000000000000"
EVIL = ("//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)")
UP = ("../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "....//etc/passwd", "/etc/passwd")

# The sign-in pages of single sign-on hand over to the provider and take its signed answer back.
FOREIGN_FORMS = re.compile(r"^accounts/oidc/")


def signed_in(world: World, role: Role, place: str, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(world.user(role, place), backend=BACKEND)
    return client


def path_of(address: Address, world: World, rows: Any) -> str:
    """Return the address filled with own rows; what names none of them gets a plausible value."""
    rule = rule_of(address)
    if rule is not None:
        return address.filled(values_of(address, rule, rows))
    return address.filled({name: _plausible(address, name) for name in address.parameters})


def _plausible(address: Address, name: str) -> str:
    if "<uuid:" + name in address.route:
        return ZERO
    return "1" if f"<int:{name}" in address.route else "x"


def test_every_write_wants_the_csrf_token(world: World) -> None:
    rows = build_rows(world, "plant_a")
    client = signed_in(world, Role.SAFETY_MANAGER, "plant_a", enforce_csrf_checks=True)
    client.raise_request_exception = False
    holes, refused = [], 0
    for address in every_address():
        if FOREIGN_FORMS.match(address.route):
            continue
        path = path_of(address, world, rows)
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = client.generic(method, path, "{}", content_type="application/json")
            refused += answer.status_code == 403
            # 405: the method is not known there; 404 and 401 came before any view of ours.
            if answer.status_code not in (401, 403, 404, 405):
                holes.append((method, str(address), answer.status_code))
    assert not holes
    assert refused > 100


def test_a_method_cannot_be_smuggled(world: World) -> None:
    client = signed_in(world, Role.SAFETY_MANAGER, "plant_a")
    rows = build_rows(world, "plant_a")
    path = f"/registry/sites/{rows.ids['sites']}/remove/"
    for extra in ({"HTTP_X_HTTP_METHOD_OVERRIDE": "POST"}, {"HTTP_X_METHOD_OVERRIDE": "POST"}):
        assert client.get(path + "?_method=POST", **extra).status_code == 405


@pytest.mark.parametrize("target", EVIL)
def test_no_redirect_leaves_the_installation(world: World, target: str) -> None:
    user = world.user(Role.SAFETY_MANAGER, "plant_a")
    client = Client()
    credentials = {"login": user.username, "password": PASSWORD, "next": target}
    answers = [client.post("/accounts/login/?next=" + target, credentials)]
    answers.append(client.post("/ui/theme/", {"theme": "dark", "next": target}))
    answers.append(client.post("/ui/language/", {"language": "en", "next": target}))
    answers.append(client.post("/ui/theme/", {"theme": "dark"}, HTTP_REFERER=target))
    answers.append(client.get("/accounts/login/?next=" + target))  # already signed in
    answers.append(client.post("/inbox/move/", {"next": target, "move": "read"}))
    answers.append(client.post("/registry/sites/bulk/", {"next": target}, HTTP_REFERER=target))
    answers.append(client.post("/accounts/logout/?next=" + target, {"next": target}))
    for answer in answers:
        location = answer.headers.get("Location", "")
        assert "evil" not in location.partition("?")[0], location
        assert not location.startswith("javascript"), location


def test_a_header_cannot_be_injected_through_a_redirect(world: World) -> None:
    client = Client()
    answer = client.post("/ui/theme/", {"theme": "dark", "next": "/x\r\nSet-Cookie: a=b"})
    assert "a" not in answer.cookies
    assert "\n" not in answer.headers.get("Location", "")


def test_an_unknown_host_is_refused_and_makes_no_link(world: World, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["anlan.example.cn"]
    assert Client().get("/accounts/login/", HTTP_HOST="evil.example").status_code == 400
    settings.ALLOWED_HOSTS, settings.PUBLIC_URL = ["*"], "https://anlan.example.cn"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    from django.core import mail

    user = world.user(Role.SAFETY_MANAGER, "plant_a")
    user.email = "victim@plant-a.cn"
    user.save()
    Client().post("/accounts/password/reset/", {"email": user.email}, HTTP_HOST="evil.example")
    assert len(mail.outbox) == 1
    assert "https://anlan.example.cn/accounts/password/reset/key/" in mail.outbox[0].body
    assert "evil.example" not in mail.outbox[0].body


@pytest.mark.parametrize("path", UP)
def test_no_address_leads_out_of_its_folder(world: World, path: str) -> None:
    client = signed_in(world, Role.SYSTEM_ADMIN, "province")
    for prefix in ("/help/", "/static/", "/papers/", "/files/", "/imports/run/", "/p/"):
        for end in ("", "/"):
            answer = client.get(prefix + path + end)
            assert answer.status_code in (301, 404), (prefix + path, answer.status_code)
            content = b"".join(answer) if answer.streaming else answer.content
            assert b"root:" not in content
    assert help_page(path, ENGLISH) is None
    assert help_page(path, CHINESE) is None


def test_help_never_leaves_the_documentation() -> None:
    for name in (
        "../README",
        "security/../../pyproject",
        "/etc/passwd",
        "security.md\0",
        ".",
        "zh/status",
    ):
        assert help_page(name, ENGLISH) is None
        assert help_page(name, CHINESE) is None


@pytest.mark.parametrize(
    "name", ["../../up.png", "..\\..\\up.png", "a\r\nX-Evil: 1.png", '";a=".png']
)
def test_the_name_of_a_file_is_only_a_name(world: World, name: str) -> None:
    from anlan.base.files import services
    from anlan.modules.registry import queries
    from tests.access.rows import _picture as picture

    actor = world.actor(Role.SAFETY_MANAGER, "plant_a")
    plant = queries.enterprises(actor).one(world.plant_a.pk)
    kept = services.attach(actor, plant, picture(), name, kind="photo")
    assert not set("/\\\r\n") & set(kept.file_name)
    client = signed_in(world, Role.SAFETY_MANAGER, "plant_a")
    answer = client.get(f"/files/{kept.pk}/")
    assert answer.status_code == 200
    assert "X-Evil" not in answer.headers
    header = answer["Content-Disposition"]
    assert header.startswith("attachment; filename*=UTF-8''")
    assert not set('/\\";') & set(header.partition("''")[2])
    stored = Path(live_settings.MEDIA_ROOT) / kept.file.path
    assert stored.resolve().is_relative_to(Path(live_settings.MEDIA_ROOT).resolve())


def test_a_huge_form_is_refused(world: World) -> None:
    client = signed_in(world, Role.SAFETY_MANAGER, "plant_a")
    client.raise_request_exception = False
    many = {f"f{number}": "x" for number in range(5000)}
    assert client.post("/account/", many).status_code == 400
    assert client.post("/account/", {"display_name": "x" * 3_000_000}).status_code in (400, 413)


def test_a_torn_or_mistyped_address_is_not_a_failure(world: World) -> None:
    client = signed_in(world, Role.SAFETY_MANAGER, "plant_a")
    client.raise_request_exception = False
    for path in (
        "/registry/units/new/?enterprise=x",
        "/registry/units/new/?unit=x",
        "/registry/units/new/?enterprise=" + ZERO,
        "/registry/inventories/new/?unit=' OR 1=1",
        "/registry/enterprises/?page=-1&sort=;drop&view=s-x",
        "/registry/enterprises/?page=99999999999999999999",
        "/registry/enterprises/?q=%00",
        "/registry/map.geojson?level=9&level=x",
        "/choose/enterprises/?id=x&in=y",
        "/choose/nothing/",
        "/people/invite/?organisation=x",
        "/imports/run/" + ZERO + "/x.xlsx",
        "/search/?q=%00%ff",
        "/people/?q=%00",
        "/history/?q=%00",
        "/people/organisations/?q=%00",
        "/inbox/?page=x",
    ):
        assert client.get(path).status_code < 500, path


def test_the_token_of_a_program_works_only_in_its_header(world: World) -> None:
    from datetime import timedelta

    from anlan.base.actors.services.tokens import token_create
    from anlan.base.clock import now

    actor = world.actor(Role.SAFETY_MANAGER, "plant_a")
    _row, raw = token_create(actor, name="t", scopes=["read"], expires_at=now() + timedelta(days=1))
    path = "/api/v1/enterprises"
    assert Client().get(path, headers={"Authorization": f"Bearer {raw}"}).status_code == 200
    for query in ("token", "access_token", "api_key", "Authorization"):
        assert Client().get(f"{path}?{query}={raw}").status_code == 401
    cookie = Client()
    cookie.cookies["sessionid"] = raw
    assert cookie.get(path).status_code == 401
    # A program's token opens no page of people.
    page = Client().get("/account/", headers={"Authorization": f"Bearer {raw}"})
    assert page.status_code == 302
    # Nor does half of it open the API.
    for wrong in (raw[:-1], raw + "x", raw.upper(), raw.rpartition("_")[0] + "_", ""):
        answer = Client().get(path, headers={"Authorization": f"Bearer {wrong}"})
        assert answer.status_code == 401


def test_the_stream_is_closed_to_strangers(db: None) -> None:
    # Whose events reach whom is tried over a real server in the tests of the stream.
    assert Client().get("/live/").status_code == 401
