"""The pages of findings: what they show, what they do, how much they ask of the database."""

import datetime as dt
import re
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from anlan.base.actors.roles import Role
from anlan.base.clock import now, today
from anlan.modules.findings.models import Finding, Flag
from anlan.modules.findings.services import extending, major, outside, treating
from anlan.modules.findings.states import FindingState
from anlan.modules.findings.tests import data

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def picture():
    content = BytesIO()
    Image.new("RGB", (2, 2)).save(content, "JPEG")
    content.seek(0)
    content.name = "a.jpg"
    return content


def act(client: Client, row, key: str, given=None, **more):
    return client.post(reverse("findings:act", args=[row.pk, key]), given or {}, **more)


def stored(row) -> Finding:
    return Finding.objects.unscoped("test").get(pk=row.pk)


def test_a_finding_goes_its_way_through_the_pages(world) -> None:
    safety = signed_in(world.user(Role.SAFETY_MANAGER, "plant_a"))
    head = world.user(Role.WORKSHOP_HEAD, "plant_a")
    answer = safety.post(
        reverse("findings:new"),
        {
            "title": "法兰泄漏", "source": 1, "channel": "self", "discipline": 7, "treatment": 1,
            "photo": picture(),
        },
    )  # fmt: skip
    row = Finding.objects.unscoped("test").get()
    assert answer["Location"] == reverse("findings:show", args=[row.pk])
    given = {
        "level": 0, "owner": head.pk, "deadline": str(today() + dt.timedelta(days=7)),
        "measures": "更换垫片",
    }  # fmt: skip
    assert act(safety, row, "confirm", given).status_code == 302
    by_head = signed_in(head)
    refused = act(by_head, row, "submit", {"result": "已更换"})
    assert refused.status_code == 422
    done = act(by_head, row, "submit", {"result": "已更换", "photo": picture()})
    assert done.status_code == 302
    # The one who rectified is refused by the rule, whatever their role.
    assert act(by_head, row, "accept").status_code == 422
    panel = act(safety, row, "accept", {"opinion": "合格"}, HTTP_HX_REQUEST="true")
    assert panel.status_code == 204
    assert panel["HX-Redirect"] == reverse("findings:show", args=[row.pk])
    assert stored(row).state == FindingState.ACCEPTED
    shown = safety.get(reverse("findings:show", args=[row.pk])).content.decode()
    assert "法兰泄漏" in shown


def test_a_failed_submission_leaves_no_photo(world) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    head = world.user(Role.WORKSHOP_HEAD, "plant_a")
    row = data.report(manager, world.plant_a)
    treating.confirm(manager, row.pk, data.plan(head))
    answer = act(signed_in(head), row, "submit", {"result": "", "photo": picture()})
    assert answer.status_code == 422
    from anlan.base.files.models import Attachment

    assert not Attachment.objects.unscoped("test").filter(object_id=row.pk).exists()


def test_an_anonymous_report_leaves_no_name_anywhere(world) -> None:
    user = world.user(Role.OPERATOR, "workshop_a")
    given = {"title": "护栏缺失", "is_anonymous": "on", "photo": picture()}
    answer = signed_in(user).post(reverse("findings:employee"), given)
    assert answer.status_code == 302
    row = Finding.objects.unscoped("test").get()
    assert row.channel == "employee"
    page = signed_in(world.user(Role.SAFETY_MANAGER, "plant_a")).get(
        reverse("findings:show", args=[row.pk])
    )
    assert user.display_name not in page.content.decode()


def test_a_stranger_finds_nothing(world) -> None:
    row = data.report(world.actor(Role.OPERATOR, "workshop_a"), world.plant_a)
    stranger = signed_in(world.user(Role.SAFETY_MANAGER, "plant_b"))
    assert stranger.get(reverse("findings:show", args=[row.pk])).status_code == 404
    assert act(stranger, row, "remark", {"text": "x"}).status_code == 404
    assert row.title not in stranger.get(reverse("findings:list")).content.decode()


def test_an_operator_is_not_offered_what_others_do(world) -> None:
    operator = world.user(Role.OPERATOR, "workshop_a")
    row = data.report(world.actor(Role.OPERATOR, "workshop_a"), world.plant_a)
    assert act(signed_in(operator), row, "confirm").status_code == 403


def test_more_time_is_decided_on_the_page(world) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    head = world.actor(Role.WORKSHOP_HEAD, "plant_a")
    row = data.report(manager, world.plant_a)
    treating.confirm(manager, row.pk, data.plan(world.user(Role.WORKSHOP_HEAD, "plant_a")))
    later = today() + dt.timedelta(days=20)
    asked = extending.request(head, row.pk, new_deadline=later, reason="等备件")
    client = signed_in(world.user(Role.SAFETY_MANAGER, "plant_a"))
    assert client.post(reverse("findings:decide", args=[asked.pk, "grant"])).status_code == 302
    assert stored(row).deadline == later


