"""The pages of people and organisations, by HTTP."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from anlan.base.actors import services
from anlan.base.actors.loading import load_actor
from anlan.base.actors.models import ApiToken, Invitation, Membership, Organisation, User
from anlan.base.actors.roles import Role
from anlan.base.actors.ui import tokens
from tests.support.world import PASSWORD, World


def browser(world: World, role: Role, place: str) -> Client:
    client = Client()
    client.force_login(world.user(role, place))
    return client


def invite(client: Client, place: Organisation, **data: Any) -> Any:
    return client.post(reverse("people:invite") + f"?organisation={place.pk}", data)


def test_an_invitation_from_link_to_first_sign_in(world: World) -> None:
    manager = browser(world, Role.SAFETY_MANAGER, "plant_a")
    page = invite(manager, world.workshop_a, role=Role.OPERATOR, name="王小明")
    assert page.status_code == 200
    assert "<svg" in page.content.decode()
    link = re.search(r"/account/invitation/[\w-]+/", page.content.decode()).group()  # type: ignore[union-attr]
    guest = Client()
    assert "Workshop A" in guest.get(link).content.decode()
    data = {"display_name": "王小明", "username": "wxm", "password": "Xq7-anlan-harbour"}
    assert guest.post(link, {**data, "password": "12345"}).status_code == 422
    assert guest.post(link, data).status_code == 302
    assert guest.get(reverse("people:account")).status_code == 200
    assert load_actor(User.objects.get(username="wxm")).roles == {Role.OPERATOR}
    assert Client().get(link).status_code == 410
    assert Client().post(link, {**data, "username": "other"}).status_code == 410


def test_somebody_signed_in_takes_the_role_with_their_account(world: World) -> None:
    _, secret = services.invitation_create(
        world.actor(Role.SAFETY_MANAGER, "plant_b"),
        organisation_id=world.plant_b.pk,
        role=Role.EXPERT,
    )
    expert = browser(world, Role.EXPERT, "plant_a")
    link = reverse("people:invitation", args=[secret])
    assert expert.get(link).status_code == 200
    assert world.user(Role.EXPERT, "plant_a").memberships.count() == 1
    expert.post(link)
    assert world.user(Role.EXPERT, "plant_a").memberships.count() == 2


def test_a_mailed_invitation_shows_its_link_to_nobody_else(
    world: World, mailoutbox: list[Any]
) -> None:
    manager = browser(world, Role.SAFETY_MANAGER, "plant_a")
    page = invite(manager, world.plant_a, role=Role.OPERATOR, email="new@plant-a.cn")
    assert page.status_code == 302
    assert mailoutbox[0].to == ["new@plant-a.cn"]
    link = re.search(r"/account/invitation/[\w-]+/", mailoutbox[0].body).group()  # type: ignore[union-attr]
    Client().post(link, {"display_name": "N", "username": "nn", "password": "Xq7-anlan-harbour"})
    user = User.objects.get(username="nn")
    assert user.emailaddress_set.get().verified  # type: ignore[attr-defined]


@pytest.mark.parametrize("role", [Role.PRINCIPAL, Role.SYSTEM_ADMIN, "emperor", ""])
def test_a_tampered_role_is_refused(world: World, role: str) -> None:
    manager = browser(world, Role.SAFETY_MANAGER, "plant_a")
    assert invite(manager, world.plant_a, role=role).status_code == 422
    operator = world.user(Role.OPERATOR, "workshop_a")
    address = reverse("people:grant", args=[operator.pk]) + f"?organisation={world.plant_a.pk}"
    assert manager.post(address, {"role": role}).status_code == 422
    assert not Invitation.objects.exists()
    assert operator.memberships.count() == 1


def test_a_tampered_organisation_is_not_found(world: World) -> None:
    manager = browser(world, Role.SAFETY_MANAGER, "plant_a")
    assert invite(manager, world.plant_b, role=Role.OPERATOR).status_code == 404
    assert manager.get(reverse("people:invite") + "?organisation=x").status_code == 404
    move = reverse("people:organisation_move", args=[world.workshop_a.pk])
    assert manager.post(move, {"parent": world.plant_b.pk}).status_code == 404
    world.workshop_a.refresh_from_db()
    assert world.workshop_a.parent_id == world.plant_a.pk


def addresses(world: World, person: User, membership: Membership) -> list[str]:
    node = world.workshop_a.pk
    return [
        *(
            reverse(f"people:{name}", args=[person.pk])
            for name in ("member", "grant", "deactivate", "second_factor")
        ),
        reverse("people:role_end", args=[membership.pk]),
        *(
            reverse(f"people:organisation{name}", args=[node])
            for name in ("", "_create", "_rename", "_move", "_close")
        ),
    ]


POSTED = ("reactivate", "sign_out", "password_link")


def test_every_page_opens_for_its_manager_and_is_not_found_for_others(world: World) -> None:
    person = world.user(Role.OPERATOR, "workshop_a")
    membership = person.memberships.get()
    manager = browser(world, Role.SAFETY_MANAGER, "plant_a")
    stranger = browser(world, Role.SAFETY_MANAGER, "plant_b")
    for address in addresses(world, person, membership):
        assert manager.get(address).status_code == 200, address
        assert stranger.get(address).status_code == 404, address
        assert stranger.post(address, {"reason": "x"}).status_code in (404, 405), address
    for name in POSTED:
        assert stranger.post(reverse(f"people:{name}", args=[person.pk])).status_code == 404
    for name in ("members", "organisations", "invitations", "account", "sessions", "tokens"):
        assert manager.get(reverse(f"people:{name}")).status_code == 200, name
        answer = Client().get(reverse(f"people:{name}"))
        assert answer["Location"].startswith("/accounts/login/")


def test_the_pages_of_allauth_open(world: World) -> None:
    client = Client()
    user = world.user(Role.SAFETY_MANAGER, "plant_a")
    for address in ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"):
        assert client.get(address).status_code == 200, address
    client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    for address in (
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/2fa/webauthn/",
        "/accounts/email/",
        "/accounts/3rdparty/",
        "/accounts/reauthenticate/",
        "/accounts/logout/",
    ):
        assert client.get(address).status_code == 200, address


def test_an_operator_has_no_member_list_and_a_contractor_only_the_own(world: World) -> None:
    assert browser(world, Role.OPERATOR, "workshop_a").get("/people/").status_code == 403
    world.user(Role.SAFETY_MANAGER, "plant_a")
    page = browser(world, Role.CONTRACTOR, "contractor_a").get("/people/").content.decode()
    assert "contractor contractor_a" in page
    assert "safety_manager plant_a" not in page


def test_somebody_one_may_not_manage_is_shown_but_not_touched(world: World) -> None:
    manager = browser(world, Role.SAFETY_MANAGER, "plant_a")
    principal = world.user(Role.PRINCIPAL, "plant_a")
    page = manager.get(reverse("people:member", args=[principal.pk])).content.decode()
    assert reverse("people:password_link", args=[principal.pk]) not in page
    for name in POSTED:
        answer = manager.post(reverse(f"people:{name}", args=[principal.pk]))
        assert answer.status_code == 403, name
    answer = manager.post(reverse("people:deactivate", args=[principal.pk]), {"reason": ""})
    assert answer.status_code == 422
    principal.refresh_from_db()
    assert principal.is_active


def test_a_token_is_shown_once_and_asks_for_the_password(world: World) -> None:
    user = world.user(Role.OPERATOR, "workshop_a")
    stale = Client()
    stale.force_login(user)
    assert "/reauthenticate/" in stale.get(reverse("people:token_create"))["Location"]
    client = Client()
    client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    data = {"name": "ERP", "scopes": ["read"], "days": "90"}
    page = client.post(reverse("people:token_create"), data).content.decode()
    raw = re.search(r"anl_\w+_[\w-]{20,}", page).group()  # type: ignore[union-attr]
    assert raw not in client.get(reverse("people:tokens")).content.decode()
    assert client.post(reverse("people:token_create"), {**data, "days": "4000"}).status_code == 422
    token = ApiToken.objects.get()
    assert (
        browser(world, Role.OPERATOR, "plant_b")
        .post(reverse("people:token_revoke", args=[token.pk]))
        .status_code
        == 404
    )
    client.post(reverse("people:token_revoke", args=[token.pk]))
    token.refresh_from_db()
    assert token.revoked_at


def test_names_are_shown_as_text(world: World) -> None:
    user = world.user(Role.OPERATOR, "workshop_a")
    evil = "<script>alert(1)</script>"
    services.profile_change(load_actor(user), display_name=evil)
    services.organisation_rename(
        world.actor(Role.SAFETY_MANAGER, "plant_a"), world.workshop_a.pk, name=evil
    )
    manager = browser(world, Role.SAFETY_MANAGER, "plant_a")
    for address in (
        "/people/",
        reverse("people:member", args=[user.pk]),
        "/people/organisations/",
        reverse("people:organisation", args=[world.workshop_a.pk]),
        reverse("people:invite") + f"?organisation={world.workshop_a.pk}",
        reverse("people:deactivate", args=[user.pk]),
    ):
        assert evil not in manager.get(address).content.decode(), address


def test_the_member_list_costs_the_same_for_1_and_40(world: World, count_queries: Any) -> None:
    manager = browser(world, Role.SAFETY_MANAGER, "plant_a")
    world.user(Role.OPERATOR, "workshop_a")
    manager.get("/people/")
    few = count_queries(lambda: manager.get("/people/"))
    for number in range(40):
        user = User.objects.create(username=f"u{number}", display_name=f"u{number}")
        Membership.objects.create(user=user, organisation=world.plant_a, role=Role.OPERATOR)
    assert count_queries(lambda: manager.get("/people/")) == few


def test_the_list_filters_by_words_role_place_and_state(world: World) -> None:
    manager = browser(world, Role.SAFETY_MANAGER, "plant_a")
    services.user_create(
        world.actor(Role.SAFETY_MANAGER, "plant_a"),
        username="lihua",
        display_name="李华",
        organisation_id=world.workshop_a.pk,
        role=Role.TEAM_LEADER,
    )
    world.user(Role.EQUIPMENT_ENGINEER, "plant_a")

    def names(query: str) -> bool:
        return "李华" in manager.get("/people/" + query).content.decode()

    assert names("?q=lh")
    assert names("?role=team_leader")
    assert names(f"?organisation={world.workshop_a.pk}")
    assert not names("?q=zz")
    assert not names("?role=equipment_engineer")
    assert not names("?is_active=no")
    assert not names(f"?is_active=yes&organisation={world.plant_b.pk}")


def test_a_role_out_of_sight_is_not_found_by_asking_for_it(world: World) -> None:
    person = world.user(Role.OPERATOR, "workshop_a")
    Membership.objects.create(user=person, organisation=world.plant_b, role=Role.PRINCIPAL)
    manager = browser(world, Role.SAFETY_MANAGER, "plant_a")
    for query in ("?role=principal_responsible_person", f"?organisation={world.plant_b.pk}"):
        page = manager.get("/people/" + query).content.decode()
        assert "operator workshop_a" not in page, query
    page = manager.get(reverse("people:member", args=[person.pk])).content.decode()
    assert "plant_b" not in page


def test_the_export_holds_the_people_of_the_list_and_no_others(world: World) -> None:
    from io import BytesIO

    import openpyxl

    world.user(Role.OPERATOR, "workshop_a")
    world.user(Role.OPERATOR, "plant_b")
    manager = browser(world, Role.SAFETY_MANAGER, "plant_a")
    answer = manager.get(reverse("people:members_export"))
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    sheet = openpyxl.load_workbook(BytesIO(content)).active
    names = {row[0].value for row in sheet.iter_rows(min_row=2)}
    assert any("operator workshop_a" in str(name) for name in names)
    assert not any("plant_b" in str(name) for name in names)


def test_a_persons_page_tells_their_history(world: World) -> None:
    operator = world.user(Role.OPERATOR, "workshop_a")
    client = Client()
    client.post("/accounts/login/", {"login": operator.username, "password": "wrong"})
    client.post("/accounts/login/", {"login": operator.username, "password": PASSWORD})
    address = reverse("people:member", args=[operator.pk])
    manager = browser(world, Role.SAFETY_MANAGER, "plant_a")
    manager.cookies["anlan_language"] = "en"
    page = manager.get(address).content.decode()
    assert "operator workshop_a signed in." in page
    assert "A sign-in failed." in page
    # Who does not govern the account is not told when and from where it signs in.
    engineer = browser(world, Role.EQUIPMENT_ENGINEER, "plant_a")
    engineer.cookies["anlan_language"] = "en"
    assert "signed in." not in engineer.get(address).content.decode()


def test_the_scopes_of_a_token_are_named_as_people_know_them() -> None:
    with translation.override("zh-hans"):
        offered = dict(tokens._offered())
    assert offered["registry"] == "“企业档案”全部权限"
    assert offered["people"] == "“人员与范围”全部权限"
    assert offered["system"] == "“系统”全部权限"
