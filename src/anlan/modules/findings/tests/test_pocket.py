"""What phones submit about findings."""

import pytest
from django.test import Client

from anlan.base.actors.roles import Role
from anlan.base.audit.models import AuditEvent
from anlan.base.clock import now
from anlan.base.ids import uuid7
from anlan.base.pocket.testing import Phone
from anlan.modules.findings.models import Finding
from anlan.modules.findings.pocket import findings_part
from anlan.modules.findings.services import treating
from anlan.modules.findings.states import FindingState
from anlan.modules.findings.tests import data

pytestmark = pytest.mark.django_db


def stored(pk) -> Finding:
    return Finding.objects.unscoped("test").get(pk=pk)


def test_a_finding_from_the_phone_is_there_once(world) -> None:
    phone = Phone.registered(Client(), world.user(Role.OPERATOR, "workshop_a"))
    pk = uuid7()
    sealed = phone.seal(
        "finding.report", {"id": str(pk), "title": "阀门泄漏", "level_guess": "general"}
    )
    assert phone.send(sealed)[0]["verdict"] in ("accepted", "complete")
    assert phone.send(sealed)[0]["verdict"] == "duplicate"
    assert stored(pk).state == FindingState.REPORTED
    assert AuditEvent.objects.filter(object_id=pk, event="findings.reported").count() == 1


def test_a_moved_finding_asks_and_a_closed_one_keeps_the_words(world) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    head = world.user(Role.WORKSHOP_HEAD, "plant_a")
    row = data.report(manager, world.plant_a)
    treating.confirm(manager, row.pk, data.plan(head))
    data.photo(row)
    phone = Phone.registered(Client(), head)
    payload = {"finding_id": str(row.pk), "text": "已更换", "cost": "12.5"}
    base = {"type": "finding", "id": str(row.pk), "version": 1}
    verdict = phone.send(phone.seal("finding.rectify", payload, base=base))[0]
    assert verdict["verdict"] == "conflict"
    assert stored(row.pk).state == FindingState.CONFIRMED
    base["version"] = stored(row.pk).version
    verdict = phone.send(phone.seal("finding.rectify", payload, base=base))[0]
    assert verdict["verdict"] in ("accepted", "complete")
    assert stored(row.pk).state == FindingState.AWAITING
    verdict = phone.send(phone.seal("finding.rectify", payload, base=base))[0]
    assert verdict["verdict"] in ("accepted", "complete")
    assert AuditEvent.objects.filter(object_id=row.pk, event="findings.remarked").exists()


def test_the_part_holds_what_is_open(world) -> None:
    manager = world.actor(Role.SAFETY_MANAGER, "plant_a")
    row = data.report(manager, world.plant_a)
    head = world.user(Role.WORKSHOP_HEAD, "plant_a")
    treating.confirm(manager, row.pk, data.plan(head))
    (told,) = findings_part(world.actor(Role.WORKSHOP_HEAD, "plant_a"), now())
    assert told["mine_to_rectify"]
    assert findings_part(world.actor(Role.WORKSHOP_HEAD, "plant_b"), now()) == []


def test_a_report_from_the_lock_screen_says_that_nobody_proved_who_it_was(world) -> None:
    phone = Phone.registered(Client(), world.user(Role.OPERATOR, "workshop_a"))
    pk = uuid7()
    # A place that is gone meanwhile stops no report of what is dangerous.
    payload = {
        "id": str(pk),
        "title": "阀门泄漏",
        "description": "根部阀",
        "place_id": str(uuid7()),
    }
    sent = phone.send(phone.seal("finding.report", payload, auth="device"))
    assert sent[0]["verdict"] in ("accepted", "complete"), sent
    row = stored(pk)
    assert row.unit_id is None
    assert row.description.startswith("根部阀\n")
    assert "lock screen" in row.description or "锁屏" in row.description
    other = uuid7()
    payload = {"id": str(other), "title": "阀门泄漏", "description": "根部阀"}
    phone.send(phone.seal("finding.report", payload, auth="pin"))
    assert stored(other).description == "根部阀"
