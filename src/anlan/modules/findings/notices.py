"""What people are told about findings."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.actors.roles import Role
from anlan.base.inbox.drafts import Draft
from anlan.base.inbox.kinds import Kind, register
from anlan.base.inbox.models import Urgency
from anlan.base.inbox.queries import recipients_for
from anlan.base.inbox.services import notify, notify_many
from anlan.modules.findings.models import Finding
from anlan.modules.findings.states import FindingState

REPORTED = register(
    Kind("findings.reported", _("New finding %(number)s: %(title)s"), icon="alert-triangle")
)
ASSIGNED = register(
    Kind(
        "findings.assigned",
        _("To be rectified by you: %(number)s %(title)s"),
        icon="tool",
        action=_("Rectify"),
    )
)
SUBMITTED = register(
    Kind(
        "findings.submitted",
        _("To be accepted: %(number)s %(title)s"),
        icon="user-check",
        action=_("Check and accept"),
    )
)
REJECTED = register(
    Kind("findings.rejected", _("Sent back: %(number)s %(title)s"), icon="arrow-back-up")
)
ACCEPTED = register(
    Kind("findings.accepted", _("Accepted: %(number)s %(title)s"), icon="circle-check")
)
MAJOR = register(
    Kind(
        "findings.major",
        _("Major accident hazard %(number)s: %(title)s"),
        icon="alert-octagon",
        is_immediate=True,
    )
)
LISTED = register(
    Kind(
        "findings.listed",
        _("Listed for supervision: %(number)s %(title)s"),
        icon="speakerphone",
        is_immediate=True,
    )
)
DUE_SOON = register(
    Kind(
        "findings.due_soon",
        _("%(n)s of your findings fall due by %(day)s"),
        _("The first: %(first)s"),
        icon="calendar-due",
        action=_("View"),
    )
)
DUE_NOW = register(
    Kind(
        "findings.due_now",
        _("Major hazard due by %(day)s: %(first)s"),
        _("%(n)s of your findings fall due."),
        icon="calendar-due",
        is_immediate=True,
        action=_("View"),
    )
)
_ENTERED = _("%(entered)s of %(all)s findings are entered.")
ENTRY_SOON = register(
    Kind(
        "findings.entry_soon",
        _("Enter the findings of %(document)s by %(day)s"),
        _ENTERED,
        icon="calendar-due",
        action=_("Enter"),
    )
)
ENTRY_NOW = register(
    Kind(
        "findings.entry_now",
        _("The month for entering %(document)s ends on %(day)s"),
        _ENTERED,
        icon="calendar-due",
        is_immediate=True,
        action=_("Enter"),
    )
)
ENTRY_LATE = register(
    Kind(
        "findings.entry_late",
        _("Not entered within the month: %(document)s"),
        _ENTERED,
        icon="calendar-off",
        action=_("Enter"),
    )
)
BROUGHT = register(
    Kind(
        "findings.brought",
        _("%(n)s findings from a file wait for you"),
        _("The first: %(first)s"),
        icon="table-import",
        action=_("View"),
    )
)

_MANAGERS = (Role.SAFETY_MANAGER,)
_LEADERS = (Role.SAFETY_MANAGER, Role.PRINCIPAL)
_ABOVE = (Role.PARK_OFFICER, Role.BUREAU_INSPECTOR, Role.GROUP_HSE)


def tell(
    actor: Actor,
    row: Finding,
    kind: Kind,
    people: Iterable[UUID | None],
    *,
    urgency: int = Urgency.YELLOW,
    needs_action: bool = False,
) -> None:
    """Tell these people about a finding, once for each version of it."""
    notify(
        actor,
        {one for one in people if one is not None},
        kind.code,
        {"number": row.number, "title": row.title},
        row=row,
        url=reverse("findings:show", args=[row.pk]),
        urgency=urgency,
        due_on=row.deadline,
        needs_action=needs_action,
        dedupe_key=f"{kind.code}:{row.pk}:{row.version}",
    )


def reported(actor: Actor, row: Finding) -> None:
    """Tell the safety managers of a new finding, of a major one the leaders and those above."""
    if row.level:
        raised(actor, row)
        return
    tell(actor, row, REPORTED, recipients_for(row, _MANAGERS), urgency=Urgency.BLUE)


def raised(actor: Actor, row: Finding) -> None:
    """Tell of a major finding."""
    people = recipients_for(row, (*_LEADERS, *_ABOVE))
    tell(actor, row, MAJOR, people, urgency=Urgency.ORANGE, needs_action=True)


def assigned(actor: Actor, row: Finding) -> None:
    """Tell the owner. Their day lists the finding itself until it is done."""
    tell(actor, row, ASSIGNED, [row.owner_id])


def submitted(actor: Actor, row: Finding) -> None:
    """Tell the acceptor, or the safety managers where none is named."""
    people = [row.acceptor_id] if row.acceptor_id else recipients_for(row, _MANAGERS)
    tell(actor, row, SUBMITTED, people)


def rejected(actor: Actor, row: Finding, submitter: UUID | None) -> None:
    """Tell owner and submitter."""
    tell(actor, row, REJECTED, [row.owner_id, submitter])


def accepted(actor: Actor, row: Finding) -> None:
    """Tell owner and reporter."""
    people = [row.owner_id, row.registered_by_id]
    tell(actor, row, ACCEPTED, people, urgency=Urgency.BLUE)


def listed(actor: Actor, row: Finding) -> None:
    """Tell the leaders of the plant and the owner."""
    people = [row.owner_id, *recipients_for(row, _LEADERS)]
    tell(actor, row, LISTED, people, urgency=Urgency.ORANGE, needs_action=True)


def brought(actor: Actor, rows: Sequence[Finding]) -> None:
    """Tell owners, and the managers of reports, what a file brought: one message a person."""
    mine: dict[tuple[UUID, str], list[Finding]] = defaultdict(list)
    managers: dict[UUID, list[UUID]] = {}
    for row in rows:
        if row.state != FindingState.REPORTED:
            if row.owner_id:
                mine[row.owner_id, f"?is=open&owner={row.owner_id}"].append(row)
            continue
        home = row.enterprise
        if home.pk not in managers:
            managers[home.pk] = recipients_for(home, _MANAGERS)
        for person in managers[home.pk]:
            mine[person, "?state=reported"].append(row)
    drafts = [
        Draft(
            recipient=person,
            kind=BROUGHT.code,
            params={"n": len(theirs), "first": f"{theirs[0].number} {theirs[0].title}"[:120]},
            url=reverse("findings:list") + query,
            urgency=Urgency.YELLOW,
            needs_action=True,
            dedupe_key=f"{BROUGHT.code}:{theirs[0].pk}",
            scope_path=theirs[0].enterprise.path,
            enterprise_id=theirs[0].enterprise_id,
        )
        for (person, query), theirs in mine.items()
        if person != actor.user_id
    ]
    notify_many(actor, drafts)
