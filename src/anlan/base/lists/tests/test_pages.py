"""List pages over HTTP."""

import pytest

from anlan.base.actors.models import Organisation
from anlan.base.actors.roles import OrganisationKind, Role
from anlan.base.ids import uuid7

pytestmark = pytest.mark.urls("anlan.base.lists.tests.support")
URL = "/test/organisations/"


@pytest.fixture
def officer(world, client):
    """Sign in a county officer who sees county_a and what is in it."""
    user = world.user(Role.BUREAU_INSPECTOR, "county_a")
    client.force_login(user)
    return user


def teams(world, n):
    """Make n teams of plant_a."""
    made = []
    for i in range(n):
        pk = uuid7()
        made.append(
            Organisation(
                id=pk,
                kind=OrganisationKind.TEAM,
                code=f"T{i:03}",
                name=f"Team {i:03}",
                parent=world.plant_a,
                path=f"{world.plant_a.path}t{pk.hex}/",
            )
        )
    Organisation.objects.bulk_create(made)


def test_only_what_is_in_scope_is_listed(world, client, officer):
    page = client.get(URL).content.decode()
    assert "plant_a<" in page
    assert "plant_b<" not in page
    assert "plant_a2<" not in page


def test_nobody_is_asked_to_sign_in(client, db):
    assert client.get(URL).status_code == 302
