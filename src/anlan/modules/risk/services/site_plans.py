"""The site plan for the four-colour map: its picture, where it lies, what is drawn on it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import IO, Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.audit.services import record
from anlan.base.errors import BadInput, Problem
from anlan.base.files import services as files
from anlan.modules.registry import queries as registry
from anlan.modules.registry.services import rows
from anlan.modules.risk import events, georeference, queries
from anlan.modules.risk.models import RiskObject, RiskUnit, SitePlan
from anlan.modules.risk.policy import RISK_EDIT
from anlan.modules.risk.services import chain

MOST_CORNERS = 100
_DRAWN: dict[str, tuple[Any, Any]] = {
    "objects": (queries.objects, chain.OBJECT),
    "units": (queries.units, chain.UNIT),
}


@transaction.atomic
def upload(
    actor: Actor, enterprise_id: UUID | str, content: IO[bytes] | None, file_name: str
) -> SitePlan:
    """Keep a picture as the enterprise's site plan, in place of the former one.

    A picture of another size than the former has other pixels: its ties to the ground are let
    go. Raises NotYours, Forbidden, BadInput (no picture, too large).
    """
    enterprise = registry.enterprises(actor).one(enterprise_id)
    policy.require(actor, RISK_EDIT, enterprise)
    plan = queries.site_plan(actor, enterprise.pk)
    if plan is None:
        plan = SitePlan.objects.create(
            enterprise_id=enterprise.pk, scope_path=enterprise.scope_path, name="main"
        )
    kept = files.attach(actor, plan, files.uploaded(content), file_name, kind="photo")
    former = (plan.width, plan.height)
    plan.attachment_id = kept.pk
    plan.width, plan.height = kept.details.get("width", 0), kept.details.get("height", 0)
    if former != (plan.width, plan.height):
        plan.reference = []
    plan.version += 1
    plan.save()
    record(actor, events.SITE_PLAN_SAVED, plan, after={"file": kept.file_name})
    return plan


@transaction.atomic
def tie(actor: Actor, enterprise_id: UUID | str, ties: Sequence[Sequence[float]]) -> SitePlan:
    """Tie the plan to the ground by two or three points, or let it go by none.

    A tie is a pixel with its longitude and latitude (see `SitePlan.reference`). What is drawn
    already gets its position anew. Raises NotYours, Forbidden, BadInput.
    """
    enterprise = registry.enterprises(actor).one(enterprise_id)
    policy.require(actor, RISK_EDIT, enterprise)
    plan = queries.site_plan(actor, enterprise.pk)
    if plan is None:
        raise BadInput(Problem("reference", _("Upload a site plan first.")))
    plan = SitePlan.objects.for_actor(actor).lock(plan.pk)
    given = [[float(part) for part in one] for one in ties]
    for _x, _y, longitude, latitude in given:
        if not (73 <= longitude <= 136 and 3 <= latitude <= 54):
            raise BadInput(
                Problem(
                    "reference",
                    _("Longitude and latitude must lie in China, in degrees."),
                    _("For example 121.473701 and 31.230416."),
                )
            )
    ground = None
    if given:
        try:
            ground = georeference.ground_of(given)
        except georeference.NotTied as error:
            raise BadInput(
                Problem(
                    "reference",
                    _("These points do not settle where the plan lies."),
                    _("Choose two or three points far from each other, not all on one line."),
                )
            ) from error
    before = {"reference": plan.reference}
    plan.reference = given
    plan.version += 1
    plan.save(update_fields=["reference", "version", "updated_at"])
    record(actor, events.SITE_PLAN_TIED, plan, before=before, after={"reference": given})
    if ground is not None:
        for query, register in _DRAWN.values():
            for row in query(actor).filter(enterprise=enterprise.pk, shape__plan=str(plan.pk)):
                rows.update_row(actor, register, row.pk, _position(ground, row.shape["points"]))
    return plan


def _position(ground: georeference.Ground, points: Sequence[Sequence[float]]) -> dict[str, Decimal]:
    longitude, latitude = ground.at(*georeference.centre(points))
    return {"longitude": Decimal(str(longitude)), "latitude": Decimal(str(latitude))}


def draw(
    actor: Actor, noun: str, row_id: UUID | str, points: Sequence[Sequence[float]]
) -> RiskObject | RiskUnit:
    """Draw an object or a unit (`noun`) on the site plan by the pixels of its corners.

    One point alone is a mark, none takes it off. Where the plan is tied to the ground its
    position follows. Raises NotYours, Forbidden, BadInput (two corners, beyond the picture).
    """
    query, register = _DRAWN[noun]
    row = query(actor).one(row_id)
    plan = queries.site_plan(actor, row.enterprise_id)
    given: dict[str, Any] = {"shape": None}
    if points:
        if plan is None or len(points) == 2 or len(points) > MOST_CORNERS:
            raise BadInput(
                Problem("points", _("Click one point for a mark, or at least three corners."))
            )
        corners = [[round(float(x), 1), round(float(y), 1)] for x, y in points]
        if any(not (0 <= x <= plan.width and 0 <= y <= plan.height) for x, y in corners):
            raise BadInput(Problem("points", _("A corner lies beyond the picture.")))
        given["shape"] = {"plan": str(plan.pk), "points": corners}
        if plan.reference:
            given |= _position(georeference.ground_of(plan.reference), corners)
    changed: RiskObject | RiskUnit = rows.update_row(actor, register, row.pk, given)
    return changed
