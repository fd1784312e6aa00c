"""Findings from a file: an old ledger of the plant, the list of an authority's inspection."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Membership, Organisation
from anlan.base.actors.queries import organisations
from anlan.base.audit.services import Entry, record_many
from anlan.base.clock import SHANGHAI, day_of, now
from anlan.base.errors import NotYours
from anlan.base.search_key import search_key
from anlan.modules.findings import events, notices, rules
from anlan.modules.findings.models import Finding
from anlan.modules.findings.policy import FINDING_CONFIRM, FINDING_IMPORT
from anlan.modules.findings.services import outside
from anlan.modules.findings.states import OPEN, FindingState
from anlan.modules.risk.models import RiskUnit

ORIGIN = "import"
DESCRIBED = (
    "title", "description", "source", "discipline", "basis", "unit_id", "equipment_id", "place",
    "cause", "root_cause", "unsafe_factor", "link", "cost", "inspection_ref",
)  # fmt: skip
"""What a file may correct in a finding that is there; everything else moves with its acts."""

Name = tuple[UUID, str]


@dataclass(frozen=True, slots=True)
class Around:
    """Who and what the names in a file mean, by enterprise: read once for all rows.

    `people` maps a name or sign-in name to the accounts that bear it, `active` are those who may
    be given work.
    """

    people: Mapping[Name, frozenset[UUID]] = field(default_factory=dict)
    active: frozenset[tuple[UUID, UUID]] = frozenset()
    departments: Mapping[Name, Organisation] = field(default_factory=dict)

    def one(self, enterprise: UUID, name: str) -> UUID | None:
        """Return the single account of this name, None for none or several."""
        found = self.people.get((enterprise, name), frozenset())
        return next(iter(found)) if len(found) == 1 else None


def around(enterprises: Collection[UUID], names: Collection[str]) -> Around:
    """Return what the names of a file mean at these enterprises, in two statements.

    The caller has shown that the actor sees the enterprises.
    """
    wanted = {name for name in names if name}
    if not wanted:
        return Around()
    people: dict[Name, set[UUID]] = {}
    active = set()
    held = Membership.objects.filter(
        Q(user__display_name__in=wanted) | Q(user__username__in=wanted),
        organisation__owner_enterprise_id__in=enterprises,
    ).values_list(
        "organisation__owner_enterprise_id", "user_id", "user__display_name", "user__username",
        "user__is_active", "ended_at",
    )  # fmt: skip
    for enterprise, user, shown, sign_in, is_active, ended in held:
        for name in (shown, sign_in):
            people.setdefault((enterprise, name), set()).add(user)
        if is_active and ended is None:
            active.add((enterprise, user))
    nodes = Organisation.objects.filter(
        owner_enterprise_id__in=enterprises, name__in=wanted, is_active=True
    )
    return Around(
        {key: frozenset(found) for key, found in people.items()},
        frozenset(active),
        {(node.owner_enterprise_id, node.name): node for node in nodes},
    )


@transaction.atomic
def enter(actor: Actor, rows: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Enter findings that a check let pass, with their states; return them.

    `rows` have the fields of the sheet as plain values, references as ids. A fixed number of
    statements for any number of rows; one event a finding. Raises Forbidden, NotYours.
    """
    policy.require(actor, FINDING_IMPORT)
    homes = _homes(actor, {row["enterprise"] for row in rows})
    known = around(
        homes, [row[name] for row in rows for name in ("owner", "acceptor", "department")]
    )
    ids = {row["unit_id"] for row in rows if row["unit_id"]}
    units = RiskUnit.objects.for_actor(actor).select_related("object").in_bulk(list(ids))
    moment = now()
    made = [_made(actor, row, homes[row["enterprise"]], known, units, moment) for row in rows]
    Finding.objects.bulk_create(made, batch_size=500)
    record_many(actor, [Entry(events.IMPORTED, row, after=_told(row)) for row in made])
    outside.settle(actor, {(row.enterprise_id, row.inspection_ref) for row in made})
    notices.brought(actor, [row for row in made if row.state in OPEN])
    return made


