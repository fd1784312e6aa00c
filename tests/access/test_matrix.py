"""The access matrix: every address × every role × own and foreign rows.

Addresses are found in the URL configuration, so a new one is tried without being named here; one
whose parameters nobody explained in `parameters.py` fails.
"""

import io
import re
import time
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from anlan.base.actors import wall
from anlan.base.actors.roles import Role
from anlan.base.actors.scope import EVERYTHING
from anlan.base.audit.models import AuditEvent
from anlan.base.ids import uuid7
from anlan.base.lists.choosers import all_choosers
from anlan.base.papers.registry import all_papers
from tests.access.addresses import Address, every_address
from tests.access.parameters import (
    NO_ROW,
    PUBLIC,
    is_listed,
    rule_of,
    values_of,
)
from tests.access.rows import MARK, Rows, build_rows
from tests.support.world import World, build_world

pytestmark = pytest.mark.usefixtures("unwatched_templates")

# Where each role stands so that plant A is theirs and plant B is not.
PLACES = {
    Role.SYSTEM_ADMIN: "city_a",
    Role.BUREAU_LEADER: "city_a",
    Role.BUREAU_INSPECTOR: "county_a",
    Role.BUREAU_DATA_OFFICER: "county_a",
    Role.PARK_OFFICER: "park_a",
    Role.GROUP_HSE: "group",
    Role.PRINCIPAL: "plant_a",
    Role.TECHNICAL: "plant_a",
    Role.OPERATIONAL: "plant_a",
    Role.SAFETY_MANAGER: "plant_a",
    Role.WORKSHOP_HEAD: "workshop_a",
    Role.TEAM_LEADER: "workshop_a",
    Role.OPERATOR: "workshop_a",
    Role.EQUIPMENT_ENGINEER: "plant_a",
    Role.CONTROL_ROOM: "plant_a",
    Role.CONTRACTOR: "contractor_a",
    Role.EXPERT: "city_a",
    Role.AUDITOR: "city_a",
}
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
# A page repeats what was typed, in lower case here; rows carry the mark in capitals.
TYPED = f"?q={MARK.lower()}"
ANY_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
STREAMS = re.compile(r"^live/$")
# Signing out and changing one's own session would end the walk.
SKIPPED = re.compile(r"^accounts/(logout|sessions)")

WITH_ROWS = [address for address in every_address() if rule_of(address) is not None]
PLAIN = [
    address
    for address in every_address()
    if not address.parameters and not STREAMS.match(address.route)
]


# What this worker was refused because the address does not know the method. Views say so before
# they look at a row or at who asks: said once, it holds for all rows and roles.
NO_METHOD: set[tuple[str, str]] = set()

Filled = tuple[World, Rows, Rows]


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: Any) -> Iterator[Filled]:
    """The world with the rows of plant A and of plant B, which cost as much as a hundred pages.

    Made once; each test works in a savepoint and takes back what it adds.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        wall.bind(wall.default_scope())
        world = build_world()
        yield world, build_rows(world, "plant_a"), build_rows(world, "plant_b")
        transaction.set_rollback(True)


@pytest.fixture
def world(filled: Filled, db: None) -> World:
    """The shared world; whoever a test lets in goes with the test's rows."""
    wall.bind(wall.default_scope())
    made = filled[0]
    return World(dict(made.places), dict(made.people))


@pytest.fixture
def sides(filled: Filled) -> tuple[Rows, Rows]:
    """The rows of plant A and of plant B."""
    return filled[1], filled[2]


@pytest.fixture(params=list(Role), ids=lambda role: role.value)
def visitor(request: pytest.FixtureRequest, world: World) -> Iterator[Client]:
    """A browser signed in as one role of side A."""
    client = Client()
    client.force_login(
        world.user(request.param, PLACES[request.param]),
        backend=BACKEND,
    )
    # Noted here for good: as each answer's writes are taken back, each page would note it anew.
    session = client.session
    session["seen"] = int(time.time())
    session.save()
    yield client
    wall.bind(EVERYTHING)


def ask(client: Client, method: str, path: str) -> Any:
    """Send a request whose writes are taken back."""
    is_api = path.startswith("/api/")
    with transaction.atomic():
        response = client.generic(
            method,
            path,
            "{}" if is_api and method != "GET" else "",
            content_type="application/json" if is_api else "application/x-www-form-urlencoded",
            headers={"If-Match": "*"} if is_api else None,
        )
        transaction.set_rollback(True)
    return response


