"""Editions of an object's analysis: begun, submitted with a snapshot, approved by another."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.actors.roles import Role
from anlan.base.audit.services import record
from anlan.base.clock import now, today
from anlan.base.duties.models import Instance, Plan
from anlan.base.duties.services import instances, plans
from anlan.base.duties.states import OPEN
from anlan.base.errors import Refused
from anlan.base.states.services import advance
from anlan.modules.risk import events, queries
from anlan.modules.risk.models import RiskEdition, RiskObject
from anlan.modules.risk.policy import RISK_EDIT
from anlan.modules.risk.services import chain
from anlan.modules.risk.states import EditionState

REVIEW = "risk.review"
"""The kind of the half-yearly duty to review an object's analysis."""
REVIEW_DAYS = 183


class EditionOpen(Refused):
    """An edition of the object is being worked on already."""

    code = "risk.edition_open"
    text = gettext_lazy("Edition %(number)s is open already.")
    remedy = gettext_lazy("Submit or finish it first.")


def snapshot_of(actor: Actor, thing: RiskObject) -> dict[str, Any]:
    """Return the chain below an object as plain values, by code, in four queries."""

    def plain(register: Any, row: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in register.fields:
            # Ids, as the row holds them: nothing is fetched for it.
            value = getattr(row, f"{name}_id" if name in register.references else name)
            if value not in (None, "", [], {}):
                found[name] = value if isinstance(value, dict | list | int) else str(value)
        if getattr(row, "level", None) is not None:
            found["level"] = row.level
        return found

    units = queries.units(actor).filter(object=thing.pk).select_related(None)
    found_events = queries.events(actor).filter(unit__object=thing.pk).select_related(None)
    measures = queries.measures(actor).filter(event__unit__object=thing.pk).select_related(None)
    return {
        "object": plain(chain.OBJECT, thing),
        "units": {row.code: plain(chain.UNIT, row) for row in units},
        "events": {row.code: plain(chain.EVENT, row) for row in found_events},
        "measures": {row.code: plain(chain.MEASURE, row) for row in measures},
    }


@transaction.atomic
def begin(actor: Actor, object_id: UUID | str, summary: str = "") -> RiskEdition:
    """Begin the next edition of an object. Raises NotYours, Forbidden, EditionOpen."""
    thing = RiskObject.objects.for_actor(actor).filter(removed_at__isnull=True).lock(object_id)
    policy.require(actor, RISK_EDIT, thing)
    found = queries.editions(actor, thing.pk)
    if open_one := found.filter(state__in=[EditionState.DRAFT, EditionState.IN_REVIEW]).first():
        raise EditionOpen(number=open_one.number)
    last = found.order_by().aggregate(last=Max("number"))["last"] or 0
    edition = RiskEdition.objects.create(
        enterprise_id=thing.enterprise_id,
        scope_path=thing.scope_path,
        object=thing,
        number=last + 1,
        summary=summary.strip()[:500],
    )
    record(actor, events.EDITION_STARTED, edition, after={"number": edition.number})
    return edition


@transaction.atomic
def submit(actor: Actor, edition_id: UUID | str, summary: str = "") -> RiskEdition:
    """Submit an edition: the chain as it stands is kept with it. Raises as `advance` does."""
    edition = RiskEdition.objects.for_actor(actor).select_related("object").one(edition_id)
    kept = snapshot_of(actor, edition.object)
    return advance(
        actor,
        edition,
        "submit",
        events.EDITION_SUBMITTED,
        changes={
            "snapshot": kept,
            "summary": summary.strip()[:500] or edition.summary,
            "submitted_by_id": actor.user_id,
            "submitted_at": now(),
        },
    )


@transaction.atomic
def send_back(actor: Actor, edition_id: UUID | str, reason: str) -> RiskEdition:
    """Send an edition back with a reason. Raises as `advance` does."""
    edition = RiskEdition.objects.for_actor(actor).one(edition_id)
    return advance(actor, edition, "return", events.EDITION_RETURNED, reason=reason)


@transaction.atomic
def approve(actor: Actor, edition_id: UUID | str) -> RiskEdition:
    """Put an edition in force; the former one is superseded and the review duty is set.

    Another person than who submitted it. Raises as `advance` does.
    """
    edition = RiskEdition.objects.for_actor(actor).select_related("object").one(edition_id)
    former = queries.editions(actor, edition.object_id).filter(state=EditionState.APPROVED).first()
    approved = advance(
        actor,
        edition,
        "approve",
        events.EDITION_APPROVED,
        changes={
            "approved_by_id": actor.user_id,
            "approved_at": now(),
            "review_due": today() + dt.timedelta(days=REVIEW_DAYS),
        },
    )
    if former is not None:
        _supersede(actor, former)
    _review(actor, edition.object, approved)
    return approved


def _supersede(actor: Actor, former: RiskEdition) -> None:
    # The product's own move: it follows from the approval, whose right was just shown.
    locked = RiskEdition.objects.for_actor(actor).lock(former.pk)
    locked.machine.require("supersede", locked.state)
    locked.state = EditionState.SUPERSEDED
    locked.version += 1
    locked.save(update_fields=["state", "version", "updated_at"])
    record(
        actor,
        events.EDITION_SUPERSEDED,
        locked,
        before={"state": EditionState.APPROVED},
        after={"state": EditionState.SUPERSEDED},
    )


def _review(actor: Actor, thing: RiskObject, edition: RiskEdition) -> None:
    """Count the approval as the review that was due, and see that there is a duty for the next."""
    plan = Plan.objects.for_actor(actor).filter(
        enterprise=thing.enterprise_id, kind=REVIEW, subject_id=thing.pk, is_active=True
    ).first()  # fmt: skip
    moment = now()
    if plan is None:
        place = Organisation.objects.get(path=thing.scope_path)
        plans.save(
            actor,
            thing.enterprise_id,
            kind=REVIEW,
            title=_("Review the risk analysis of %(name)s") % {"name": thing.name},
            subject_id=thing.pk,
            organisation=place,
            role=Role.SAFETY_MANAGER,
            cycle_n=1,
            cycle_unit="half_year",
            starts_on=today() + dt.timedelta(days=1),
        )
        return
    due = Instance.objects.for_actor(actor).filter(
        enterprise=thing.enterprise_id, plan=plan, state__in=OPEN, opens_at__lte=moment
    )
    for instance in due.order_by("opens_at")[:4]:
        instances.fulfil(actor, instance.pk, moment, edition.pk)
