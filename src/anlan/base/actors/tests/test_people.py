"""Who may hand on which role, and what happens to somebody who leaves."""

from datetime import timedelta

import pytest

from anlan.base.actors import queries, services
from anlan.base.actors.loading import load_actor
from anlan.base.actors.models import Invitation, Membership, Organisation, User
from anlan.base.actors.problems import (
    InvitationGone,
    LastAdministrator,
    OutOfReach,
    OwnRights,
    RoleNotHeldHere,
    RoleOutOfReach,
    TokenRefused,
    WrongPlace,
)
from anlan.base.actors.roles import OrganisationKind, Role
from anlan.base.actors.tokens import actor_for_token
from anlan.base.audit.models import AuditEvent
from anlan.base.clock import now
from anlan.base.errors import BadInput, Forbidden, NotYours
from anlan.base.ids import uuid7
from anlan.modules.registry.models import Enterprise
from tests.support.world import World

NEW = {"username": "new.person", "display_name": "新人", "password": "Xq7-anlan-harbour"}


def grant(world: World, by: tuple[Role, str], whom: tuple[Role, str], role: Role, at: str) -> None:
    services.membership_grant(
        world.actor(*by),
        user_id=world.user(*whom).pk,
        organisation_id=world.places[at].pk,
        role=role,
    )


def test_a_safety_manager_makes_a_workshop_head_and_history_says_so(world: World) -> None:
    by = world.actor(Role.SAFETY_MANAGER, "plant_a")
    operator = world.user(Role.OPERATOR, "workshop_a")
    made = services.membership_grant(
        by, user_id=operator.pk, organisation_id=world.workshop_a.pk, role=Role.WORKSHOP_HEAD
    )
    assert Role.WORKSHOP_HEAD in load_actor(operator).roles
    event = AuditEvent.objects.get(object_id=made.pk)
    assert (event.event, event.actor_id) == ("people.role.granted", by.user_id)
    assert event.enterprise_id == world.plant_a.pk


@pytest.mark.parametrize(
    ("by", "role", "at"),
    [
        ((Role.SAFETY_MANAGER, "plant_a"), Role.PRINCIPAL, "plant_a"),
        ((Role.SAFETY_MANAGER, "plant_a"), Role.SYSTEM_ADMIN, "plant_a"),
        ((Role.WORKSHOP_HEAD, "workshop_a"), Role.OPERATOR, "plant_a"),
        ((Role.OPERATOR, "workshop_a"), Role.OPERATOR, "workshop_a"),
        ((Role.CONTRACTOR, "contractor_a"), Role.CONTRACTOR, "contractor_a"),
        ((Role.BUREAU_DATA_OFFICER, "city_a"), Role.BUREAU_LEADER, "city_a"),
        ((Role.AUDITOR, "province"), Role.AUDITOR, "plant_a"),
    ],
)
def test_no_role_above_ones_own_nor_outside_ones_place(
    world: World, by: tuple[Role, str], role: Role, at: str
) -> None:
    with pytest.raises(RoleOutOfReach):
        services.invitation_create(world.actor(*by), organisation_id=world.places[at].pk, role=role)


def test_a_foreign_organisation_or_person_is_not_found(world: World) -> None:
    by = (Role.SAFETY_MANAGER, "plant_a")
    world.user(Role.OPERATOR, "workshop_a")
    with pytest.raises(NotYours):
        grant(world, by, (Role.OPERATOR, "workshop_a"), Role.OPERATOR, "plant_b")
    with pytest.raises(NotYours):
        grant(world, by, (Role.SAFETY_MANAGER, "plant_b"), Role.OPERATOR, "plant_a")


def test_nobody_changes_their_own_roles(world: World) -> None:
    admin = world.user(Role.SYSTEM_ADMIN, "province")
    actor = load_actor(admin)
    with pytest.raises(OwnRights):
        services.membership_grant(
            actor, user_id=admin.pk, organisation_id=world.plant_a.pk, role=Role.PRINCIPAL
        )
    with pytest.raises(OwnRights):
        services.membership_end(actor, admin.memberships.get().pk)


def test_a_role_is_held_only_where_it_makes_sense(world: World) -> None:
    with pytest.raises(RoleNotHeldHere):
        services.invitation_create(
            world.actor(Role.SYSTEM_ADMIN, "province"),
            organisation_id=world.plant_a.pk,
            role=Role.BUREAU_LEADER,
        )


def test_an_account_with_a_role_elsewhere_is_out_of_reach(world: World) -> None:
    operator = world.user(Role.OPERATOR, "workshop_a")
    Membership.objects.create(user=operator, organisation=world.plant_b, role=Role.OPERATOR)
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    for act in (services.user_deactivate, services.password_link_key, services.user_sign_out):
        with pytest.raises(OutOfReach):
            act(manager, operator.pk)
    principal = world.user(Role.PRINCIPAL, "plant_a")
    with pytest.raises(OutOfReach):
        services.password_link_key(manager, principal.pk)


