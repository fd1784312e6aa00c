"""A small world to upload."""

import datetime as dt
import io
import random
from collections.abc import Callable, Mapping
from typing import Any

from PIL import Image

from anlan.base.actors.roles import Role
from anlan.base.clock import today
from anlan.base.files.models import Attachment
from anlan.base.inbox.channels.base import TimedOut
from anlan.base.inbox.channels.http import Answer
from anlan.exchange.models import Endpoint
from anlan.exchange.services.endpoints import endpoint_save
from anlan.exchange.simulator import Receiver
from anlan.modules.commitment.models import Commitment
from anlan.modules.commitment.services import days
from anlan.modules.findings.models import Finding
from anlan.modules.findings.services import evidence, reporting, treating
from anlan.modules.indicators.models import WeeklyScore
from anlan.modules.indicators.rules import last_week
from anlan.modules.inspections.services import records
from anlan.modules.inspections.tests import data as inspections
from anlan.modules.registry.services import person_create
from anlan.modules.registry.tests import data as registry
from anlan.modules.risk.models import RiskObject, RiskUnit
from anlan.modules.risk.services import shutdowns
from tests.support.world import World

KEY = "0123456789abcdef"


def an_endpoint(world: World, **more: Any) -> Endpoint:
    """Set up plant A's endpoint."""
    values = {
        "name": "省平台", "base_url": "https://upload.example/api", "cipher": "aes-ecb",
        "adapter": "national", "text_form": "base64", "batch_size": 20,
    } | more  # fmt: skip
    return endpoint_save(
        inspections.manager(world),
        enterprise_id=world.plant_a.pk,
        values=values,
        keys={"key": KEY, "vector": KEY, "app_key": "app"},
    )


def a_receiver(endpoint: Endpoint, **more: Any) -> Receiver:
    """Return a receiving side that speaks the endpoint's dialect."""
    given: dict[str, Any] = {
        "adapter": endpoint.adapter, "cipher": endpoint.cipher, "text_form": endpoint.text_form,
        "key": KEY, "vector": KEY, "app_key": "app", "prefix": endpoint.prefix,
    }  # fmt: skip
    return Receiver(**(given | more))


def line_to(
    receiver: Receiver, breaks: Callable[[], str] = lambda: ""
) -> Callable[[str, bytes, Mapping[str, str]], Answer]:
    """Return a transport; `breaks()` says `before` or `after` when the line is to be cut."""

    def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        how = breaks()
        if how == "before":
            raise TimedOut()
        status, data = receiver.handle(url, body)
        if how == "after":
            raise TimedOut()
        return Answer(status, data, "", None)

    return post


def fill(world: World, n: int = 2) -> list[Finding]:
    """Make `n` chains from unit to a finding of a task, and a finding of no task."""
    manager, operator = inspections.manager(world), inspections.operator(world)
    head = person_create(manager, registry.person(name="郭承安"))
    found = []
    for i in range(n):
        measure = inspections.a_measure(world, f"C{i}")
        task = inspections.a_task(world, measure)
        check = records.Check(
            task_id=task.pk,
            result="abnormal",
            note="渗漏",
            finding=reporting.Report(title=f"法兰渗漏{i}", measure_id=measure.pk),
        )
        done = records.record(operator, check)
        found.append(Finding.objects.for_actor(manager).get(pk=done.row.finding_id))
    RiskObject.objects.for_actor(manager).update(head=head)
    thing = RiskObject.objects.for_actor(manager).first()
    assert thing is not None
    report = reporting.Report(title="围堰裂缝", object_id=thing.pk)
    found.append(reporting.report(operator, world.plant_a.pk, report))
    owner = world.user("workshop_head", "workshop_a")  # type: ignore[arg-type]
    for row in found:
        plan = treating.Plan(
            level=0, owner_id=owner.pk, deadline=today() + dt.timedelta(days=7), measures="更换垫片"
        )
        treating.confirm(manager, row.pk, plan)
    return found


def picture(width: int = 40, form: str = "JPEG") -> io.BytesIO:
    """Return a picture; a wide one does not compress."""
    noise = Image.frombytes("RGB", (width, width), random.Random(1).randbytes(width * width * 3))
    out = io.BytesIO()
    noise.save(out, form)
    out.seek(0)
    return out


def a_photo(world: World, row: Finding, role: str = "before", **more: Any) -> Attachment:
    """Put a true photo on an open finding."""
    end = "png" if more.get("form") == "PNG" else "jpg"
    return evidence.add(inspections.manager(world), row.pk, picture(**more), f"{role}.{end}", role)


def a_commitment(world: World) -> Commitment:
    """Publish today's commitment of plant A."""
    manager = inspections.manager(world)
    row = days.open_day(manager, world.plant_a.pk, today())
    days.prepare(
        manager, row.pk, counts=row.counts, grade=row.grade, text="今日安全", committer="郭承安"
    )
    return days.publish(world.actor(Role.PRINCIPAL, "plant_a"), row.pk, reason="无下级")


def a_score(world: World) -> WeeklyScore:
    """Keep last week's score of plant A."""
    row: WeeklyScore = WeeklyScore.objects.create(
        enterprise=world.plant_a, scope_path=world.plant_a.path, week_on=last_week(today()),
        score=92, band="excellent", planned=10, done=9, findings_due=4, findings_accepted=3,
    )  # fmt: skip
    return row


def fill_everything(world: World) -> list[Finding]:
    """Make a row of every table, and the photos."""
    found = fill(world, 1)
    for role in ("before", "after", "evidence"):
        a_photo(world, found[0], role)
    unit = RiskUnit.objects.for_actor(inspections.manager(world)).first()
    assert unit is not None
    shutdowns.start(inspections.manager(world), unit.pk, reason="检修")
    a_commitment(world)
    a_score(world)
    return found


def fill_more(world: World) -> Finding:
    """Report and confirm one more finding of no measure."""
    thing = RiskObject.objects.for_actor(inspections.manager(world)).first()
    assert thing is not None
    report = reporting.Report(title="防火堤破损", object_id=thing.pk)
    row = reporting.report(inspections.operator(world), world.plant_a.pk, report)
    owner = world.user("workshop_head", "workshop_a")  # type: ignore[arg-type]
    plan = treating.Plan(
        level=0, owner_id=owner.pk, deadline=today() + dt.timedelta(days=7), measures="修补"
    )
    return treating.confirm(inspections.manager(world), row.pk, plan)
