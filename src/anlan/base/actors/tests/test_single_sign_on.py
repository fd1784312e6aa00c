"""Single sign-on against a provider that speaks the protocol, honest and forged."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse

from anlan.base.actors import services
from anlan.base.actors.models import User
from anlan.base.actors.roles import Role
from tests.support.oidc import CLIENT, SECRET, Provider, provider
from tests.support.world import World

START = "/accounts/oidc/sso/login/"
WANG = {"sub": "w-1", "email": "wang@plant.cn", "email_verified": True, "name": "王启航"}


@pytest.fixture
def sso(settings: Any) -> Iterator[Provider]:
    with provider() as found:
        settings.SOCIALACCOUNT_PROVIDERS = {
            "openid_connect": {
                "OAUTH_PKCE_ENABLED": True,
                "APPS": [
                    {
                        "provider_id": "sso",
                        "name": "单点登录",
                        "client_id": CLIENT,
                        "secret": SECRET,
                        "settings": {"server_url": found.issuer},
                    }
                ],
            }
        }
        found.person = dict(WANG)
        yield found


@pytest.fixture
def wang(world: World) -> User:
    """An operator whose address is verified here."""
    user = world.user(Role.OPERATOR, "workshop_a")
    EmailAddress.objects.create(user=user, email="wang@plant.cn", verified=True, primary=True)
    return user


def is_in(client: Client) -> bool:
    return client.get(reverse("people:account")).status_code == 200


def come_back(client: Client) -> str:
    """Go to the provider; return the address it sends the browser back to."""
    away = client.post(START)
    assert away.status_code == 302, away.content.decode()[:2000]
    back = requests.get(away["Location"], allow_redirects=False, timeout=5)
    return back.headers["Location"].removeprefix("http://testserver")


def sign_in(client: Client) -> Any:
    return client.get(come_back(client), follow=True)


def test_a_known_person_comes_in_and_is_known_again(sso: Provider, wang: User) -> None:
    client = Client()
    sign_in(client)
    assert is_in(client)
    assert SocialAccount.objects.get().user == wang
    # The address changes there; the person stays the same.
    sso.person["email"] = "new@plant.cn"
    later = Client()
    sign_in(later)
    assert is_in(later)
    assert User.objects.filter(socialaccount__isnull=False).get() == wang


def test_an_unknown_person_stays_outside(sso: Provider, wang: User) -> None:
    sso.person |= {"sub": "x-9", "email": "stranger@elsewhere.cn"}
    before = User.objects.count()
    client = Client()
    answer = sign_in(client)
    assert answer.status_code == 200
    assert not is_in(client)
    assert User.objects.count() == before
    assert not SocialAccount.objects.exists()


def test_unknown_people_may_be_let_in_without_any_role(sso: Provider, settings: Any) -> None:
    settings.OIDC_SIGN_UP = True
    sso.person |= {"sub": "x-9", "email": "guest@elsewhere.cn", "preferred_username": "guest"}
    client = Client()
    sign_in(client)
    assert is_in(client)
    made = User.objects.get(socialaccount__uid="x-9")
    assert made.display_name == "王启航"
    assert not made.memberships.exists()


def test_a_deactivated_account_stays_outside(sso: Provider, wang: User, world: World) -> None:
    client = Client()
    sign_in(client)
    services.user_deactivate(world.actor(Role.SAFETY_MANAGER, "plant_a"), wang.pk)
    assert not is_in(client)
    answer = sign_in(client)
    assert answer.status_code == 200
    assert not is_in(client)


@pytest.mark.parametrize(
    "forge",
    [
        {"key": True},
        {"iss": "http://evil.example"},
        {"aud": "another-client"},
        {"exp": 1_000_000_000},
        {"sub": "somebody-else"},
    ],
    ids=lambda forge: next(iter(forge)),
)
def test_a_token_that_is_not_sound_opens_nothing(
    sso: Provider, wang: User, forge: dict[str, Any]
) -> None:
    sso.userinfo, sso.forge = dict(WANG), forge
    client = Client()
    answer = sign_in(client)
    assert not is_in(client)
    assert answer.status_code in (200, 401)
    assert not SocialAccount.objects.exists()


def test_an_answer_without_a_token_opens_nothing(
    sso: Provider, wang: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    give = sso.token
    monkeypatch.setattr(
        sso, "token", lambda form: {**(give(form) or {}), "id_token": None}, raising=False
    )
    client = Client()
    sign_in(client)
    assert not is_in(client)


def test_an_answer_meant_for_another_browser_opens_nothing(sso: Provider, wang: User) -> None:
    victim, attacker = Client(), Client()
    planted = come_back(attacker)
    victim.get(planted, follow=True)
    assert not is_in(victim)
    kept = come_back(attacker)
    attacker.get(kept)
    assert is_in(attacker)
    attacker.post("/accounts/logout/")
    attacker.get(kept, follow=True)  # a code works once
    assert not is_in(attacker)


def test_a_provider_that_is_away_is_told(sso: Provider, wang: User, settings: Any) -> None:
    (app,) = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    app["settings"]["server_url"] = "http://127.0.0.1:9"
    answer = Client(raise_request_exception=False).post(START)
    assert answer.status_code < 500
