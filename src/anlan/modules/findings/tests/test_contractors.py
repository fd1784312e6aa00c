"""People of a contractor report to the plant they work in, and see of it what they reported."""

import pytest
from django.test import Client
from django.urls import reverse

from anlan.base.actors import wall
from anlan.base.actors.roles import Role
from anlan.base.actors.scope import EVERYTHING
from anlan.base.errors import NotYours
from anlan.base.files.models import Attachment
from anlan.base.ids import uuid7
from anlan.base.pocket.testing import Phone
from anlan.modules.findings import queries
from anlan.modules.findings.models import Finding
from anlan.modules.findings.services import reporting, treating
from anlan.modules.findings.tests import data
from anlan.modules.findings.tests.test_pages import picture

pytestmark = pytest.mark.django_db
AT = (Role.CONTRACTOR, "contractor_a")


def _page(world) -> Client:
    client = Client()
    client.force_login(world.user(*AT))
    return client


def test_a_report_is_the_plants_and_its_reporter_sees_a_line(world) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    other = data.report(manager, world.plant_a, "厂内自查隐患")
    client = _page(world)
    given = {"title": "脚手架缺护栏", "place": "罐区", "photo": picture()}
    answer = client.post(reverse("findings:employee"), given)
    assert answer.status_code == 302
    with wall.acting_as(manager.scope):
        row = Finding.objects.for_actor(manager).get(title="脚手架缺护栏")
        assert (row.scope_path, row.channel) == (world.plant_a.path, "employee")
        assert Attachment.objects.for_actor(manager).filter(object_id=row.pk).count() == 1
    html = client.get(reverse("findings:employee")).content.decode()
    assert row.number in html
    assert str(row.get_state_display()) in html
    assert other.number not in html
    # Its page, the list and the history stay the plant's.
    assert client.get(reverse("findings:show", args=[row.pk])).status_code == 404
    assert row.number not in client.get(reverse("findings:list") + "?view=all").content.decode()
    assert not Finding.objects.for_actor(world.actor(*AT)).exists()
    with wall.acting_as(manager.scope):
        treating.dismiss(manager, row.pk, "已有护栏")
    (line,) = queries.own_reports(world.actor(*AT))
    assert (line.number, line.state) == (row.number, "dismissed")


def test_the_walls_stand_again_afterwards(world) -> None:
    actor = world.actor(*AT)
    with wall.acting_as(actor.scope):
        data.report(actor, world.plant_a)
        assert wall.bound_scope() == actor.scope
        assert not Finding.objects.unscoped("the database alone hides them").exists()
        with pytest.raises(NotYours):
            data.report(actor, world.plant_b)
        assert wall.bound_scope() == actor.scope
        assert len(queries.own_reports(actor)) == 1
        assert wall.bound_scope() == actor.scope


def test_no_place_and_no_finding_of_the_plant_is_reached(world) -> None:
    actor, manager = world.actor(*AT), world.actor(Role.SAFETY_MANAGER, "plant_a")
    theirs = data.report(manager, world.plant_a)
    for what in (
        reporting.Report(title="x", unit_id=uuid7()),
        reporting.Report(title="x", measure_id=uuid7()),
        reporting.Report(title="x", id=theirs.pk),
    ):
        with pytest.raises(NotYours):
            reporting.report(actor, world.plant_a.pk, what)
    assert queries.own_reports(actor) == []
    assert _page(world).get(reverse("findings:new")).status_code == 302


def test_a_report_without_a_name_names_nobody(world) -> None:
    client = _page(world)
    client.post(reverse("findings:employee"), {"title": "护栏缺失", "is_anonymous": "on"})
    with wall.acting_as(EVERYTHING):
        row = Finding.objects.unscoped("test").get()
    assert row.registered_by_id is None
    assert queries.own_reports(world.actor(*AT)) == []


def test_a_report_of_the_phone_arrives_once(world) -> None:
    phone = Phone.registered(Client(), world.user(*AT))
    pk = uuid7()
    sealed = phone.seal(
        "finding.report", {"id": str(pk), "title": "阀门泄漏", "level_guess": "general"}
    )
    assert phone.send(sealed)[0]["verdict"] in ("accepted", "complete")
    assert phone.send(sealed)[0]["verdict"] == "duplicate"
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    with wall.acting_as(manager.scope):
        row = Finding.objects.for_actor(manager).get(pk=pk)
    assert row.scope_path == world.plant_a.path
    assert [one.number for one in queries.own_reports(world.actor(*AT))] == [row.number]


def test_their_home_shows_their_reports_and_no_figures_of_a_plant(world) -> None:
    row = data.report(world.actor(*AT), world.plant_a)
    html = _page(world).get("/").content.decode()
    assert row.number in html
    assert 'class="an-strip' not in html
    assert "我上报的隐患" in html