def readable(response: Any) -> str:
    """Return the text of an answer, looking into workbooks and Word files too."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return " ".join(
                archive.read(name).decode("utf-8", "replace")
                for name in archive.namelist()
                if name.endswith(".xml")
            )
    return content.decode("utf-8", "replace")


def _looks_missing(visitor: Client, method: str, path: str, response: Any) -> bool:
    """Tell whether an answer is what a row that never was would get too.

    A role that may not open a page at all is told so whatever the id; that tells nothing.
    """
    if response.status_code in (404, 405):
        return True
    never = ask(visitor, method, ANY_ID.sub(str(uuid7()), path))
    return bool(response.status_code == 403 == never.status_code)


def test_every_address_with_parameters_is_explained() -> None:
    unknown = [
        str(address)
        for address in every_address()
        if address.parameters and rule_of(address) is None and not is_listed(NO_ROW, address)
    ]
    assert not unknown, f"say in tests/access/parameters.py which row these take: {unknown}"


def test_a_stranger_is_sent_to_sign_in(world: World, sides: tuple[Rows, Rows]) -> None:
    own, _foreign = sides
    for address in every_address():
        if is_listed(PUBLIC, address) or is_listed(NO_ROW, address):
            continue
        rule = rule_of(address)
        path = address.filled(values_of(address, rule, own) if rule else {})
        for method in ("GET", "POST"):
            response = ask(Client(), method, path)
            signs_in = response.status_code == 302 and "/accounts/login" in response["Location"]
            assert signs_in or response.status_code in (401, 403, 404, 405), (
                method,
                path,
                response.status_code,
            )


def test_a_role_meets_what_is_its_own_and_nothing_else(
    visitor: Client, sides: tuple[Rows, Rows]
) -> None:
    """One walk a role, because the rows of both sides cost more than a page.

    A foreign row looks missing and nothing is written; own rows answer; no list, count, export
    or page shows anything foreign.
    """
    own, foreign = sides
    written = AuditEvent.objects.count()
    wrong = [*_foreign_rows(visitor, foreign), *_own_rows(visitor, own), *_pages(visitor, foreign)]
    wall.bind(EVERYTHING)
    assert not wrong
    assert AuditEvent.objects.count() == written


def _foreign_rows(visitor: Client, foreign: Rows) -> Iterator[tuple[str, str, int]]:
    for address in WITH_ROWS:
        rule = rule_of(address)
        assert rule is not None
        if all(source.startswith("=") for source in rule.values.values()):
            continue  # a sheet's name, the same for all
        path = address.filled(values_of(address, rule, foreign))
        for method in ("GET", "POST", "PATCH", "DELETE"):
            if method in ("PATCH", "DELETE") and not address.route.startswith("api/"):
                continue
            if (method, address.route) in NO_METHOD:
                continue
            response = ask(visitor, method, path)
            if response.status_code == 405:
                NO_METHOD.add((method, address.route))
            if MARK in readable(response) or not _looks_missing(visitor, method, path, response):
                yield method, path, response.status_code


def _own_rows(visitor: Client, own: Rows) -> Iterator[tuple[str, str, int]]:
    for address in WITH_ROWS:
        rule = rule_of(address)
        assert rule is not None
        if ("GET", address.route) in NO_METHOD:
            continue
        path = address.filled(values_of(address, rule, own))
        response = ask(visitor, "GET", path)
        if response.status_code >= 500 or MARK in readable(response):
            yield "GET", path, response.status_code


def _narrowed(address: Address, foreign: Rows) -> Iterator[str]:
    """Yield what asks an address for foreign rows; forms and boards take no questions."""
    if not re.search(r"(^api/.*|/|xlsx|geojson)$", address.route):
        return
    if re.search(r"(^|/)(new|report|overview|board|gate|mine|today)/$", address.route):
        return
    yield TYPED
    if address.route.startswith("api/"):
        yield f"?enterprise={foreign.ids['enterprises']}"


def _looked_at_the_question(response: Any) -> bool:
    """Tell whether what made this answer parsed the part behind the `?`, typed or not."""
    return "GET" in vars(response.wsgi_request)


def _pages(visitor: Client, foreign: Rows) -> Iterator[tuple[str, str, int]]:
    for address in PLAIN:
        if SKIPPED.match(address.route) or ("GET", address.route) in NO_METHOD:
            continue
        for query in ("", *_narrowed(address, foreign)):
            path = address.filled({}) + query
            response = ask(visitor, "GET", path)
            if response.status_code >= 500 or MARK in readable(response):
                yield "GET", path, response.status_code
            if response.status_code == 405:
                NO_METHOD.add(("GET", address.route))
            if not _looked_at_the_question(response):
                break  # whatever is asked, the same page would come


def test_it_is_seen_who_looks_at_the_question(world: World) -> None:
    client = Client()
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_a"), backend=BACKEND)
    for path in ("/registry/units/", "/registry/units/export.xlsx", "/api/v1/units", "/search/"):
        assert _looked_at_the_question(ask(client, "GET", path)), path
    assert not _looked_at_the_question(ask(client, "GET", "/p/me/"))


def test_choosers_offer_nothing_foreign(visitor: Client, sides: tuple[Rows, Rows]) -> None:
    for key in all_choosers():
        for query in ("", TYPED, f"?id={sides[1].ids['enterprises']}"):
            response = ask(visitor, "GET", f"/choose/{key}/{query}")
            assert response.status_code < 500
            assert MARK not in readable(response)
            assert sides[1].ids["enterprises"] not in readable(response)


def test_papers_of_foreign_rows_are_never_there(visitor: Client, sides: tuple[Rows, Rows]) -> None:
    nouns = {"enterprise": "enterprises", "mhiunit": "units", "equipment": "equipment"}
    for paper in all_papers().values():
        noun = nouns.get(str(paper.model._meta.model_name))
        if noun is None:
            continue
        for fmt in paper.formats:
            path = f"/papers/{paper.name}/{sides[1].ids[noun]}.{fmt}"
            assert ask(visitor, "GET", path).status_code == 404, path


def test_addresses_are_filled_in() -> None:
    address = Address("a/<uuid:pk>/^x/(?P<key>[-:\\w]+)/$", "n", ("pk", "key"))
    assert address.filled({"pk": "1", "key": "k"}) == "/a/1/x/k/"