def test_the_board_and_the_numbers_to_clear(world) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    row = data.report(manager, world.plant_a, title="探测器停用")
    major.raise_level(manager, row.pk, "MH26-5.4.2", "未投用")
    park = signed_in(world.user(Role.PARK_OFFICER, "park_a"))
    board = park.get(reverse("findings:board")).content.decode()
    assert "探测器停用" in board
    assert "MH26-5.4.2" in board
    assert park.get(reverse("findings:clearing")).status_code == 200
    plant = signed_in(world.user(Role.SAFETY_MANAGER, "plant_a"))
    assert plant.get(reverse("findings:clearing")).status_code == 403


def test_many_findings_cost_no_more_statements(world, django_assert_max_num_queries) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    client = signed_in(world.user(Role.SAFETY_MANAGER, "plant_a"))
    for n in range(30):
        data.report(manager, world.plant_a, title=f"隐患{n}")
    client.get(reverse("findings:list"))
    with django_assert_max_num_queries(16):
        client.get(reverse("findings:list") + "?view=all")
    with django_assert_max_num_queries(16):
        client.get(reverse("findings:repeated"))


def test_the_tab_of_all_shows_and_counts_closed_ones_too(world) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    treating.dismiss(manager, data.report(manager, world.plant_a).pk, "不成立")
    client = signed_in(world.user(Role.SAFETY_MANAGER, "plant_a"))
    html = client.get(reverse("findings:list")).content.decode()
    address = re.search(r'href="(\?[^"]*view=all[^"]*)"', html)
    assert address is not None
    assert "is=open" not in address[1]
    assert "法兰泄漏" in client.get(reverse("findings:list") + address[1]).content.decode()


def test_the_notice_prints(world) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    row = data.report(manager, world.plant_a)
    client = signed_in(world.user(Role.SAFETY_MANAGER, "plant_a"))
    answer = client.get(reverse("papers:paper", args=["findings.notice", row.pk, "docx"]))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("role", "place", "offered"),
    [
        (Role.SAFETY_MANAGER, "plant_a", {"employee", "flags"}),
        (Role.OPERATOR, "workshop_a", {"employee"}),
        (Role.CONTRACTOR, "contractor_a", {"employee"}),
        (Role.BUREAU_INSPECTOR, "county_a", {"flags", "clearing"}),
        (Role.AUDITOR, "city_a", set()),
    ],
)
def test_the_list_offers_only_pages_that_open(world, role, place, offered) -> None:
    client = signed_in(world.user(role, place))
    html = client.get(reverse("findings:list") + "?view=all").content.decode()
    for name in ("employee", "flags", "clearing"):
        address = reverse(f"findings:{name}")
        assert (f'href="{address}"' in html) == (name in offered), name
        if name in offered:
            assert client.get(address).status_code == 200


def test_who_may_not_add_a_photo_is_not_asked_for_one(world) -> None:
    row = data.report(world.actor(Role.OPERATOR, "workshop_a"), world.plant_a)
    address = reverse("findings:act", args=[row.pk, "photo"])
    for role, place, offered in (
        (Role.OPERATOR, "workshop_a", True), (Role.AUDITOR, "city_a", False),
    ):  # fmt: skip
        client = signed_in(world.user(role, place))
        html = client.get(reverse("findings:show", args=[row.pk])).content.decode()
        assert (address in html) == offered, role


def test_the_list_of_doubts_names_and_opens_the_record(world) -> None:
    client, asked = signed_in(world.user(Role.SAFETY_MANAGER, "plant_a")), []
    for _ in range(3):
        row = data.report(world.actor(Role.SAFETY_MANAGER, "plant_a"), world.plant_a)
        Flag.objects.create(
            scope_path=row.scope_path, enterprise=row.enterprise, code="too_quick",
            subject_type="findings.finding", subject_id=row.pk, why="太快", raised_at=now(),
        )  # fmt: skip
        with CaptureQueriesContext(connection) as seen:
            html = client.get(reverse("findings:flags")).text
        asked.append(len(seen))
        assert reverse("findings:show", args=[row.pk]) in html
        assert row.number in html
    assert asked[1] == asked[2]


def test_the_number_of_a_report_stays_until_it_is_closed(world) -> None:
    client = signed_in(world.user(Role.OPERATOR, "workshop_a"))
    given = {"title": "鹤管接头滴漏", "is_anonymous": "on"}
    page = client.post(reverse("findings:employee"), given, follow=True).text
    number = Finding.objects.unscoped("test").get().number
    toast = page[page.index('id="an-toasts"') : page.index(number)]
    assert "data-an-fades" not in toast


def test_findings_of_an_outside_inspection_can_be_entered_one_by_one(world) -> None:
    inspector = world.actor(Role.BUREAU_INSPECTOR, "county_a")
    given = outside.Given("（演）检 77 号", "county", today() - dt.timedelta(days=2))
    row = outside.register(inspector, world.plant_a.pk, given)
    client = signed_in(world.user(Role.BUREAU_INSPECTOR, "county_a"))
    address = reverse("findings:new") + f"?outside={row.pk}"
    assert address in client.get(reverse("findings:outside_show", args=[row.pk])).text
    form = client.get(address).context["form"]
    typed = {name: form[name].value() or "" for name in form.fields if "photo" not in name}
    client.post(address, typed | {"title": "防火堤破损"})
    found = Finding.objects.unscoped("test").get()
    assert (found.inspection_ref, found.channel) == (row.document, row.channel)
    assert found.enterprise_id == row.enterprise_id
