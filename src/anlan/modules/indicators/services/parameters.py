"""Parameters that an authority sets for its area."""

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.queries import organisation_one
from anlan.base.actors.roles import OrganisationKind
from anlan.base.audit.services import record
from anlan.base.errors import NotYours, Problems
from anlan.modules.indicators import events, rules
from anlan.modules.indicators.models import AreaParameters
from anlan.modules.indicators.policy import PARAMETERS

MOST = {"point": Decimal(100), "share": Decimal(1), "day": Decimal(366), "yes_no": Decimal(1)}


@transaction.atomic
def parameters_save(
    actor: Actor, area_id: UUID, values: Mapping[str, Decimal], reason: str
) -> AreaParameters:
    """Set the parameters of an area or a park; what equals the product's is not its own.

    Weeks already rated keep their score until they are rated again. Raises NotYours, Forbidden,
    BadInput for values that cannot be, bands out of order, or no reason.
    """
    area = organisation_one(actor, area_id)
    if area.kind not in (OrganisationKind.AREA, OrganisationKind.PARK):
        raise NotYours()
    policy.require(actor, PARAMETERS, area)
    problems, facts = Problems(), rules.parameters()
    if not reason.strip():
        problems.add("reason", _("Say why."), code="required")
    for name, value in values.items():
        if name not in facts:
            problems.add(name, _("is no parameter"))
        elif not 0 <= value <= MOST.get(facts[name]["unit"], Decimal(1_000_000)):
            problems.add(name, _("lies outside what it can be"))
    whole = {**rules.defaults(), **values}
    if not whole["band_medium"] < whole["band_good"] < whole["band_excellent"]:
        problems.add("band_good", _("The bands must rise: medium, good, excellent."))
    if whole["inspection_points"] + whole["rectification_points"] != 100:
        problems.add("inspection_points", _("Both parts together must make 100 points."))
    if not 1 <= whole["few_days"] <= 366:
        problems.add("few_days", _("lies outside what it can be"))
    problems.raise_if_any()
    own = {n: f"{v:f}" for n, v in values.items() if v != rules.defaults()[n]}
    row = AreaParameters.objects.select_for_update().filter(area=area).first()
    before = dict(row.values) if row else {}
    row = row or AreaParameters(area=area, version=0)
    row.values, row.reason, row.version = own, reason.strip(), row.version + 1
    row.save()
    record(actor, events.PARAMETERS_SAVED, row, before=before, after=own, reason=row.reason)
    return row
