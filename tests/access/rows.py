"""One row of every kind at plant A (one's own) and at plant B (somebody else's)."""

from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from anlan.base.actors.roles import Role
from anlan.base.actors.services.tokens import token_create
from anlan.base.clock import now
from anlan.base.files import services as files
from anlan.base.jobs.models import Job
from anlan.base.lists.services import view_save
from anlan.modules.registry import services
from anlan.modules.registry.models import Enterprise
from anlan.modules.registry.tests import data
from tests.support.world import World

# Every foreign row carries this word; no answer to one's own people may contain it.
MARK = "FOREIGNROW"

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c626001000000ffff03000006000557bfabd40000000049454e44ae426082"
)


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
    made: dict[str, Any] = {
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
        "job": Job.objects.create(kind="test", owner_id=actor.user_id, title=f"job {mark}"),
        "view": view_save(actor, "registry:equipment", f"view {mark}", "q=1", shared=False),
        "token": token_create(
            actor, name=f"token {mark}", scopes=["read"], expires_at=now() + timedelta(days=1)
        )[0],
        "user": world.user(Role.SAFETY_MANAGER, plant),
        "organisation": world.places[plant],
    }
    rows.ids = {noun: str(row.pk) for noun, row in made.items()}
    return rows


def _attachment(actor: Any, enterprise: Enterprise, mark: str) -> Any:
    upload = SimpleUploadedFile("photo.png", BytesIO(PNG).read(), "image/png")
    return files.attach(actor, enterprise, upload, title=f"photo {mark}")