def test_the_last_system_administrator_stays(world: World) -> None:
    first = world.user(Role.SYSTEM_ADMIN, "province")
    second = world.user(Role.SYSTEM_ADMIN, "city_a")
    services.user_deactivate(load_actor(first), second.pk)
    lone = first.memberships.get()
    top = Membership.objects.create(
        user=world.user(Role.AUDITOR, "province"),
        organisation=world.province,
        role=Role.SYSTEM_ADMIN,
    )
    other = load_actor(top.user)
    services.membership_end(load_actor(first), top.pk)
    with pytest.raises(LastAdministrator):
        services.membership_end(other, lone.pk)
    with pytest.raises(LastAdministrator):
        services.user_deactivate(other, first.pk)


def test_an_invitation_works_once_and_for_seven_days(world: World) -> None:
    by = world.actor(Role.SAFETY_MANAGER, "plant_a")
    invitation, secret = services.invitation_create(
        by, organisation_id=world.plant_a.pk, role=Role.OPERATOR, name="新人"
    )
    assert secret.encode() not in bytes(invitation.secret_hash)
    user = services.invitation_accept_new(secret, **NEW)
    assert load_actor(user).roles == {Role.OPERATOR}
    with pytest.raises(InvitationGone):
        services.invitation_accept_new(secret, **{**NEW, "username": "second"})
    late, secret = services.invitation_create(
        by, organisation_id=world.plant_a.pk, role=Role.OPERATOR
    )
    Invitation.objects.filter(pk=late.pk).update(expires_at=now() - timedelta(seconds=1))
    with pytest.raises(InvitationGone):
        services.invitation_for(secret)
    with pytest.raises(InvitationGone):
        services.invitation_for("guess")


def test_an_invitation_dies_with_the_right_to_make_it(world: World) -> None:
    manager = world.user(Role.SAFETY_MANAGER, "plant_a")
    _, secret = services.invitation_create(
        load_actor(manager), organisation_id=world.plant_a.pk, role=Role.OPERATOR
    )
    manager.memberships.update(ended_at=now())
    with pytest.raises(InvitationGone):
        services.invitation_for(secret)


def test_weak_names_and_passwords_are_all_told_at_once(world: World) -> None:
    _, secret = services.invitation_create(
        world.actor(Role.SAFETY_MANAGER, "plant_a"),
        organisation_id=world.plant_a.pk,
        role=Role.OPERATOR,
    )
    with pytest.raises(BadInput) as caught:
        services.invitation_accept_new(
            secret, username="a@b.cn", display_name=" ", password="12345678"
        )
    assert set(caught.value.by_field()) >= {"username", "display_name", "password"}
    services.invitation_for(secret)


def make_token(world: World, role: Role, place: str, *scopes: str) -> str:
    return services.token_create(
        world.actor(role, place), name="ERP", scopes=scopes, expires_at=now() + timedelta(days=90)
    )[1]


def test_a_token_acts_as_its_owner_within_its_scopes(world: World) -> None:
    raw = make_token(world, Role.SAFETY_MANAGER, "plant_a", "read")
    actor = actor_for_token(raw)
    assert [one.name for one in Enterprise.objects.for_actor(actor)] == ["plant_a"]
    with pytest.raises(RoleOutOfReach):
        services.invitation_create(actor, organisation_id=world.plant_a.pk, role=Role.OPERATOR)
    with pytest.raises(Forbidden):
        services.token_create(actor, name="x", scopes=["read"], expires_at=now())
    wider = actor_for_token(make_token(world, Role.SAFETY_MANAGER, "plant_a", "people.role"))
    services.invitation_create(wider, organisation_id=world.plant_a.pk, role=Role.OPERATOR)


def test_a_token_ends_when_revoked_expired_or_its_owner_leaves(world: World) -> None:
    owner = world.actor(Role.OPERATOR, "workshop_a")
    token, raw = services.token_create(
        owner, name="x", scopes=["read"], expires_at=now() + timedelta(days=1)
    )
    assert raw[-20:].encode() not in bytes(token.secret_hash)
    for wrong in (raw[:-1], raw + "x", "", "anl__", f"anl_{token.prefix}_"):
        with pytest.raises(TokenRefused):
            actor_for_token(wrong)
    with pytest.raises(NotYours):
        services.token_revoke(world.actor(Role.SAFETY_MANAGER, "plant_a"), token.pk)
    services.token_revoke(owner, token.pk)
    with pytest.raises(TokenRefused):
        actor_for_token(raw)
    raw = make_token(world, Role.OPERATOR, "workshop_a", "read")
    services.user_deactivate(world.actor(Role.SAFETY_MANAGER, "plant_a"), owner.user_id)
    with pytest.raises(TokenRefused):
        actor_for_token(raw)


def test_a_token_lives_for_a_year_at_most(world: World) -> None:
    actor = world.actor(Role.OPERATOR, "workshop_a")
    for days in (-1, 366):
        with pytest.raises(BadInput):
            services.token_create(
                actor, name="x", scopes=["read"], expires_at=now() + timedelta(days=days)
            )
    with pytest.raises(BadInput):
        services.token_create(
            actor, name="x", scopes=["everything"], expires_at=now() + timedelta(days=1)
        )


