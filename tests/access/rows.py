"""One row of every kind at plant A (one's own) and at plant B (somebody else's)."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from PIL import Image

from anlan.base.actors.models import Membership, Organisation
from anlan.base.actors.roles import Role
from anlan.base.actors.services.invitations import invitation_create
from anlan.base.actors.services.tokens import token_create
from anlan.base.clock import now, today
from anlan.base.duties.models import Instance
from anlan.base.duties.services import exemptions, plans, shifts, substitutes, warnings
from anlan.base.files import services as files
from anlan.base.ids import uuid7
from anlan.base.imports.models import ImportRun
from anlan.base.inbox.models import Channel, Notice
from anlan.base.jobs.models import Job
from anlan.base.lists.services import view_save
from anlan.base.pocket.models import Device, Submission
from anlan.exchange.models import Delivery, Endpoint
from anlan.modules.commitment.services import chain, days
from anlan.modules.findings.services import extending, flagging, outside, reporting, treating
from anlan.modules.indicators.choices import Band
from anlan.modules.indicators.models import WeeklyScore
from anlan.modules.indicators.rules import last_week
from anlan.modules.indicators.services import incentives
from anlan.modules.inspections.services import checklists, records, tasks
from anlan.modules.monitoring.models import KnownFlood, SourceToken, VideoEvent, WatchFit
from anlan.modules.monitoring.services import changes, groups, sources, systems
from anlan.modules.monitoring.tests import data as points
from anlan.modules.registry import services
from anlan.modules.registry.models import Enterprise, Identification
from anlan.modules.registry.services.identification import unit_identify
from anlan.modules.registry.services.scenario import scenario_save
from anlan.modules.registry.tests import data
from anlan.modules.risk.services import editions, shutdowns
from anlan.modules.risk.tests import data as risk
from anlan.modules.warnings.models import EarlyWarning, FeedbackRequest, IndexFigures, WeatherSignal
from tests.support.world import World

# Every foreign row carries this word; no answer to one's own people may contain it.
MARK = "FOREIGNROW"


def _picture() -> BytesIO:
    """Return a real picture of one pixel."""
    content = BytesIO()
    Image.new("RGB", (1, 1)).save(content, "PNG")
    content.seek(0)
    return content


@dataclass
class Rows:
    """The ids of one side by noun (`enterprises`, `units`, …, `attachment`, `job`)."""

    plant: str
    ids: dict[str, str] = field(default_factory=dict)


def build_rows(world: World, plant: str) -> Rows:
    """Make one row of every kind at `plant` through the services, named with MARK if foreign."""
    mark = "" if plant == "plant_a" else MARK
    actor = world.actor(Role.SAFETY_MANAGER, plant)
    rows = Rows(plant)
    enterprise = services.enterprise_update(
        actor, world.places[plant].pk, {"note": f"note {mark}", "legal_representative": mark}
    )
    site = services.site_create(actor, data.site(name=f"主厂区{mark}"))
    unit = services.unit_create(actor, data.unit(name=f"苯类罐区{mark}", site=site.pk))
    facility = services.facility_create(actor, data.facility(name=f"罐区{mark}", unit=unit.pk))
    equipment = services.equipment_create(
        actor, data.equipment(name=f"苯储罐{mark}", facility=facility.pk)
    )
    chemical = services.chemical_create(actor, data.chemical(alias=mark))
    inventory = services.inventory_create(
        actor,
        {
            "unit": unit.pk,
            "chemical": chemical.pk,
            "place": f"T-101{mark}",
            "basis": "stated",
            "quantity_t": "12",
        },
    )
    licence = services.licence_create(actor, data.licence(number=f"证{mark}1"))
    person = services.person_create(actor, data.person(name=f"郭承安{mark}"))
    qualification = services.qualification_create(
        actor, {"person": person.pk, "kind": "special_work", "number": f"Q{mark}1"}
    )
    unit_identify(actor, [unit.pk], "test", tell=False)
    identification = Identification.objects.for_actor(actor).filter(unit=unit).latest("created_at")
    scenario = scenario_save(actor, unit.pk, f"plan {mark}", {"chemicals": []})
    endpoint = Endpoint.objects.create(
        enterprise=world.places[plant],
        scope_path=world.places[plant].path,
        name=f"upload {mark}",
        base_url="https://upload.example/api",
    )
    finding = reporting.report(
        actor, world.places[plant].pk, reporting.Report(title=f"法兰泄漏{mark}", place=mark)
    )
    owner = world.user(Role.WORKSHOP_HEAD, plant)
    later = today() + timedelta(days=7)
    plan = treating.Plan(level=0, owner_id=owner.pk, deadline=later, measures=f"更换{mark}")
    finding = treating.confirm(actor, finding.pk, plan)
    extension = extending.request(
        actor, finding.pk, new_deadline=later + timedelta(days=7), reason=f"等备件{mark}"
    )
    made: dict[str, Any] = {
        **_inspections(actor, world.places[plant], mark),
        "finding": finding,
        "extension": extension,
        "outside": outside.register(
            actor, world.places[plant].pk, outside.Given(f"检〔2026〕{mark}", "county", today())
        ),
        "flag": flagging.raise_(actor, finding, "test", f"可疑{mark}"),
        **_risk(actor, mark),
        "identification": identification,
        "scenario": scenario,
        "incentive": (incentive := _incentive(actor, enterprise, mark)),
        "incentive_rule": incentive.rule,
        "score": WeeklyScore.objects.create(
            enterprise=world.places[plant],
            scope_path=world.places[plant].path,
            week_on=last_week(today()),
            score=90,
            band=Band.GOOD,
        ),
        "enterprises": enterprise,
        "sites": site,
        "units": unit,
        "facilities": facility,
        "equipment": equipment,
        "chemicals": chemical,
        "inventories": inventory,
        "licences": licence,
        "people": person,
        "qualifications": qualification,
        "attachment": _attachment(actor, enterprise, mark),
        **_phone(actor, mark),
        "job": Job.objects.create(kind="test", owner_id=actor.user_id, title=f"job {mark}"),
        "view": view_save(
            actor, "registry.equipment", label=f"view {mark}", params="q=1", shared=True
        ),
        "token": token_create(
            actor, name=f"token {mark}", scopes=["read"], expires_at=now() + timedelta(days=1)
        )[0],
        "run": _import_run(actor, mark),
        "membership": Membership.objects.get(user_id=actor.user_id),
        "invitation": _invitation(world, plant, mark),
        "notice": Notice.objects.create(
            recipient_id=actor.user_id, kind="test", params={"mark": mark}
        ),
        "channel": Channel.objects.create(
            organisation=world.places[plant], kind="email", name=f"mail {mark}"
        ),
        "endpoint": endpoint,
        "delivery": _delivery(endpoint, mark),
        "user": world.user(Role.SAFETY_MANAGER, plant),
        "organisation": world.places[plant],
    }
    made |= _monitoring(actor, made["units"], mark)
    made |= _warnings(made["units"], mark)
    made |= _duties(actor, world.places[plant], world.user(Role.OPERATOR, plant).pk, mark)
    made |= _commitment(actor, world, plant, mark)
    rows.ids = {noun: str(row.pk) for noun, row in made.items()}
    return rows


def _monitoring(actor: Any, unit: Any, mark: str) -> dict[str, Any]:
    """Return a point with an alarm, its open change, a source with a key, a group of tags."""
    source = sources.source_create(actor, {"name": f"DCS {mark}", "kind": "http"})
    point = points.point(actor, name=f"液位{mark}", source=source.pk)
    setting = points.setting(actor, point, cause=f"进料{mark}")
    # Keys are the engineer's to issue; the row alone matters here.
    token = SourceToken.objects.create(
        enterprise_id=source.enterprise_id, scope_path=source.scope_path, source=source,
        prefix=f"k{mark[:8]}", secret_hash=b"", scopes=["ingest"], expires_at=now(),
    )  # fmt: skip
    camera = systems.device_create(
        actor, {"kind": "camera", "tag": "CAM-01", "name": f"摄像机{mark}"}
    )
    seen = VideoEvent.objects.create(
        enterprise_id=source.enterprise_id, scope_path=source.scope_path, source=source,
        device=camera, event_id=mark, kind="smoke", at=now(), text=f"烟雾{mark}",
    )  # fmt: skip
    group = groups.group_create(
        actor, {"name": f"测点组{mark}", "installation": unit.pk, "tags": _group(actor)}
    )
    former = WatchFit.objects.create(
        enterprise_id=source.enterprise_id, scope_path=source.scope_path, group=group, fitted=b"",
        numbers=[], tags=group.tags, fit=_fit(mark), fitted_at=now(), judged_until=now(),
    )  # fmt: skip
    return {
        "mon_fit": former,
        "mon_video": seen,
        "mon_source": source,
        "mon_point": point,
        "mon_setting": setting,
        "mon_change": changes.change_request(actor, setting.pk, {"limit": 9}, f"复核{mark}"),
        "mon_token": token,
        "mon_flood": KnownFlood.objects.create(
            enterprise_id=source.enterprise_id,
            scope_path=source.scope_path,
            name=f"停机{mark}",
            began_at=now(),
        ),
        "mon_device": systems.device_create(
            actor, {"kind": "valve", "tag": "XV-101", "name": f"切断阀{mark}"}
        ),
        "mon_group": group,
    }


def _fit(mark: str) -> dict[str, Any]:
    """Return what a fit tells of itself."""
    moment = now().isoformat()
    return {
        "rows": 9, "of": 9, "alarms": 0, "explained": 0.9, "later": 0.0, "still": [],
        "from": moment, "to": moment, "origin": "historian", "by": f"工程师{mark}", "why": mark,
    }  # fmt: skip


def _group(actor: Any) -> list[str]:
    """Enter the points of a group of tags; return their tags."""
    return [points.point(actor, tag=f"TI-{n}", kind="temperature").tag for n in (1, 2, 3)]


def _warnings(unit: Any, mark: str) -> dict[str, Any]:
    """Return a standing warning of a unit with a question about it, and a weather signal."""
    moment = now()
    warning = EarlyWarning.objects.create(
        enterprise_id=unit.enterprise_id, scope_path=unit.scope_path, unit=unit, colour=3,
        score=70, base=40, model_version="1", opened_at=moment, raised_at=moment,
        acknowledge_by=moment, report_by=moment, clear_by=moment, cause=f"cause {mark}",
    )  # fmt: skip
    question = FeedbackRequest.objects.create(
        enterprise_id=unit.enterprise_id, scope_path=unit.scope_path, warning=warning,
        text=f"why {mark}", due_at=moment,
    )  # fmt: skip
    signal = WeatherSignal.objects.create(
        place_id=unit.enterprise_id, kind="wind", colour=2, source=f"weather {mark}",
        from_at=moment, until_at=moment + timedelta(days=1),
    )  # fmt: skip
    own = IndexFigures.objects.create(
        enterprise_id=unit.enterprise_id, scope_path=unit.scope_path, edition=1,
        values={"weight:P": 0.2}, reason=f"figures {mark}",
    )  # fmt: skip
    return {
        "early_warning": warning,
        "feedback_request": question,
        "weather_signal": signal,
        "index_figures": own,
    }


def _duties(actor: Any, place: Any, colleague: Any, mark: str) -> dict[str, Any]:
    """Return a plan with an instance, a warning, shifts and a substitution."""
    plan = plans.save(
        actor, place, kind="plain", title=f"round {mark}", organisation=place, place_text=mark
    )
    moment = now()
    return {
        "duty_plan": plan,
        "duty": Instance.objects.for_actor(actor).filter(plan=plan).first(),
        "warning": warnings.raise_(
            actor, place, trigger="score", subject_kind="test", subject_id=plan.pk,
            title=f"warning {mark}", colour=2, organisation_id=place.pk,
        ),
        "shift_pattern": shifts.save(actor, place, name=f"shifts {mark}", starts=[moment.time()]),
        "exemption": exemptions.add(
            actor, place, uuid7(), starts_at=moment, reason=f"overhaul {mark}",
            place_text=f"place {mark}",
        ),
        "substitute": substitutes.add(
            actor, place, actor.user_id, colleague, starts_at=moment,
            ends_at=moment + timedelta(days=1), reason=f"leave {mark}",
        ),
    }  # fmt: skip


def _incentive(actor: Any, enterprise: Enterprise, mark: str) -> Any:
    """Return a reward under a rule of its own."""
    rule = incentives.rule_save(
        actor, enterprise.pk, code="J9", kind="reward", title=f"rule {mark}", amount=Decimal(50)
    )
    return incentives.incentive_enter(
        actor, rule.pk, happened_on=today(), person_name=f"person {mark}", reason="reported"
    )


def _risk(actor: Any, mark: str) -> dict[str, Any]:
    thing = risk.an_object(actor, "R1", name=f"苯类罐区{mark}")
    place = risk.a_unit(actor, thing, "RU1", name=f"T-101{mark}")
    event = risk.an_event(actor, place, "RE1", name=f"泄漏着火{mark}")
    return {
        "risk_objects": thing,
        "risk_units": place,
        "risk_events": event,
        "risk_measures": risk.a_measure(actor, event, "RM1", text=f"呼吸阀完好{mark}"),
        "risk_edition": editions.begin(actor, thing.pk, f"edition {mark}"),
        "risk_shutdown": shutdowns.start(actor, place.pk, reason=f"overhaul {mark}"),
    }


def _inspections(actor: Any, plant: Any, mark: str) -> dict[str, Any]:
    thing = risk.an_object(actor, "D1", name=f"罐区{mark}")
    place = risk.a_unit(actor, thing, name=f"T-101{mark}")
    event = risk.an_event(actor, place, name=f"泄漏{mark}")
    measure = risk.a_measure(actor, event, text=f"呼吸阀{mark}")
    task = tasks.save(actor, plant.pk, measure=measure, title=f"查呼吸阀{mark}", role="operator")
    check = records.Check(task_id=task.pk, note=f"正常{mark}")
    return {
        "place": place,
        "measure": measure,
        "task": task,
        "record": records.record(actor, check).row,
        "checklist": checklists.save(actor, plant.pk, title=f"检查表{mark}", items=["甲"]),
    }


def _commitment(actor: Any, world: World, plant: str, mark: str) -> dict[str, Any]:
    pk = uuid7()
    home = world.places[plant]
    team = Organisation.objects.create(
        id=pk, kind="team", name=f"shift {mark}", parent=home, path=f"{home.path}t{pk.hex}/"
    )
    node = chain.add(actor, team.pk)
    day = days.open_day(actor, home.pk, today())
    judgement = day.judgements.for_actor(actor).get()
    return {"chain_node": node, "commitment": day, "judgement": judgement}


def _attachment(actor: Any, enterprise: Enterprise, mark: str) -> Any:
    return files.attach(
        actor, enterprise, _picture(), "photo.png", kind="photo", title=f"photo {mark}"
    )


def _delivery(endpoint: Endpoint, mark: str) -> Any:
    return Delivery.objects.create(
        endpoint=endpoint,
        enterprise=endpoint.enterprise,
        scope_path=endpoint.scope_path,
        table="sec_security_risk_unit",
        record_id=uuid7(),
        label=f"unit {mark}",
        payload={"riskUnitName": mark},
        payload_hash="0" * 64,
        record_updated_at=now(),
    )


def _phone(actor: Any, mark: str) -> dict[str, Any]:
    home, moment = actor.home, now()
    place = {"enterprise_id": home.enterprise_id, "scope_path": home.path}
    device = Device.objects.create(
        **place, label=f"phone {mark}", key={}, drain_until=moment, last_contact=moment
    )
    submission = Submission.objects.create(
        **place, device=device, envelope_id=uuid7(), seq=1, kind=f"kind {mark}", schema=1, lane=2,
        author_id=actor.user_id, content="{}", content_sha256="0" * 64, payload_sha256="0" * 64,
        state="quarantined", sealed_at=moment, occurred_at=moment, occurred_from=moment,
        received_at=moment, problem={"code": "x", "text": mark},
    )  # fmt: skip
    return {"device": device, "submission": submission}


def _import_run(actor: Any, mark: str) -> Any:
    stored = files.keep(b"number\n", "text/csv")
    return ImportRun.objects.create(
        sheet="registry.equipment",
        user_id=actor.user_id,
        file_name=f"{mark}.csv",
        source=stored,
        counts={},
    )


def _invitation(world: World, plant: str, mark: str) -> Any:
    made, _secret = invitation_create(
        world.actor(Role.PRINCIPAL, plant),
        organisation_id=world.places[plant].pk,
        role=Role.OPERATOR,
        name=mark,
    )
    return made
