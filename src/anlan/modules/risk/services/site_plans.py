"""The site plan for the four-colour map, and the units drawn on it."""

from collections.abc import Sequence
from typing import IO
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
from anlan.modules.risk import events, queries
from anlan.modules.risk.models import RiskUnit, SitePlan
from anlan.modules.risk.policy import RISK_EDIT
from anlan.modules.risk.services import chain

MOST_CORNERS = 100


@transaction.atomic
def upload(
    actor: Actor, enterprise_id: UUID | str, content: IO[bytes] | None, file_name: str
) -> SitePlan:
    """Keep a picture as the enterprise's site plan, in place of the former one.

    Raises NotYours, Forbidden, BadInput (no picture, too large).
    """
    enterprise = registry.enterprises(actor).one(enterprise_id)
    policy.require(actor, RISK_EDIT, enterprise)
    plan = queries.site_plan(actor, enterprise.pk)
    if plan is None:
        plan = SitePlan.objects.create(
            enterprise_id=enterprise.pk, scope_path=enterprise.scope_path, name="main"
        )
    kept = files.attach(actor, plan, files.uploaded(content), file_name, kind="photo")
    plan.attachment_id = kept.pk
    plan.width, plan.height = kept.details.get("width", 0), kept.details.get("height", 0)
    plan.version += 1
    plan.save()
    record(actor, events.SITE_PLAN_SAVED, plan, after={"file": kept.file_name})
    return plan


def draw(actor: Actor, unit_id: UUID | str, points: Sequence[Sequence[float]]) -> RiskUnit:
    """Give a unit its corners on the site plan (pixels of it); none of them takes it off.

    Raises NotYours, Forbidden, BadInput (fewer than three corners, beyond the picture).
    """
    unit = queries.units(actor).one(unit_id)
    plan = queries.site_plan(actor, unit.enterprise_id)
    shape = None
    if points:
        if plan is None or not 3 <= len(points) <= MOST_CORNERS:
            raise BadInput(Problem("points", _("Click at least three corners.")))
        corners = [[float(x), float(y)] for x, y in points]
        if any(not (0 <= x <= plan.width and 0 <= y <= plan.height) for x, y in corners):
            raise BadInput(Problem("points", _("A corner lies beyond the picture.")))
        shape = {"plan": str(plan.pk), "points": corners}
    changed: RiskUnit = rows.update_row(actor, chain.UNIT, unit.pk, {"shape": shape})
    return changed
