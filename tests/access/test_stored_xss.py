"""A script stored in every text somebody may type comes out as text, wherever it is shown."""

import html
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import models, transaction
from django.test import Client
from openpyxl import Workbook

from anlan.base.actors import wall
from anlan.base.actors.models import Organisation, User
from anlan.base.actors.roles import Role
from anlan.base.actors.scope import EVERYTHING
from anlan.base.errors import BadInput
from anlan.base.inbox.kinds import Kind as NoticeKind
from anlan.base.inbox.kinds import register as register_notice
from anlan.base.inbox.models import Notice
from anlan.base.lists.choosers import all_choosers
from anlan.modules.registry.models import Enterprise
from anlan.modules.registry.ui.kinds import ENTERPRISE_GROUPS, KINDS
from tests.access import rows as row_maker
from tests.access.addresses import every_address
from tests.access.parameters import rule_of, values_of
from tests.support.world import World, build_world

pytestmark = pytest.mark.usefixtures("unwatched_templates")

PAYLOAD = "\"'><x-ss>"
RAW = re.compile(r"<x-ss")
# Answers that a browser never reads as a page.
INERT = ("application/json", "application/geo+json", "application/problem+json", "image/png",
         "text/csv", "application/manifest+json", "text/javascript")  # fmt: skip
# Checked by a rule of their own, so that no markup passes.
GUARDED = {"cas", "registration_number", "phone", "catalogue_number", "safety_code"}
HOSTILE = register_notice(NoticeKind("test_hostile", "%(mark)s", "%(mark)s"))


def texts_of(model: type[models.Model], names: Any) -> dict[str, Any]:
    """Return the payload for every free text among the fields of a model."""
    found: dict[str, Any] = {}
    for name in names:
        item = model._meta.get_field(name)
        is_text = isinstance(item, models.CharField | models.TextField) and not item.choices
        if is_text and (item.max_length or 9999) >= len(PAYLOAD) and name not in GUARDED:
            found[name] = PAYLOAD
    return found


def poison(world: World, ids: dict[str, str]) -> None:
    """Write the payload into every free text of the rows, of the person and of their places."""
    actor = world.actor(Role.SAFETY_MANAGER, "plant_b")
    for noun, kind in KINDS.items():
        values = texts_of(kind.model, kind.register.fields)
        if noun == "chemicals":
            values["hazard_classes"] = [PAYLOAD]
        for name in list(values):
            # A field with a rule of its own may refuse: then nothing is stored, which is as good.
            try:
                with transaction.atomic():
                    kind.update(actor, ids[noun], {name: values[name]})
            except BadInput:
                continue
    with wall.acting_as(EVERYTHING):
        free = texts_of(Enterprise, [n for group in ENTERPRISE_GROUPS for n in group.fields
                                     if n not in ("park", "group", "area_code")])  # fmt: skip
        free = {k: v for k, v in free.items() if "code" not in k and k != "key_processes"}
        Enterprise.objects.unscoped("test").filter(pk=world.plant_b.pk).update(**free)
        Organisation.objects.update(name=PAYLOAD, short_name=PAYLOAD)
        User.objects.update(display_name=PAYLOAD)
        Notice.objects.filter(pk=ids["notice"]).update(
            kind=HOSTILE.code, params={"mark": PAYLOAD}, url="/"
        )


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[World, row_maker.Rows]]:
    """The world and the rows of plant B with the payload in every text.

    Made once; each test works in a savepoint and takes back what it adds.
    """
    with django_db_blocker.unblock(), transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        # `build_rows` marks the rows of plant B in all texts that it sets.
        patch.setattr(row_maker, "MARK", PAYLOAD)
        wall.bind(wall.default_scope())
        world = build_world()
        made = row_maker.build_rows(world, "plant_b")
        poison(world, made.ids)
        yield world, made
        transaction.set_rollback(True)


@pytest.fixture
def world(filled: tuple[World, row_maker.Rows], db: None) -> Iterator[World]:
    """The shared world; whoever a test lets in goes with the test's rows."""
    wall.bind(wall.default_scope())
    yield World(dict(filled[0].places), dict(filled[0].people))
    wall.bind(EVERYTHING)


@pytest.fixture
def poisoned(filled: tuple[World, row_maker.Rows]) -> row_maker.Rows:
    """The rows of plant B with the payload in every text."""
    return filled[1]


