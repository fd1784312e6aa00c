"""Places out of service: their duties do not count meanwhile."""

import datetime as dt
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.audit.services import record
from anlan.base.clock import now as clock_now
from anlan.base.duties import events
from anlan.base.duties.models import Exemption
from anlan.base.duties.policy import EXEMPT
from anlan.base.duties.problems import AlreadyEnded
from anlan.base.duties.services.making import EXEMPT as EXEMPT_SQL
from anlan.base.duties.services.warnings import clear_for
from anlan.base.errors import BadInput, NotYours, Problem
from anlan.base.states.problems import ReasonMissing

# What falls out no longer, and is still to come, counts again. What fell due meanwhile stays
# exempt: nobody could know.
_RESUME = """
    UPDATE duties_instance i
       SET state = 'pending', exempt_reason = '', version = i.version + 1, updated_at = %(now)s,
           next_turn_at = i.due_at - (i.due_at - i.opens_at) * coalesce((
               SELECT r.threshold FROM duties_ladderrung r
                WHERE r.enterprise_id = i.enterprise_id AND r.trigger = 'duty'
                  AND r.condition = 'remaining_share'), 0.2)::float8
      FROM duties_plan p
     WHERE p.place_id = %(place)s AND p.is_active AND i.plan_id = p.id
       AND i.enterprise_id = %(enterprise)s AND i.due_at > greatest(%(now)s, %(ends)s)
       AND i.state = 'exempt' AND i.due_at > %(starts)s
       AND NOT EXISTS (
           SELECT 1 FROM duties_exemption e
            WHERE e.place_id = %(place)s AND e.enterprise_id = i.enterprise_id
              AND i.due_at > e.starts_at AND (e.ends_at IS NULL OR i.due_at <= e.ends_at)
              AND (i.due_at - greatest(i.opens_at, e.starts_at)) * 2 >= i.due_at - i.opens_at)
    RETURNING i.id
"""


@transaction.atomic
def add(
    actor: Actor,
    organisation: Organisation | UUID,
    place_id: UUID,
    *,
    starts_at: dt.datetime,
    ends_at: dt.datetime | None = None,
    reason: str,
    place_text: str = "",
    source_id: UUID | None = None,
    now: dt.datetime | None = None,
) -> Exemption:
    """Take a place's duties out of the count from `starts_at` until `ends_at` (open when None).

    `organisation` is the department (or enterprise) the place belongs to. Open duties that fall
    out (`rules.falls_out`) become exempt and their warnings are cleared. Raises NotYours,
    Forbidden, BadInput, ReasonMissing.
    """
    moment = now or clock_now()
    pk = organisation.pk if isinstance(organisation, Organisation) else organisation
    place = Organisation.objects.filter(pk=pk).first()
    if place is None or place.enterprise_id is None:
        raise NotYours()
    policy.require(actor, EXEMPT, place)
    if not reason.strip():
        raise ReasonMissing(move=_("Exempt"))
    if ends_at is not None and ends_at <= starts_at:
        raise BadInput(Problem("ends_at", _("This lies before the beginning.")))
    exemption = Exemption.objects.create(
        enterprise_id=place.enterprise_id,
        scope_path=place.path,
        place_id=place_id,
        place_text=place_text,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason.strip()[:200],
        source_id=source_id,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            EXEMPT_SQL,
            {
                "now": moment,
                "enterprise": exemption.enterprise_id,
                "share": None,
                "exemption": exemption.pk,
                "since": starts_at,
            },
        )
        exempt = [row[0] for row in cursor.fetchall()]
    clear_for(actor, "duty", exempt, reason=exemption.reason, now=moment)
    record(
        actor,
        events.EXEMPTED,
        exemption,
        after={"starts_at": starts_at, "ends_at": ends_at, "duties": len(exempt)},
        reason=exemption.reason,
    )
    return exemption


@transaction.atomic
def end(
    actor: Actor,
    exemption_id: UUID | str,
    *,
    ends_at: dt.datetime | None = None,
    reason: str = "",
    now: dt.datetime | None = None,
) -> Exemption:
    """End an exemption (now unless said); what is still to come counts again.

    Raises NotYours, Forbidden, AlreadyEnded, BadInput.
    """
    moment = now or clock_now()
    end_at = ends_at or moment
    exemption = Exemption.objects.for_actor(actor).lock(exemption_id)
    policy.require(actor, EXEMPT, exemption)
    if exemption.ends_at is not None and exemption.ends_at <= moment:
        raise AlreadyEnded()
    if end_at <= exemption.starts_at:
        raise BadInput(Problem("ends_at", _("This lies before the beginning.")))
    before = exemption.ends_at
    exemption.ends_at = end_at
    exemption.version += 1
    exemption.save(update_fields=["ends_at", "version", "updated_at"])
    with connection.cursor() as cursor:
        cursor.execute(
            _RESUME,
            {
                "now": moment,
                "place": exemption.place_id,
                "enterprise": exemption.enterprise_id,
                "ends": end_at,
                "starts": exemption.starts_at,
            },
        )
        resumed = len(cursor.fetchall())
    record(
        actor,
        events.EXEMPTION_ENDED,
        exemption,
        before={"ends_at": before},
        after={"ends_at": end_at, "duties": resumed},
        reason=reason,
    )
    return exemption
