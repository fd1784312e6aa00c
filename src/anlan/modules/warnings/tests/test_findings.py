"""A finding made of an early warning, or of an alarm, and the way back."""

import json

import pytest
from django.urls import reverse
from django.utils.translation import override

from anlan.base.actors.roles import Role
from anlan.base.clock import now
from anlan.modules.findings.choices import Channel
from anlan.modules.findings.models import Finding
from anlan.modules.monitoring.tests.test_overview import alarm
from anlan.modules.warnings.models import EarlyWarning
from anlan.modules.warnings.services.assessing import assess_all

pytestmark = pytest.mark.django_db
WHY = "the test looks at the only one"


@pytest.fixture
def state(level):
    state = alarm(level, priority=1)
    state.rule.kind = "HH"
    state.rule.save()
    assess_all(now())
    return state


@pytest.fixture
def client(client, world):
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_a"))
    return client


def test_a_warning_becomes_a_finding_and_each_leads_to_the_other(client, state) -> None:
    row = EarlyWarning.objects.unscoped(WHY).get()
    page, address = (
        reverse("warnings:show", args=[row.pk]),
        reverse("warnings:finding", args=[row.pk]),
    )
    assert address in client.get(page).content.decode()
    start = client.get(address).context["form"].initial
    assert row.unit.name in start["title"]
    assert state.rule.point.tag in start["description"]
    assert client.post(address, {"title": ""}).status_code == 422
    assert client.post(address, start).status_code == 302
    finding = Finding.objects.unscoped(WHY).get()
    assert (finding.channel, finding.place) == (Channel.ALARM, row.unit.name)
    shown = reverse("findings:show", args=[finding.pk])
    assert f'href="{page}"' in client.get(shown).content.decode()
    assert f'href="{shown}"' in client.get(page).content.decode()


def test_others_make_no_finding_of_a_warning_they_do_not_see(client, state, world) -> None:
    row = EarlyWarning.objects.unscoped(WHY).get()
    client.force_login(world.user(Role.SAFETY_MANAGER, "plant_b"))
    address = reverse("warnings:finding", args=[row.pk])
    assert client.post(address, {"title": "液位高"}).status_code == 404
    assert not Finding.objects.unscoped(WHY).exists()


def test_the_finding_of_an_alarm_leads_back_to_it(client, state) -> None:
    page = reverse("monitoring:alarm", args=[state.rule_id])
    address = reverse("monitoring:alarm_finding", args=[state.rule_id])
    assert client.post(address, {"title": "液位高高"}).status_code == 302
    finding = Finding.objects.unscoped(WHY).get()
    shown = reverse("findings:show", args=[finding.pk])
    assert f'href="{page}"' in client.get(shown).content.decode()
    assert f'href="{shown}"' in client.get(page).content.decode()


def test_the_api_makes_findings_of_alarms_and_warnings(client, state) -> None:
    row = EarlyWarning.objects.unscoped(WHY).get()
    given = json.dumps({"title": "液位高高"})
    for path in (f"alarms/{state.rule_id}", f"early_warnings/{row.pk}"):
        answer = client.post(f"/api/v1/{path}/finding", given, content_type="application/json")
        assert answer.status_code == 201
        made = Finding.objects.unscoped(WHY).get(pk=answer.json()["id"])
        assert (made.channel, made.origin_id is not None) == (Channel.ALARM, True)
    with override("en"):
        refused = client.post(
            f"/api/v1/alarms/{state.rule_id}/finding", "{}", content_type="application/json"
        )
    assert refused.status_code == 422
