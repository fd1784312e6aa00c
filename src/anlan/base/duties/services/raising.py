"""Raising warnings for many subjects at once, with a fixed number of statements."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from anlan.base.actors.actor import Actor
from anlan.base.audit.services import Entry, named, record_many
from anlan.base.clock import now as clock_now
from anlan.base.duties import events, ladder, queries
from anlan.base.duties.models import RaisedWarning
from anlan.base.phrases import Phrase


@dataclass(frozen=True, slots=True)
class Concern:
    """What one warning says; see `warnings.raise_`."""

    enterprise_id: UUID
    scope_path: str
    subject_id: UUID
    title: Phrase | str
    colour: int
    cause: Phrase | str = ""
    url: str = ""
    organisation_id: UUID | None = None
    assignee_id: UUID | None = None
    role: str = ""


@transaction.atomic
def raise_many(
    actor: Actor,
    concerns: Collection[Concern],
    *,
    trigger: str,
    subject_kind: str,
    now: dt.datetime | None = None,
) -> int:
    """Raise a warning for each concern, or change the open one; return how many changed.

    The ladder of each enterprise decides who is told. Each change writes an event.
    """
    moment = now or clock_now()
    own = queries.own_ladders(trigger)
    standing = {
        row.subject_id: row
        for row in RaisedWarning.objects.unscoped("the caller has shown the right to the subjects")
        .select_for_update(of=("self",))
        .filter(
            subject_kind=subject_kind,
            subject_id__in=[one.subject_id for one in concerns],
            cleared_at__isnull=True,
        )
    }
    fresh: list[RaisedWarning] = []
    changed: list[RaisedWarning] = []
    entries: list[Entry] = []
    for one in concerns:
        row = standing.get(one.subject_id)
        if row is not None and (row.colour, row.title, row.cause) == (
            one.colour, one.title, one.cause,
        ):  # fmt: skip
            continue
        before = {"colour": row.colour, "cause": row.cause} if row is not None else None
        if row is None:
            row = RaisedWarning(
                enterprise_id=one.enterprise_id,
                scope_path=one.scope_path,
                trigger=trigger,
                subject_kind=subject_kind,
                subject_id=one.subject_id,
                raised_at=moment,
            )
            fresh.append(row)
        else:
            row.version += 1
            row.updated_at = moment
            changed.append(row)
        rungs = own.get(one.enterprise_id) or ladder.product_default()
        row.title, row.colour, row.url = Phrase(one.title), one.colour, one.url
        row.cause = Phrase(one.cause)
        row.organisation_id, row.assignee_id = one.organisation_id, one.assignee_id
        row.role = one.role
        row.recipients = ladder.recipients_up_to(rungs, trigger, one.colour)
        row.told_colour = min(row.told_colour, one.colour)
        after = {"colour": one.colour, "cause": one.cause, "recipients": row.recipients}
        after |= named(row.title)
        entries.append(Entry(events.WARNING_RAISED, row, before=before, after=after))
    rows = RaisedWarning.objects.unscoped("locked above")
    rows.bulk_create(fresh, batch_size=1000)
    rows.bulk_update(
        changed,
        [
            "title",
            "colour",
            "cause",
            "url",
            "organisation",
            "assignee",
            "role",
            "recipients",
            "told_colour",
            "version",
            "updated_at",
        ],
        batch_size=1000,
    )
    record_many(actor, entries)
    return len(entries)
