"""What early warning tells the daily commitment."""

import datetime as dt
from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.actors.scope import path_end
from anlan.base.duties.models.warning import Colour
from anlan.modules.commitment import contradictions
from anlan.modules.commitment import facts as commitment
from anlan.modules.commitment.models import Commitment, Grade
from anlan.modules.commitment.rules import Flag
from anlan.modules.registry.models import MhiUnit
from anlan.modules.registry.models.base import LIVE
from anlan.modules.warnings.models import EarlyWarning
from anlan.modules.warnings.queries import standing

LEAST_GRADE = {Colour.RED: Grade.LARGER, Colour.ORANGE: Grade.GENERAL}
"""The least grade of the day while a warning of this colour stands; product default."""


@commitment.provide
def of_warnings(
    actor: Actor, enterprise_id: UUID, scope_path: str, day: dt.date
) -> Mapping[str, int]:
    """Count the early warnings of a place that are not cleared; nothing is known of installations
    for which no index was ever computed."""
    units = MhiUnit.objects.for_actor(actor).filter(LIVE, enterprise=enterprise_id)
    if units.exists() and not units.filter(index__isnull=False).exists():
        return {}
    rows = EarlyWarning.objects.for_actor(actor).filter(
        standing(),
        enterprise=enterprise_id,
        scope_path__gte=scope_path,
        scope_path__lt=path_end(scope_path),
    )
    return {"n_warnings": rows.count()}


@commitment.bounds_grade
def least_of_warnings(actor: Actor, enterprise_id: UUID) -> int | None:
    """Return the least grade that the worst early warning not cleared allows."""
    rows = EarlyWarning.objects.for_actor(actor).filter(standing(), enterprise=enterprise_id)
    return LEAST_GRADE.get(rows.aggregate(worst=Max("colour"))["worst"])


@contradictions.check(
    "grade_below_warning", _("risk grade lower than an early warning that stands allows")
)
def against_warnings(
    actor: Actor, row: Commitment, known: Mapping[str, int | None]
) -> Iterable[Flag]:
    """Compare the grade with the worst early warning that is not cleared."""
    least = least_of_warnings(actor, row.enterprise_id)
    if row.grade is not None and least is not None and row.grade > least:
        yield Flag("grade_below_warning", "grade", row.grade, least)
