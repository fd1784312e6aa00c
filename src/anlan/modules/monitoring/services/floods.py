"""Alarm floods get names from those who know them."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anlan.base.actors import policy as rights
from anlan.base.actors.actor import Actor
from anlan.base.actors.queries import organisation_one
from anlan.base.audit.services import record
from anlan.base.clock import now
from anlan.base.errors import BadInput, Forbidden, Problem, Problems
from anlan.modules.monitoring import events, policy
from anlan.modules.monitoring.models import KnownFlood
from anlan.modules.monitoring.queries import alarm_floods
from anlan.modules.registry.queries import units

LONGEST_NAME, LONGEST_NOTE = 60, 300


@transaction.atomic
def flood_name(
    actor: Actor,
    enterprise_id: UUID | str,
    began_at: dt.datetime,
    name: str,
    note: str = "",
    unit_id: UUID | None = None,
) -> KnownFlood:
    """Name the flood that began at a moment; one that has a name gets the new one.

    Its course is taken from the journal here. Raises NotYours, Forbidden, BadInput (no name, no
    flood that began then).
    """
    enterprise = organisation_one(actor, enterprise_id)
    if not actor.may(policy.FLOOD_NAME, enterprise.path, enterprise.pk):
        raise Forbidden(permission=policy.FLOOD_NAME)
    name, note = " ".join(name.split()), note.strip()
    problems = Problems()
    if not name:
        problems.add("name", _("Say what it was."), code="required")
    elif len(name) > LONGEST_NAME:
        problems.add("name", _("At most %(n)s characters.") % {"n": LONGEST_NAME})
    problems.raise_if_any()
    if unit_id is not None and units(actor).one(unit_id).enterprise_id != enterprise.pk:
        raise BadInput(Problem("unit", _("is not in this enterprise's register")))
    course = alarm_floods.flood_at(actor, enterprise.pk, began_at, unit_id, now())
    if course is None:
        raise BadInput(Problem("at", _("The journal shows no flood that began then.")))
    rows = KnownFlood.objects.for_actor(actor).select_for_update()
    row = rows.filter(
        enterprise=enterprise.pk, installation=unit_id, began_at=began_at, removed_at=None
    ).first()
    before = {"name": row.name, "note": row.note} if row else None
    row = row or KnownFlood(
        enterprise_id=enterprise.pk,
        scope_path=enterprise.path,
        installation_id=unit_id,
        began_at=began_at,
    )
    if before is not None:
        row.version += 1
    row.name, row.note, row.course = name, note[:LONGEST_NOTE], course
    row.named_by_id = actor.user_id
    row.save()
    record(actor, events.FLOOD_NAMED, row, before=before,
           after={"name": row.name, "note": row.note, "began_at": began_at})  # fmt: skip
    return row


@transaction.atomic
def flood_forget(actor: Actor, pk: UUID | str) -> KnownFlood:
    """Take the name of a flood back: nothing is called after it any more.

    Raises NotYours, Forbidden.
    """
    row = KnownFlood.objects.for_actor(actor).filter(removed_at=None).lock(pk)
    rights.require(actor, policy.FLOOD_NAME, row)
    row.removed_at = now()
    row.version += 1
    row.save(update_fields=["removed_at", "version", "updated_at"])
    record(actor, events.FLOOD_FORGOTTEN, row, before={"name": row.name})
    return row
