"""Units out of service: their duties do not count meanwhile."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.audit.services import record
from anlan.base.clock import now
from anlan.base.duties.models import Exemption
from anlan.base.duties.services import exemptions
from anlan.base.errors import BadInput, Problem
from anlan.modules.risk import events, queries
from anlan.modules.risk.models import ShutdownRecord
from anlan.modules.risk.policy import SHUTDOWN_EDIT


@transaction.atomic
def start(
    actor: Actor, unit_id: UUID | str, *, started_at: dt.datetime | None = None, reason: str
) -> ShutdownRecord:
    """Take a unit out of service from `started_at` (now unless said).

    Its duties become exempt. Raises NotYours, Forbidden, BadInput.
    """
    unit = queries.units(actor).lock(unit_id)
    policy.require(actor, SHUTDOWN_EDIT, unit)
    moment = started_at or now()
    if not reason.strip():
        raise BadInput(Problem("reason", pgettext("risk", "Say why."), code="required"))
    if queries.shutdowns(actor).filter(unit=unit.pk, ended_at=None).exists():
        raise BadInput(Problem("started_at", _("The unit is out of service already.")))
    made = ShutdownRecord.objects.create(
        enterprise_id=unit.enterprise_id,
        scope_path=unit.scope_path,
        unit=unit,
        started_at=moment,
        reason=reason.strip()[:300],
        entered_by_id=actor.user_id,
    )
    exemptions.add(
        actor,
        Organisation.objects.get(path=unit.scope_path),
        unit.pk,
        starts_at=moment,
        reason=made.reason[:200],
        place_text=unit.name,
        source_id=made.pk,
    )
    record(
        actor,
        events.SHUTDOWN_STARTED,
        made,
        after={"unit": unit.name, "started_at": moment},
        reason=made.reason,
    )
    return made


@transaction.atomic
def end(actor: Actor, record_id: UUID | str, ended_at: dt.datetime | None = None) -> ShutdownRecord:
    """Put a unit back in service; what is due from then on counts. Raises NotYours, Forbidden."""
    found = ShutdownRecord.objects.for_actor(actor).lock(record_id)
    policy.require(actor, SHUTDOWN_EDIT, found)
    moment = ended_at or now()
    if found.ended_at is not None or moment <= found.started_at:
        raise BadInput(Problem("ended_at", _("The unit is in service already.")))
    found.ended_at = moment
    found.version += 1
    found.save(update_fields=["ended_at", "version", "updated_at"])
    for exemption in Exemption.objects.for_actor(actor).filter(source_id=found.pk, ends_at=None):
        exemptions.end(actor, exemption.pk, ends_at=moment)
    record(actor, events.SHUTDOWN_ENDED, found, after={"ended_at": moment})
    return found