@transaction.atomic
def correct(actor: Actor, changes: Mapping[UUID, Mapping[str, Any]]) -> list[Finding]:
    """Correct what describes findings (`DESCRIBED`); their state stays. Raises Forbidden, NotYours.

    Set-based; one event a finding.
    """
    rows = Finding.objects.for_actor(actor).filter(pk__in=list(changes))
    found = list(rows.select_for_update(of=("self",)).order_by("pk"))
    if len(found) != len(changes):
        raise NotYours()
    entries, names = [], {"version", "updated_at", "search_key"}
    for row in found:
        policy.require(actor, FINDING_CONFIRM, row)
        given = {name: value for name, value in changes[row.pk].items() if name in DESCRIBED}
        before = {name: getattr(row, name) for name in given}
        for name, value in given.items():
            setattr(row, name, value)
        row.search_key = search_key(row.number, row.title, row.place)
        row.version += 1
        row.updated_at = now()
        names |= {name.removesuffix("_id") for name in given}
        entries.append(Entry(events.CORRECTED, row, before=before, after=given))
    locked = Finding.objects.unscoped("locked above")
    locked.bulk_update(found, sorted(names), batch_size=500)
    record_many(actor, entries)
    return found


def _homes(actor: Actor, ids: Collection[UUID]) -> dict[UUID, Organisation]:
    found = {row.pk: row for row in organisations(actor).filter(pk__in=ids)}
    if set(ids) - found.keys():
        raise NotYours()
    return found


def _made(
    actor: Actor,
    row: Mapping[str, Any],
    home: Organisation,
    known: Around,
    units: Mapping[Any, RiskUnit],
    moment: dt.datetime,
) -> Finding:
    day = day_of(moment)
    registered = row["registered_on"] or day
    registered_at = moment if registered == day else _at(registered)
    found_at = min(_at(row["found_on"]) if row["found_on"] else registered_at, registered_at)
    unit = units.get(row["unit_id"])
    node = known.departments.get((home.pk, row["department"])) if row["department"] else None
    owner, acceptor = known.one(home.pk, row["owner"]), known.one(home.pk, row["acceptor"])
    state = row["state"] or FindingState.REPORTED
    is_closed, is_planned = state == FindingState.ACCEPTED, state != FindingState.REPORTED
    plain = (
        "number", "title", "description", "level", "criterion", "source", "channel", "discipline",
        "treatment", "basis", "inspected_on", "inspection_ref", "deadline", "measures", "interim",
        "funds", "plan", "cause", "root_cause", "unsafe_factor", "link", "result", "cost",
        "acceptance", "equipment_id",
    )  # fmt: skip
    made = Finding(
        **{name: row[name] for name in plain},
        enterprise=home,
        scope_path=(node.path if node else unit.scope_path if unit else home.path),
        state=state,
        object=unit.object if unit else None,
        unit=unit,
        department=node,
        place=row["place"] or (unit.name if unit else ""),
        origin_kind=ORIGIN,
        found_at=found_at,
        registered_at=registered_at,
        registered_by_id=actor.user_id,
        criteria_edition=rules.criteria_edition(registered),
        owner_id=owner,
        owner_name="" if owner else row["owner"],
        acceptor_id=None if is_closed else acceptor,
        acceptor_name="" if acceptor else row["acceptor"],
        first_deadline=row["deadline"],
        # A closed one was confirmed in the old ledger, nobody here knows when or by whom.
        confirmed_at=moment if is_planned and not is_closed else None,
        confirmed_by_id=actor.user_id if is_planned and not is_closed else None,
        accepted_at=_at(row["accepted_on"]) if is_closed else None,
        accepted_by_id=acceptor if is_closed else None,
        overdue_days=rules.days_over(row["deadline"], row["accepted_on"]) if is_closed else 0,
    )
    made.search_key = search_key(made.number, made.title, made.place)
    return made


def _at(day: dt.date) -> dt.datetime:
    """Return the first moment of a day in China: a ledger knows days alone."""
    return dt.datetime.combine(day, dt.time(0), SHANGHAI)


def _told(row: Finding) -> dict[str, Any]:
    names = (
        "number", "title", "state", "level", "source", "channel", "registered_at", "found_at",
        "deadline", "owner_id", "owner_name", "accepted_at", "accepted_by_id", "acceptor_name",
    )  # fmt: skip
    return {name: getattr(row, name) for name in names}


def names_of(rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Return every name of a person or department in these rows."""
    return {row.get(name) or "" for row in rows for name in ("owner", "acceptor", "department")}
