"""Loading the demonstration into the real database."""

from anlan.base.actors.loading import load_actor
from anlan.base.actors.models import Organisation, User
from anlan.base.actors.roles import Role
from anlan.demo.accounts import ACCOUNTS, PASSWORD
from anlan.demo.services import demo_load
from anlan.demo.tests.conftest import DAY
from anlan.modules.registry.models import (
    Enterprise,
    Equipment,
    Inventory,
    Licence,
    MhiUnit,
    Person,
    Site,
)


def test_the_city_is_loaded_once_and_every_role_signs_in_to_something(city: int) -> None:
    assert city == 60
    assert demo_load(2026, "small", DAY) == 0
    everything = Enterprise.objects.unscoped("count all")
    assert everything.filter(is_demo=True).count() == 60
    assert MhiUnit.objects.unscoped("count all").count() == 90
    assert not Organisation.objects.filter(is_demo=True, search_key="").exists()
    assert not User.objects.filter(is_demo=True, search_key="").exists()
    for model in (Enterprise, MhiUnit, Inventory, Licence, Equipment, Person, Site):
        assert not model.objects.unscoped("all of it").filter(search_key="").exists(), model
    levels = set(MhiUnit.objects.unscoped("count all").values_list("level", flat=True))
    assert levels == {1, 2, 3, 4, None}
    for account in ACCOUNTS:
        user = User.objects.get(username=account.username)
        assert user.check_password(PASSWORD)
        actor = load_actor(user)
        assert actor.roles == {account.role}
        seen = Enterprise.objects.for_actor(actor).count()
        assert seen == 0 if account.role == Role.CONTRACTOR else seen > 0, account
