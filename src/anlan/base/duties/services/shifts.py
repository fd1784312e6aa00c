"""Setting up shift patterns."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.actors.scope import path_end
from anlan.base.audit.services import record
from anlan.base.clock import now as clock_now
from anlan.base.duties import events
from anlan.base.duties.models import Plan, ShiftPattern
from anlan.base.duties.policy import SHIFTS
from anlan.base.duties.services.places import enterprise_of
from anlan.base.duties.services.plans import remake
from anlan.base.errors import BadInput, Problem, Problems


@transaction.atomic
def save(
    actor: Actor,
    enterprise: Organisation | UUID,
    *,
    pattern_id: UUID | str | None = None,
    name: str,
    starts: Sequence[dt.time],
    rotation: Sequence[UUID] = (),
    anchor_on: dt.date | None = None,
    is_active: bool = True,
    now: dt.datetime | None = None,
) -> ShiftPattern:
    """Set up a shift pattern or change one; duties that follow it are made anew from now on.

    Raises NotYours, Forbidden, BadInput.
    """
    moment = now or clock_now()
    owner = enterprise_of(actor, enterprise)
    policy.require(actor, SHIFTS)
    problems = Problems()
    if not name.strip():
        problems.add("name", _("Fill this in."))
    if not 1 <= len(set(starts)) <= 12:
        problems.add("starts", _("Give the beginnings of 1 to 12 shifts."))
    crews = set(
        Organisation.objects.filter(
            pk__in=set(rotation), path__gte=owner.path, path__lt=path_end(owner.path)
        ).values_list("pk", flat=True)
    )
    if crews != set(rotation):
        problems.add("rotation", _("Choose departments or teams of this enterprise."))
    problems.raise_if_any()
    if pattern_id is None:
        pattern, before = ShiftPattern(enterprise=owner, scope_path=owner.path), None
    else:
        pattern = ShiftPattern.objects.for_actor(actor).filter(enterprise=owner).lock(pattern_id)
        before = _shown(pattern)
        pattern.version += 1
    pattern.name, pattern.starts = name.strip(), sorted(set(starts))
    pattern.rotation, pattern.is_active = list(rotation), is_active
    pattern.anchor_on = anchor_on or pattern.anchor_on
    try:
        with transaction.atomic():
            pattern.save()
    except IntegrityError as error:
        raise BadInput(Problem("name", _("This name is taken."))) from error
    after = _shown(pattern)
    record(actor, events.SHIFTS_SAVED, pattern, before=before, after=after)
    if before is not None and before != after:
        followers = list(
            Plan.objects.for_actor(actor)
            .filter(shift_pattern=pattern, is_active=True)
            .values_list("pk", flat=True)
        )
        remake(owner.pk, followers, moment)
    return pattern


def _shown(pattern: ShiftPattern) -> dict[str, object]:
    return {
        "name": pattern.name,
        "starts": list(pattern.starts),
        "rotation": list(pattern.rotation),
        "anchor_on": pattern.anchor_on,
        "is_active": pattern.is_active,
    }
