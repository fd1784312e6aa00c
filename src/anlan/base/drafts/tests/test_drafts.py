"""Drafts: kept for one person, offered to them alone, gone once saved."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from anlan.base.actors.roles import Role
from anlan.base.clock import now
from anlan.base.drafts import services
from anlan.base.drafts.models import Draft
from anlan.base.drafts.queries import draft_of
from anlan.base.errors import BadInput
from anlan.modules.registry.tests import data
from anlan.modules.registry.tests.filled import filled
from anlan.modules.registry.tests.test_pages import signed_in

NEW = "/registry/chemicals/new/"


@pytest.fixture
def manager(world):
    return world.actor(Role.SAFETY_MANAGER, "plant_a")


@pytest.fixture
def client(world):
    return signed_in(world, Role.SAFETY_MANAGER, "plant_a")


def keep(client, fields, form=NEW, **more):
    return client.post(
        reverse("drafts:keep"),
        {"form": form, "fields": json.dumps(fields), **more},
        headers={"Accept": "application/json"},
    )


def offered(client, address=NEW) -> dict:
    """Return the fields a form's page offers to go on with."""
    page = client.get(address).content.decode()
    start = page.index('id="an-draft-fields"')
    text = page[page.index(">", start) + 1 : page.index("</script>", start)]
    return json.loads(text)


def test_what_was_typed_is_offered_again_to_the_same_person_alone(world, client):
    assert offered(client) == {}
    assert keep(client, {"name": ["甲醇"], "note": ["一\n二"]}).status_code == 200
    assert offered(client) == {"name": ["甲醇"], "note": ["一\n二"]}
    colleague = signed_in(world, Role.PRINCIPAL, "plant_a")
    assert offered(colleague) == {}
    # It outlives the session.
    client.logout()
    assert offered(signed_in(world, Role.SAFETY_MANAGER, "plant_a"))["name"] == ["甲醇"]


def test_later_typing_adds_to_the_draft_and_never_empties_it(client, manager):
    keep(client, {"name": ["甲醇"]})
    keep(client, {"cas": ["67-56-1"], "categories": ["J5", "W5.3"]})
    assert draft_of(manager, NEW).fields == {
        "name": ["甲醇"],
        "cas": ["67-56-1"],
        "categories": ["J5", "W5.3"],
    }


def test_each_form_has_its_own_draft(world, client):
    rows = filled(world)
    keep(client, {"name": ["甲"]}, form=reverse("registry:units_edit", args=[rows["units"].pk]))
    assert offered(client) == {}
    assert offered(client, f"{NEW}?enterprise={world.plant_a.pk}") == {}


def test_a_draft_goes_when_the_form_is_saved_and_stays_when_it_is_refused(client, manager):
    keep(client, {"name": ["苯"]})
    wrong = {**data.chemical(), "cas": "71-43-9", "an_draft": NEW}
    assert client.post(NEW, wrong).status_code == 422
    assert draft_of(manager, NEW) is not None
    answer = client.post(NEW, {**data.chemical(), "an_draft": NEW})
    assert answer.status_code == 302
    assert draft_of(manager, NEW) is None
    assert answer.cookies["anlan_saved"].value == "%2Fregistry%2Fchemicals%2Fnew%2F"


def test_a_session_that_ended_while_typing_loses_nothing(client, manager):
    keep(client, {"name": ["苯"]})
    client.logout()
    answer = client.post(NEW, {**data.chemical(), "an_draft": NEW})
    assert (answer.status_code, "/accounts/login" in answer["Location"]) == (302, True)
    assert "anlan_saved" not in answer.cookies
    assert draft_of(manager, NEW).fields == {"name": ["苯"]}


def test_nobody_drops_the_draft_of_another(world, client, manager):
    keep(client, {"name": ["苯"]})
    colleague = signed_in(world, Role.PRINCIPAL, "plant_a")
    assert colleague.post(reverse("drafts:drop"), {"form": NEW}).status_code == 200
    assert draft_of(manager, NEW) is not None
    client.post(reverse("drafts:drop"), {"form": NEW})
    assert draft_of(manager, NEW) is None


def test_a_draft_of_a_record_that_was_changed_since_says_so(world, client, manager):
    unit = filled(world)["units"]
    edit = reverse("registry:units_edit", args=[unit.pk])
    keep(client, {"name": ["新罐区"]}, form=edit, base=str(unit.version))
    assert "保存前请核对" not in client.get(edit).content.decode()
    from anlan.modules.registry import services as registry

    registry.unit_update(manager, unit.pk, {"note": "x"})
    assert "保存前请核对" in client.get(edit).content.decode()


def test_what_no_form_sends_is_refused(client, manager):
    for bad in ("[]", "x", '{"a": "b"}', '{"a": [1]}'):
        answer = client.post(
            reverse("drafts:keep"),
            {"form": NEW, "fields": bad},
            headers={"Accept": "application/json"},
        )
        assert answer.status_code == 422, bad
    for form in ("", "https://elsewhere.example/", "/" + "x" * 500):
        assert keep(client, {"a": ["b"]}, form=form).status_code == 422
    with pytest.raises(BadInput):
        services.draft_keep(manager, NEW, {"note": ["x" * services.MOST_TEXT]})
    assert not Draft.objects.exists()


def test_markup_in_a_draft_stays_text_on_the_page(client):
    keep(client, {"note": ["</script><img src=x onerror=alert(1)>"]})
    assert "<img src=x" not in client.get(NEW).content.decode()


def test_old_drafts_go_and_a_person_keeps_a_bounded_number(manager, monkeypatch):
    monkeypatch.setattr(services, "MOST_DRAFTS", 3)
    for n in range(5):
        services.draft_keep(manager, f"/f/{n}/", {"a": [str(n)]})
    assert sorted(Draft.objects.values_list("form", flat=True)) == ["/f/2/", "/f/3/", "/f/4/"]
    Draft.objects.filter(form="/f/2/").update(updated_at=now() - timedelta(days=91))
    assert services.drafts_forget(now() - timedelta(days=90)) == 1
