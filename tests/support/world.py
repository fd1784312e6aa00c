"""One small world: two plants in two parks in two cities, and somebody at each level."""

from dataclasses import dataclass, field

from anlan.base.actors.actor import Actor
from anlan.base.actors.loading import load_actor
from anlan.base.actors.models import Membership, Organisation, User
from anlan.base.actors.roles import OrganisationKind, Role
from anlan.base.ids import uuid7
from anlan.modules.registry.models import Enterprise
from anlan.modules.registry.models.enterprise import EnterpriseKind

PASSWORD = "correct horse battery staple 9"


@dataclass
class World:
    """The organisations by a short name; people are made on demand.

    Areas: `province` > `city_a` > `county_a`, `county_a2`; `city_b` > `county_b`.
    `park_a` holds `plant_a` (county_a), `park_b` holds `plant_b` (county_b); `group` owns
    `plant_a` and `plant_b2`. `workshop_a` is a department of plant_a, `contractor_a` its
    contractor.
    """

    places: dict[str, Organisation] = field(default_factory=dict)
    people: dict[tuple[str, str], User] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Organisation:
        try:
            return self.places[name]
        except KeyError as error:
            raise AttributeError(name) from error

    def user(self, role: Role, place: str) -> User:
        """Return the account that holds `role` at `place`; made once. Password: PASSWORD."""
        key = (role, place)
        if key not in self.people:
            user = User(username=f"{role}-{place}", display_name=f"{role} {place}"[:60])
            user.set_password(PASSWORD)
            user.save()
            Membership.objects.create(user=user, organisation=self.places[place], role=role)
            self.people[key] = user
        return self.people[key]

    def actor(self, role: Role, place: str) -> Actor:
        """Return the actor of `user(role, place)`."""
        return load_actor(self.user(role, place))


def build_world() -> World:
    """Make the organisations and enterprises in the current transaction."""
    world = World()
    province = _area(world, "province", "990000", None)
    for letter in "ab":
        city = _area(world, f"city_{letter}", f"990{'12'['ab'.index(letter)]}00", province)
        county = _area(world, f"county_{letter}", city.code[:4] + "02", city)
        world.places[f"park_{letter}"] = _node(OrganisationKind.PARK, f"Park {letter}", county, "p")
    _area(world, "county_a2", "990103", world.city_a)
    world.places["group"] = _node(OrganisationKind.GROUP, "Group", None, "g")
    plants = {
        "plant_a": (world.county_a, world.park_a, world.group),
        "plant_a2": (world.county_a2, None, None),
        "plant_b": (world.county_b, world.park_b, None),
        "plant_b2": (world.county_b, None, world.group),
    }
    for number, (name, (county, park, group)) in enumerate(plants.items()):
        plant = _node(OrganisationKind.ENTERPRISE, name, county, "e", park=park, group=group)
        world.places[name] = plant
        Enterprise.objects.create(
            id=plant.pk,
            enterprise=plant,
            scope_path=plant.path,
            name=name,
            unified_social_credit_code=f"91990100MA000000{number:02d}",
            company_code=f"99000000{number}",
            kind=EnterpriseKind.PRODUCTION,
            area_code=county.code,
        )
    world.places["workshop_a"] = _node(
        OrganisationKind.DEPARTMENT, "Workshop A", world.plant_a, "d"
    )
    world.places["contractor_a"] = _node(
        OrganisationKind.CONTRACTOR, "Contractor A", world.plant_a, "c"
    )
    return world


def _area(world: World, name: str, code: str, parent: Organisation | None) -> Organisation:
    path = (parent.path if parent else "cn/") + code + "/"
    area = Organisation.objects.create(
        kind=OrganisationKind.AREA, code=code, name=name, parent=parent, path=path
    )
    world.places[name] = area
    return area


def _node(
    kind: OrganisationKind,
    name: str,
    parent: Organisation | None,
    letter: str,
    **more: Organisation | None,
) -> Organisation:
    pk = uuid7()
    path = (parent.path if parent else "cn/") + f"{letter}{pk.hex}/"
    return Organisation.objects.create(
        id=pk, kind=kind, name=name, parent=parent, path=path, **more
    )
