"""Signing in and out as a browser sees it, friendly and hostile."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from anlan.base.actors import services, wall
from anlan.base.actors.loading import load_actor
from anlan.base.actors.models import User
from anlan.base.actors.roles import Role
from anlan.base.actors.scope import EVERYTHING
from anlan.base.actors.sessions import SessionStore
from anlan.base.audit.models import AuditEvent
from anlan.base.clock import now
from tests.support.world import PASSWORD, World

LOGIN = "/accounts/login/"


def sign_in(client: Client, login: str, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post(LOGIN, {"login": login, "password": password}, **extra)


def is_in(client: Client) -> bool:
    return client.get(reverse("people:account")).status_code == 200


def events(user: User) -> list[str]:
    # The last request has left its own scope bound.
    with wall.acting_as(EVERYTHING):
        rows = AuditEvent.objects.filter(object_id=user.pk).order_by("seq")
        return list(rows.values_list("event", flat=True))


def test_signing_in_by_name_and_by_e_mail_and_out_again(world: World, client: Client) -> None:
    user = world.user(Role.SAFETY_MANAGER, "plant_a")
    user.email = "sm@plant-a.cn"
    user.save()
    sign_in(client, user.username.upper())
    assert is_in(client)
    client.post("/accounts/logout/")
    assert not is_in(client)
    sign_in(client, "SM@plant-a.cn")
    assert is_in(client)
    assert events(user) == [
        "people.sign_in.done",
        "people.sign_in.ended",
        "people.sign_in.done",
    ]


def test_the_session_key_changes_at_sign_in(world: World, client: Client) -> None:
    user = world.user(Role.SAFETY_MANAGER, "plant_a")
    session = client.session
    session["planted"] = "by an attacker"
    session.save()
    planted = session.session_key
    sign_in(client, user.username)
    assert client.session.session_key != planted
    attacker = Client()
    attacker.cookies["sessionid"] = planted
    assert not is_in(attacker)


def test_a_post_without_the_csrf_token_changes_nothing(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    user = world.user(Role.SAFETY_MANAGER, "plant_a")
    assert sign_in(client, user.username).status_code == 403
    client.force_login(user)
    operator = world.user(Role.OPERATOR, "workshop_a")
    assert client.post(reverse("people:deactivate", args=[operator.pk])).status_code == 403
    operator.refresh_from_db()
    assert operator.is_active


def test_five_wrong_passwords_lock_the_account_and_say_for_how_long(
    world: World, client: Client
) -> None:
    user = world.user(Role.SAFETY_MANAGER, "plant_a")
    for attempt in range(5):
        # A changing Host header or case must not buy fresh attempts.
        name = user.username.upper() if attempt % 2 else user.username
        sign_in(client, name, "wrong", HTTP_HOST=f"h{attempt}.example")
    answer = sign_in(client, user.username)
    assert not is_in(client)
    assert re.search(r"1[45] ", answer.content.decode())
    assert events(user) == ["people.sign_in.failed"] * 5
    other = world.user(Role.OPERATOR, "workshop_a")
    sign_in(client, other.username)
    assert is_in(client)


def test_a_failed_sign_in_never_keeps_what_was_typed(world: World, client: Client) -> None:
    sign_in(client, "my-secret-password", "x")
    with wall.acting_as(EVERYTHING):
        event = AuditEvent.objects.get(event="people.sign_in.failed")
    assert "my-secret-password" not in f"{event.after}{event.object_label}{event.actor_name}"


def test_a_deactivated_person_is_out_at_once(world: World, client: Client) -> None:
    operator = world.user(Role.OPERATOR, "workshop_a")
    sign_in(client, operator.username)
    assert is_in(client)
    services.user_deactivate(world.actor(Role.SAFETY_MANAGER, "plant_a"), operator.pk)
    assert not is_in(client)
    assert not UserSession.objects.filter(user=operator).exists()
    sign_in(client, operator.username)
    assert not is_in(client)


def test_sign_up_is_closed(db: None, client: Client) -> None:
    answer = client.post(
        "/accounts/signup/", {"username": "stranger", "password1": "Xq7-anlan-harbour"}
    )
    assert answer.status_code == 200
    assert not User.objects.filter(username="stranger").exists()


def test_next_leads_nowhere_else(world: World, client: Client) -> None:
    user = world.user(Role.OPERATOR, "workshop_a")
    answer = client.post(
        LOGIN, {"login": user.username, "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert answer.status_code == 302
    assert "evil" not in answer["Location"]


def test_a_second_factor_is_asked_and_its_secret_is_encrypted(world: World, client: Client) -> None:
    user = world.user(Role.SYSTEM_ADMIN, "province")
    secret = generate_totp_secret()
    totp = TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    assert secret not in str(totp.instance.data)
    answer = sign_in(client, user.username)
    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert not is_in(client)
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert not is_in(client)
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    client.post("/accounts/2fa/authenticate/", {"code": code})
    assert is_in(client)


def test_a_demanded_second_factor_comes_before_anything_else(
    world: World, client: Client, settings: Any
) -> None:
    settings.REQUIRE_MFA = ["system_admin"]
    sign_in(client, world.user(Role.SYSTEM_ADMIN, "province").username)
    assert client.get("/people/")["Location"] == "/accounts/2fa/"
    assert client.get("/accounts/2fa/").status_code == 200
    client.post("/accounts/logout/")
    sign_in(client, world.user(Role.SAFETY_MANAGER, "plant_a").username)
    assert client.get("/people/").status_code == 200


def test_a_password_link_works_once(world: World, client: Client) -> None:
    operator = world.user(Role.OPERATOR, "workshop_a")
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_a"))
    page = client.post(reverse("people:password_link", args=[operator.pk])).content.decode()
    link = re.search(r"/accounts/password/reset/key/[^\s<]+", page).group()  # type: ignore[union-attr]
    other = Client()
    form = other.get(link)["Location"]
    new = "Ruhig-Hafen-77"
    other.post(form, {"password1": new, "password2": new})
    again = Client()
    assert again.get(link).status_code == 200
    sign_in(again, operator.username, new)
    assert is_in(again)
    assert "people.password.changed" in events(operator)


@pytest.mark.parametrize("verified", [True, False])
def test_single_sign_on_links_only_addresses_verified_on_both_sides(
    world: World, verified: bool
) -> None:
    from allauth.socialaccount.models import SocialAccount, SocialLogin

    from anlan.base.actors.sign_in import SocialAccountAdapter

    user = world.user(Role.OPERATOR, "workshop_a")
    EmailAddress.objects.create(user=user, email="op@plant.cn", verified=verified)
    login = SocialLogin(
        account=SocialAccount(provider="sso", uid="1"),
        email_addresses=[EmailAddress(email="OP@plant.cn", verified=True)],
    )
    found = SocialAccountAdapter().authenticate_by_email(login)
    assert found == ((user, "OP@plant.cn") if verified else None)
    login.email_addresses[0].verified = False
    assert SocialAccountAdapter().authenticate_by_email(login) is None


def test_one_device_is_signed_out_and_a_foreign_one_is_not(world: World, client: Client) -> None:
    user, other = world.user(Role.OPERATOR, "workshop_a"), world.user(Role.OPERATOR, "plant_b")
    phone, foreign = Client(), Client()
    sign_in(client, user.username)
    sign_in(phone, user.username)
    sign_in(foreign, other.username)
    for session in UserSession.objects.exclude(session_key=client.session.session_key):
        client.post(reverse("people:session_end", args=[session.pk]))
    assert is_in(client)
    assert not is_in(phone)
    assert is_in(foreign)


def test_the_profile_cannot_change_more_than_it_shows(world: World, client: Client) -> None:
    user = world.user(Role.OPERATOR, "workshop_a")
    client.force_login(user)
    client.post(
        reverse("people:account"),
        {
            "display_name": "新名字",
            "language": "en",
            "phone": "",
            "is_active": "",
            "username": "root",
            "role": "system_admin",
            "email": "a@b.cn",
        },
    )
    user.refresh_from_db()
    assert (user.display_name, user.language, user.email) == ("新名字", "en", "")
    assert user.username != "root"
    assert load_actor(user).roles == {Role.OPERATOR}


def test_a_session_that_expired_is_nobodys(world: World, client: Any) -> None:
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_a"))
    assert is_in(client)
    Session.objects.update(expire_date=now() - timedelta(seconds=1))
    assert not is_in(client)
    assert SessionStore("no-such-key-of-any-session-here").load() == {}
