"""A whole day: register, plan, a round on a phone without a line, findings, who sees them."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from anlan.base.actors.roles import Role
from anlan.base.clock import now, today
from anlan.base.duties import queries as duties
from anlan.base.files.models import Attachment
from anlan.base.pocket.testing import Phone
from anlan.base.pocket.tests.conftest import photo
from anlan.modules.findings.models import Finding
from anlan.modules.findings.services import treating
from anlan.modules.findings.tests import data as findings
from anlan.modules.inspections import queries
from anlan.modules.inspections.services import suggesting
from anlan.modules.inspections.tests import data
from anlan.modules.risk import queries as risk
from anlan.modules.risk.tests import data as risk_data
from tests.support.world import World

pytestmark = pytest.mark.django_db
N, BAD = 30, 3


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, settings: Any) -> None:
    settings.DATA = tmp_path
    settings.MEDIA_ROOT = tmp_path / "files"


def test_a_round_without_a_line(world: World, client: Client) -> None:
    manager, head = data.manager(world), world.actor(Role.WORKSHOP_HEAD, "plant_a")
    event = data.a_measure(world, class2="1-1").event
    for n in range(1, N):
        risk_data.a_measure(manager, event, f"C{n + 1}", class2="1-1")
    made = suggesting.apply_for_measures(manager, world.plant_a.pk)
    assert len(made) == N
    assert risk.gaps(manager, world.plant_a.pk) == []

    # The morning's download, then a round with nothing sent. Suggested tasks lie at the plant, as
    # its place does, and are of any operator there.
    inspector = world.user(Role.OPERATOR, "plant_a")
    actor = world.actor(Role.OPERATOR, "plant_a")
    phone = Phone.registered(client, inspector)
    package = phone.get("/api/pocket/package").json()["parts"]
    # The package reaches into the next day: today's windows are the ones that are open.
    soonest = sorted(package["tasks"], key=lambda row: row["opens_at"], reverse=True)
    due = {row["task_id"]: row for row in soonest}
    assert len(due) == len(package["items"]) == N
    sealed, pictures = [], []
    for n, row in enumerate(due.values()):
        is_bad = n < BAD
        files = [(photo(n), "before")] if is_bad else []
        pictures += files
        payload = {
            "instance_id": row["instance_id"], "task_id": row["task_id"],
            "result": "abnormal" if is_bad else "normal", "note": f"异常{n}" if is_bad else "",
            "arrived_by": "qr",
        }  # fmt: skip
        sealed.append(phone.seal("inspection.record", payload, files=files))

    # The line comes back, breaks and comes back: everything is sent twice.
    for _again in range(2):
        for start in range(0, N, 10):
            phone.send(*sealed[start : start + 10])
    for content, _role in pictures:
        phone.put(content)
    assert queries.records(manager).count() == N
    assert {row.state for row in duties.instances(manager).filter(opens_at__lte=now())} == {"done"}
    bad = Finding.objects.for_actor(manager).order_by("number")
    assert [row.title for row in bad] == [f"异常{n}" for n in range(BAD)]
    assert [row.origin_kind for row in bad] == [queries.ORIGIN] * BAD
    hung = Attachment.objects.for_actor(manager).filter(
        object_type="inspections.inspectionrecord", removed_at=None
    )
    assert hung.count() == BAD
    assert not duties.mine(actor, today()).filter(opens_at__lte=now()).exists()
    assert duties.counts(manager, now() - dt.timedelta(days=1), now() + dt.timedelta(days=1)).rate

    # The workshop puts it right, another person accepts.
    first = bad[0]
    treating.confirm(manager, first.pk, findings.plan(world.user(Role.WORKSHOP_HEAD, "plant_a")))
    treating.start(head, first.pk)
    findings.photo(first)
    treating.submit(head, first.pk, result="已更换")
    assert treating.accept(manager, first.pk, opinion="合格").state == "accepted"

    # Its bureau sees both; another county neither.
    for place, count in (("county_a", BAD), ("county_b", 0)):
        bureau = world.actor(Role.BUREAU_INSPECTOR, place)
        assert Finding.objects.for_actor(bureau).count() == count
        assert queries.records(bureau).count() == (N if count else 0)