def test_a_contractor_sees_only_the_own_node_and_its_people(world: World) -> None:
    world.user(Role.SAFETY_MANAGER, "plant_a")
    contractor = world.actor(Role.CONTRACTOR, "contractor_a")
    assert [one.name for one in queries.organisations(contractor)] == ["Contractor A"]
    assert [one.pk for one in queries.people_of(contractor)] == [contractor.user_id]
    with pytest.raises(NotYours):
        queries.organisation_one(contractor, world.plant_a.pk)


def test_a_park_officer_sees_the_departments_of_the_parks_enterprises(world: World) -> None:
    seen = {one.name for one in queries.organisations(world.actor(Role.PARK_OFFICER, "park_a"))}
    assert seen == {"Park a", "plant_a", "Workshop A", "Contractor A"}


def test_people_are_found_by_pinyin_initials(world: World) -> None:
    by = world.actor(Role.SAFETY_MANAGER, "plant_a")
    _, secret = services.invitation_create(by, organisation_id=world.plant_a.pk, role=Role.OPERATOR)
    services.invitation_accept_new(secret, **{**NEW, "display_name": "张晓明"})
    for text in ("张晓", "zxm", "ZhangXiao", "new.p"):
        assert [one.display_name for one in queries.people_choices(by, text)] == ["张晓明"]
    assert queries.people_choices(world.actor(Role.SAFETY_MANAGER, "plant_b"), "zxm") == []


def test_moving_a_county_takes_every_row_along(world: World) -> None:
    admin = world.actor(Role.SYSTEM_ADMIN, "province")
    services.organisation_move(admin, world.county_a.pk, parent_id=world.city_b.pk)
    city_b = world.actor(Role.BUREAU_INSPECTOR, "city_b")
    assert "plant_a" in {one.name for one in Enterprise.objects.for_actor(city_b)}
    assert {one.name for one in queries.organisations(city_b)} >= {"plant_a", "Workshop A"}
    city_a = world.actor(Role.BUREAU_INSPECTOR, "city_a")
    assert {one.name for one in Enterprise.objects.for_actor(city_a)} == {"plant_a2"}
    for node in Organisation.objects.filter(parent__isnull=False).select_related("parent"):
        assert node.path.startswith(node.parent.path)


def test_a_move_stays_inside_what_one_manages(world: World) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    team = services.organisation_create(
        manager, kind=OrganisationKind.TEAM, name="一班", parent_id=world.workshop_a.pk
    )
    with pytest.raises(NotYours):
        services.organisation_move(manager, team.pk, parent_id=world.plant_b.pk)
    admin = world.actor(Role.SYSTEM_ADMIN, "province")
    for node, parent in (
        (world.workshop_a, world.plant_b),
        (world.city_a, world.county_a),
        (world.workshop_a, team),
    ):
        with pytest.raises(WrongPlace):
            services.organisation_move(admin, node.pk, parent_id=parent.pk)
    with pytest.raises(Forbidden):
        services.organisation_rename(manager, world.plant_a.pk, name="x")


def test_closing_a_department_ends_sight_and_keeps_the_rows(world: World) -> None:
    head = world.user(Role.WORKSHOP_HEAD, "workshop_a")
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    assert services.organisation_deactivate(manager, world.workshop_a.pk) == 1
    assert load_actor(head).posts == ()
    services.organisation_reactivate(manager, world.workshop_a.pk)
    assert load_actor(head).roles == {Role.WORKSHOP_HEAD}


def test_the_first_administrator_comes_by_a_printed_link(db: None) -> None:
    from io import StringIO

    from django.core.management import call_command

    from anlan.base.actors.services.areas import areas_load

    areas_load()
    out = StringIO()
    call_command("invite_admin", stdout=out)
    secret = out.getvalue().strip().rstrip("/").rsplit("/", 1)[1]
    user = services.invitation_accept_new(secret, **NEW)
    actor = load_actor(user)
    assert actor.roles == {Role.SYSTEM_ADMIN}
    assert actor.scope.covers("cn/440000/")


def test_an_account_read_by_its_key_is_whole_and_nothing_else(world: World) -> None:
    user = world.user(Role.OPERATOR, "plant_a")
    read, asked = User.objects.get(pk=user.pk), User.objects.get(id=user.pk)
    assert type(read) is User
    assert read == asked
    assert not read.get_deferred_fields()
    for field in User._meta.concrete_fields:
        assert getattr(read, field.attname) == getattr(asked, field.attname)
    read.display_name = "改名"
    read.save()
    assert User.objects.get(id=user.pk).display_name == "改名"
    with pytest.raises(User.DoesNotExist):
        User.objects.get(pk=uuid7())
    # Other conditions are not left out.
    with pytest.raises(User.DoesNotExist):
        User.objects.get(pk=user.pk, is_active=False)
    with pytest.raises(User.DoesNotExist):
        User.objects.exclude(pk=user.pk).get(pk=user.pk)
