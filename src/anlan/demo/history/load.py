"""Writing the history: all or nothing, once."""

import datetime as dt
from collections import defaultdict
from random import Random

from django.db import transaction

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.models import Membership, Organisation, User
from anlan.base.actors.roles import OrganisationKind, Role
from anlan.base.audit.services import Entry, record_many
from anlan.base.clock import SHANGHAI, now
from anlan.base.ids import uuid7
from anlan.base.search_key import search_key
from anlan.demo import names
from anlan.demo.accounts import ACCOUNTS
from anlan.demo.events import HISTORY
from anlan.demo.history.editions import make_editions
from anlan.demo.history.found import make_findings
from anlan.demo.history.pictures import hang_pictures
from anlan.demo.history.places import hang_places
from anlan.demo.history.plant import N_DEEP, Plant
from anlan.demo.history.promises import make_commitments
from anlan.demo.history.register import Rows, add_plant
from anlan.demo.history.rounds import make_rounds, make_tasks
from anlan.demo.history.site import hang_plans, lay_out
from anlan.demo.history.year import make_year
from anlan.demo.plan import FLAGSHIP
from anlan.modules.commitment.services.steps import ensure_all
from anlan.modules.honesty.services.analysis import look_at
from anlan.modules.registry.models import Enterprise, Facility, Person
from anlan.modules.risk.models import RiskObject

N_PLANTS = 60
"""Enterprises with a history, whatever the size of the city."""

USUAL_ABNORMAL = 0.008
"""The share of checks that find something, as the rounds are made."""

WHY = "the demo's history"
STAFF = (Role.SAFETY_MANAGER, Role.OPERATOR, Role.TEAM_LEADER, Role.EQUIPMENT_ENGINEER)
HEADS = (Role.PRINCIPAL, Role.TECHNICAL, Role.OPERATIONAL)
PLACES = {Role.PRINCIPAL: 0, Role.SAFETY_MANAGER: 1, Role.TECHNICAL: 2, Role.OPERATIONAL: 3}
"""Where the registry's list of a plant's people has who holds a role."""
N_LEADERS = 3
"""How many at the top of that list lead the plant; the others may head a department."""
TEAM_ROLES = (Role.OPERATOR, Role.TEAM_LEADER)


@transaction.atomic
def load_history(seed: int, on: dt.date) -> int:
    """Write the history of the first `N_PLANTS` demonstration enterprises up to the day `on`.

    Does nothing where one of them has a risk register. Returns the number of findings written.
    """
    enterprises = (
        Enterprise.objects.unscoped(WHY)
        .filter(is_demo=True)
        .select_related("enterprise__parent")
        .order_by("company_code")[:N_PLANTS]
    )
    nodes = [row.enterprise for row in enterprises]
    if not nodes or RiskObject.objects.unscoped(WHY).filter(enterprise__in=nodes).exists():
        return 0
    moment = dt.datetime.combine(on, now().astimezone(SHANGHAI).time(), SHANGHAI)
    plants = _plants(seed, nodes)
    facilities: dict[object, list[Facility]] = defaultdict(list)
    rows = Facility.objects.unscoped(WHY).filter(enterprise__in=nodes, unit__isnull=False)
    for facility in rows.order_by("code"):
        facilities[facility.enterprise_id].append(facility)
    risks = Rows()
    plans = []
    for plant in plants:
        before = (len(risks.objects), len(risks.units))
        add_plant(risks, plant, facilities[plant.enterprise.pk])
        if plant.is_deep:
            plans.append(lay_out(plant, risks.objects[before[0] :], risks.units[before[1] :]))
    risks.write()
    hang_plans([plan for plan in plans if plan is not None], risks.units)
    hang_places(plants)
    make_editions(plants, risks.objects, on)
    tasks = make_tasks(plants, on)
    abnormal = make_rounds(tasks, moment)
    findings = make_findings(plants, abnormal, moment)
    hang_pictures(plants, findings)
    make_commitments(plants, findings, moment)
    ensure_all()
    record_many(SYSTEM, _told(plants))
    made = [*risks.objects, *risks.units, *risks.events, *risks.measures, *findings]
    record_many(SYSTEM, [Entry(HISTORY, row) for row in made])
    # The night would find it too; whoever opens the city should see it at once.
    for plant in plants[:N_DEEP]:
        since = moment - dt.timedelta(days=210)
        look_at(SYSTEM, plant.enterprise.pk, moment, since=since, usual=USUAL_ABNORMAL)
    make_year(plants, findings, on)
    return len(findings)


def _told(plants: list[Plant]) -> list[Entry]:
    return [Entry(HISTORY, plant.enterprise, after={"units": len(plant.units)}) for plant in plants]


def _plants(seed: int, nodes: list[Organisation]) -> list[Plant]:
    """Return the plants with the people who work there."""
    accounts = {user.username: user for user in User.objects.filter(is_demo=True) if user.username}
    password = accounts["safety"].password
    users: list[User] = []
    posts: list[Membership] = []
    plants = []
    known: dict[object, list[Person]] = defaultdict(list)
    staff = Person.objects.unscoped(WHY).filter(enterprise__in=nodes, left_on=None)
    for person in staff.order_by("number"):
        known[person.enterprise_id].append(person)
    linked: list[Person] = []
    for number, node in enumerate(nodes):
        random = Random(f"history {seed} {number}")  # noqa: S311 - a repeatable story
        people: dict[str, User] = {}
        own = known.get(node.pk, [])
        for role in (*STAFF, *HEADS):
            # The three responsible persons are those whom the registry names for the units.
            place = PLACES.get(role, len(own))
            person = own[place] if place < len(own) and node.name != FLAGSHIP else None
            name = person.name if person is not None else names.person_name(random)
            short = role.value.split("_")[0]
            user = User(
                id=uuid7(),
                username=f"e{number:02d}.{short}",
                display_name=name,
                search_key=search_key(name, f"e{number:02d}.{short}"),
                password=password,
                is_demo=True,
            )
            people[role] = user
            if person is not None:
                person.user = user
                linked.append(person)
        plant = Plant(number, node, random, people, heads=own[N_LEADERS:] or own)
        if node.name == FLAGSHIP:
            _use_accounts(plant, accounts)
        fresh = [user for user in people.values() if user._state.adding]
        users += fresh
        posts += [
            Membership(id=uuid7(), user=user, organisation=node, role=role, is_home=True)
            for role, user in people.items()
            if user._state.adding
        ]
        plants.append(plant)
    User.objects.bulk_create(users)
    Membership.objects.bulk_create(posts)
    Person._base_manager.bulk_update(linked, ["user"], batch_size=500)
    return plants


def _use_accounts(plant: Plant, accounts: dict[str, User]) -> None:
    """Let the printed accounts be people of the flagship: at the plant, and in its shift team."""
    for account in ACCOUNTS:
        if account.place == "plant":
            plant.people[account.role] = accounts[account.username]
        elif account.place == "team":
            plant.team_people[account.role] = accounts[account.username]
    plant.team = Organisation.objects.filter(
        owner_enterprise_id=plant.enterprise.pk, kind=OrganisationKind.TEAM
    ).first()