def client_of(world: World, role: Role, place: str) -> Client:
    client = Client(HTTP_USER_AGENT=f"Mozilla {PAYLOAD}")
    client.force_login(
        world.user(role, place), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def body(answer: Any) -> str:
    content = b"".join(answer) if answer.streaming else answer.content
    return content.decode("utf-8", "replace")


def check(path: str, answer: Any, seen: set[str]) -> None:
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    if kind in INERT:
        assert answer.headers.get("X-Content-Type-Options") == "nosniff", path
        return
    if kind not in ("text/html", "image/svg+xml", "text/plain"):
        return
    text = body(answer)
    assert not RAW.search(text), (path, text[max(0, RAW.search(text).start() - 200) :][:300])
    if html.escape(PAYLOAD) in text or "&lt;x-ss" in text:
        seen.add(re.sub(r"[0-9a-f-]{36}", "ID", path.partition("?")[0]))


@pytest.mark.parametrize("role", [Role.SAFETY_MANAGER, Role.SYSTEM_ADMIN])
def test_every_page_shows_stored_scripts_as_text(world: World, poisoned: Any, role: Role) -> None:
    place = "plant_b" if role == Role.SAFETY_MANAGER else "province"
    client = client_of(world, role, place)
    seen: set[str] = set()
    for address in every_address():
        if re.match(r"^(live/|accounts/logout|api/)", address.route):
            continue
        rule = rule_of(address)
        if address.parameters and rule is None:
            continue
        path = address.filled(values_of(address, rule, poisoned) if rule else {})
        check(path, client.get(path), seen)
        if not address.parameters and address.name.startswith(("registry:", "people:", "audit:")):
            check(path, client.get(path, {"view": "all", "q": "x-ss"}), seen)
    for tab in (*KINDS, "files", "history"):
        path = f"/registry/enterprises/{world.plant_b.pk}/"
        check(path, client.get(path, {"tab": tab}), seen)
    wanted = {"/", "/inbox/", "/history/", "/people/", "/search/", "/registry/map/"} - {"/search/"}
    wanted |= {f"/registry/{noun}/" for noun in KINDS} | {f"/registry/{n}/ID/" for n in KINDS}
    wanted |= {"/registry/enterprises/", "/registry/enterprises/ID/"}
    if role == Role.SAFETY_MANAGER:
        wanted |= {f"/registry/{noun}/ID/edit/" for noun in KINDS} | {"/account/"}
    else:
        wanted -= {"/inbox/"}
    assert wanted <= seen, wanted - seen


def test_what_is_asked_is_shown_as_text(world: World, poisoned: Any) -> None:
    client = client_of(world, Role.SAFETY_MANAGER, "plant_b")
    seen: set[str] = set()
    for path in ("/search/", "/registry/units/", "/registry/map/", "/people/", "/history/",
                 "/accounts/login/", "/people/invite/", "/registry/units/new/"):  # fmt: skip
        for name in ("q", "next", "page", "sort", "view", "enterprise", "columns", "layer", "code"):
            check(path, client.get(path, {name: PAYLOAD}), seen)
    check("/404", client.get("/nothing/<x-ss>/"), seen)
    check("/login", Client().post("/accounts/login/", {"login": PAYLOAD, "password": "x"}), seen)
    bad = {"name": PAYLOAD, "code": "", "longitude": PAYLOAD}
    plant = world.plant_b.pk
    check("/form", client.post(f"/registry/sites/new/?enterprise={plant}", bad), seen)
    label = {"label": PAYLOAD, "query": "q=" + PAYLOAD, "shared": "1"}
    client.post("/registry/units/views/", label)
    check("/registry/units/", client.get("/registry/units/"), seen)
    assert {"/search/", "/registry/units/", "/login", "/form"} <= seen


def test_choosers_offer_text(world: World, poisoned: Any) -> None:
    client = client_of(world, Role.SAFETY_MANAGER, "plant_b")
    seen: set[str] = set()
    for key in all_choosers():
        path = f"/choose/{key}/"
        check(path, client.get(path, {"q": "x-ss"}), seen)
        check(path, client.get(path, {"q": ""}, headers={"HX-Request": "true"}), seen)
        check(path, client.get(path, {"name": PAYLOAD}, headers={"HX-Request": "true"}), seen)
    assert seen


def test_names_of_files_and_cells_of_imports_are_text(world: World, poisoned: Any) -> None:
    client = client_of(world, Role.SAFETY_MANAGER, "plant_b")
    book = Workbook()
    sheet = book.active
    template = client.get("/imports/sites/template.xlsx")
    assert template.status_code == 200
    from openpyxl import load_workbook

    heads = [c.value for c in next(load_workbook(io.BytesIO(body_bytes(template))).worksheets[0]
                                   .iter_rows(max_row=1))]  # fmt: skip
    sheet.append(heads)
    sheet.append([PAYLOAD for _head in heads])
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    out.name = f"{PAYLOAD}.xlsx"
    from anlan.base.jobs.testing import run_queued

    answer = client.post("/imports/sites/", {"file": out})
    assert answer.status_code == 302, body(answer)[:500]
    run_queued()
    seen: set[str] = set()
    check("/run", client.get(answer["Location"]), seen)
    check("/run-wrong", client.get(answer["Location"], {"kind": "wrong"}), seen)
    check("/imports/", client.get("/imports/"), seen)
    check("/jobs/", client.get("/jobs/"), seen)
    assert {"/run-wrong"} <= seen


def body_bytes(answer: Any) -> bytes:
    return b"".join(answer) if answer.streaming else answer.content


def test_papers_hold_the_text_itself(world: World, poisoned: Any) -> None:
    """A Word file made of markup would be broken; made of escaped text it shows the text."""
    client = client_of(world, Role.SAFETY_MANAGER, "plant_b")
    export = client.get("/registry/units/export.xlsx?view=all")
    with zipfile.ZipFile(io.BytesIO(body_bytes(export))) as archive:
        texts = b"".join(archive.read(n) for n in archive.namelist() if n.endswith(".xml"))
    assert b"<x-ss" not in texts
    assert b"&lt;x-ss" in texts
