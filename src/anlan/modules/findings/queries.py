"""The only door for reading findings, actor first."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import (
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, StrIndex
from django.db.models.lookups import GreaterThan

from anlan.base.actors import wall
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Membership, Organisation, User
from anlan.base.actors.scope import Counting, Scope, path_end
from anlan.base.clock import today
from anlan.base.files.models import Attachment
from anlan.base.lists import Found
from anlan.base.search_key import typed
from anlan.modules.findings import words
from anlan.modules.findings.choices import OUTSIDE, Level, PhotoRole
from anlan.modules.findings.models import Extension, Finding, Flag, OutsideInspection
from anlan.modules.findings.states import OPEN, ExtensionState, FindingState
from anlan.modules.registry.queries import coded

_JOINED = ("enterprise", "unit", "object", "owner", "department")
_NAMED = {"enterprise": "name", "unit": "name", "owner": "display_name", "department": "name"}
_SAID = (
    "number", "title", "state", "level", "source", "channel", "discipline", "basis", "criterion",
    "place", "owner_name", "deadline", "first_deadline", "overdue_days", "cost", "found_at",
    "registered_at", "accepted_at", "listing_number",
)  # fmt: skip
"""What the list of findings says of a row, and of what is joined to it."""
_WIDE = ("description", "measures", "interim", "cause", "result", "judgement", "search_key")
PART = 3_000  # of a frequent word's findings; a list of very many counts to a thousand


def findings(actor: Actor) -> QuerySet[Finding]:
    """Return the findings the actor sees with what a list shows, without their long texts."""
    rows: QuerySet[Finding] = Finding.objects.for_actor(actor).select_related(*_JOINED)
    return rows.defer(*_WIDE, "enterprise__boundary", "department__boundary")


def findings_listed(actor: Actor) -> QuerySet[Finding]:
    """Return the findings the actor sees with what the list's columns say, and nothing else.

    Of some sixty fields and twenty of each joined row a list shows a third: reading the others
    took longer than all the rest of the page.
    """
    rows: QuerySet[Finding] = Finding.objects.for_actor(actor).select_related(*_NAMED)
    return rows.only(*_SAID, *(f"{joined}__{name}" for joined, name in _NAMED.items()))


def findings_whole(actor: Actor) -> QuerySet[Finding]:
    """Return the findings the actor sees with all they say, and the code of their enterprise.

    For spreadsheets: what a list leaves out would cost a statement a row.
    """
    rows: Any = Finding.objects.for_actor(actor).select_related(
        *_JOINED, "equipment", "acceptor", "accepted_by"
    )
    whole: QuerySet[Finding] = coded(rows)
    return whole.defer("judgement", "search_key", "enterprise__boundary", "department__boundary")


def finding_one(actor: Actor, pk: UUID | str) -> Finding:
    """Return one finding with all it names. Raises NotYours."""
    rows: Any = Finding.objects.for_actor(actor).select_related(
        "enterprise", "unit", "object", "measure__event", "equipment", "owner", "acceptor",
        "department", "registered_by", "confirmed_by", "submitted_by", "accepted_by",
        "signed_by", "reviewed_by", "listed_by", "cleared_by", "repeat_of",
    )  # fmt: skip
    found: Finding = rows.one(pk)
    return found


def finding_locked(actor: Actor, pk: UUID | str) -> Finding:
    """Return one finding, locked until the transaction ends. Raises NotYours."""
    found: Finding = Finding.objects.for_actor(actor).lock(pk)
    return found


def majors(actor: Actor) -> QuerySet[Finding]:
    """Return the major findings the actor sees."""
    rows: QuerySet[Finding] = Finding.objects.for_actor(actor).filter(level=Level.MAJOR)
    return rows


def open_() -> Q:
    """Findings not closed."""
    return Q(state__in=sorted(OPEN))


def overdue(day: dt.date) -> Q:
    """Open findings whose last day has passed."""
    return open_() & Q(deadline__lt=day)


NEEDS_OPEN = frozenset({"open", "overdue", "due", "to_review", "to_list", "listed"})
NEEDS_MAJOR = frozenset({"to_review", "to_list", "listed", "to_clear"})
"""Of the kinds of `needs` those whose rows are all open, or all major."""


def needs(name: str, day: dt.date) -> Q:
    """Return the condition behind a kind of what wants attention; nothing for an unknown one."""
    majors = Q(level=Level.MAJOR)
    each = {
        "open": open_(),
        "overdue": overdue(day),
        "due": open_() & Q(deadline__gte=day, warning__gte=1),
        "repeated": Q(repeat_of__isnull=False),
        "outside": Q(channel__in=sorted(OUTSIDE)),
        "to_review": majors & open_() & Q(signed_at__isnull=False, reviewed_at__isnull=True),
        "to_list": majors & open_() & Q(listed_at__isnull=True),
        "listed": majors & open_() & Q(listed_at__isnull=False),
        "to_clear": majors & Q(state=FindingState.ACCEPTED, cleared_at__isnull=True),
    }
    return each.get(name, Q(pk__in=[]))


def search(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Find by number through the index, else by each word of the search key."""
    return find(rows, text).rows


def find(rows: QuerySet[Any], text: str, marks: tuple[int, ...] = ()) -> Found:
    """Find as `search` does; `marks` of `words` are known of all rows beforehand.

    Few are picked by the index of pieces. Of many, the newest rows that have the words are met
    soon in the list's own order; that there are many, those of the last months tell.
    """
    number = text.strip().upper()
    if number.startswith("YH-"):
        return Found(rows.filter(number__gte=number, number__lt=number + "\U0010ffff"))
    asked = typed(text).split()[:6]
    wanted = words.pieces(asked)
    if wanted:
        # The wall shows no more than the bound scope, whatever is asked for.
        wanted += (*words.within(wall.bound_scope()), *marks)
        if words.are_few(wanted):
            for word in asked:
                rows = rows.filter(search_key__contains=word)
            return Found(rows.filter(pk__in=words.ids(wanted, 2 * words.FEW)), few=True)
    for word in asked:
        # The planner takes `contains` for rare whatever the word, and would read all rows of the
        # scope to sort what few it expects. This it takes for a third.
        at = StrIndex(F("search_key"), Value(word))
        rows = rows.filter(GreaterThan(at, 0))
    if not wanted:
        return Found(rows)
    recent = words.ids(wanted, PART, words.months(today(), 3))
    return Found(rows, part=rows.filter(pk__in=recent))


def extensions_of(actor: Actor, row: Finding) -> list[Extension]:
    """Return the requests for more time, the newest first."""
    rows = Extension.objects.for_actor(actor).filter(finding=row)
    return list(rows.select_related("requested_by", "decided_by").order_by("-created_at"))


def extension_one(actor: Actor, pk: UUID | str) -> Extension:
    """Return one request. Raises NotYours."""
    rows: Any = Extension.objects.for_actor(actor).select_related("finding", "requested_by")
    found: Extension = rows.one(pk)
    return found


def photos_of(actor: Actor, row: Finding) -> list[Attachment]:
    """Return the files of a finding, the oldest first; what shows "before" comes first."""
    rows = Attachment.objects.for_actor(actor).filter(
        object_type="findings.finding", object_id=row.pk, removed_at__isnull=True
    )
    order = {role: n for n, role in enumerate(PhotoRole.values)}
    found = list(rows.select_related("file", "uploaded_by").order_by("created_at", "pk"))
    return sorted(found, key=lambda one: order.get(one.kind, len(order)))


def open_flags_of(actor: Actor, row: Any) -> list[Flag]:
    """Return the flags on a finding, a record or a task that nobody dismissed."""
    rows = Flag.objects.for_actor(actor).filter(subject_id=row.pk, dismissed_at__isnull=True)
    return list(rows.order_by("-score", "pk"))


def flags(actor: Actor) -> QuerySet[Flag]:
    """Return the flags the actor sees."""
    rows: QuerySet[Flag] = Flag.objects.for_actor(actor)
    return rows.select_related("enterprise", "dismissed_by").defer("enterprise__boundary")


def flag_one(actor: Actor, pk: UUID | str) -> Flag:
    """Return one flag. Raises NotYours."""
    rows: Any = Flag.objects.for_actor(actor)
    found: Flag = rows.one(pk)
    return found


def people_at(enterprise_id: UUID) -> QuerySet[User]:
    """Return the active people of an enterprise the caller has shown to see, by name."""
    held = Membership.objects.filter(
        user=OuterRef("pk"), ended_at__isnull=True, organisation__owner_enterprise_id=enterprise_id
    )
    return User.objects.filter(Exists(held), is_active=True).order_by("display_name", "pk")


def departments_of(enterprise_id: UUID) -> QuerySet[Organisation]:
    """Return the departments and teams of an enterprise the caller has shown to see."""
    rows = Organisation.objects.filter(owner_enterprise_id=enterprise_id, is_active=True)
    return rows.exclude(pk=enterprise_id).order_by("path")


def figures(actor: Actor) -> dict[str, int]:
    """Return how many findings are open, overdue, major among them, in one statement."""
    day = today()
    rows = Finding.objects.for_actor(actor).filter(open_())
    found: dict[str, int] = rows.aggregate(
        open=Count(Value(1)),
        overdue=Count(Value(1), filter=Q(deadline__lt=day)),
        major=Count(Value(1), filter=Q(level=Level.MAJOR)),
        to_confirm=Count(Value(1), filter=Q(state=FindingState.REPORTED)),
        to_accept=Count(Value(1), filter=Q(state=FindingState.AWAITING)),
    )
    return found


def counting_open(actor: Actor) -> Counting:
    """Return the statement that counts the open findings, for the navigation of each page."""
    return actor.scope.counting("findings_finding", OPEN)


def waiting(actor: Actor, limit: int) -> QuerySet[Finding]:
    """Return open findings the actor sees, the most urgent first, for the home page."""
    rows = findings(actor).filter(open_())
    return rows.order_by("deadline", "registered_at", "pk")[:limit]


def asked_for_time(actor: Actor, limit: int) -> QuerySet[Extension]:
    """Return requests for more time that nobody decided yet."""
    rows = Extension.objects.for_actor(actor).filter(state=ExtensionState.REQUESTED)
    return rows.select_related("finding").order_by("new_deadline", "pk")[:limit]


def board(actor: Actor) -> QuerySet[Finding]:
    """Return the major findings for the public notice board: open ones, then closed this year."""
    rows: QuerySet[Finding] = Finding.objects.for_actor(actor).filter(level=Level.MAJOR)
    since = today() - dt.timedelta(days=365)
    rows = rows.filter(open_() | Q(state=FindingState.ACCEPTED, accepted_at__date__gte=since))
    # Open ones have no day of acceptance; PostgreSQL would put them last.
    order = (F("accepted_at").desc(nulls_first=True), "deadline", "pk")
    return rows.select_related("enterprise", "department", "owner", "unit").order_by(*order)


def to_clear(actor: Actor) -> QuerySet[Finding]:
    """Return accepted major findings whose number the authority has not cleared."""
    rows = findings(actor).filter(
        level=Level.MAJOR, state=FindingState.ACCEPTED, cleared_at__isnull=True
    )
    return rows.order_by("accepted_at", "pk")


def like(actor: Actor, row: Finding, limit: int = 400) -> list[Finding]:
    """Return findings of the same enterprise and trade of the last two years, the newest first.

    What may be the same finding again: also of the same equipment, clause, unit or criterion.
    """
    near = Q(discipline=row.discipline)
    if row.equipment_id:
        near |= Q(equipment=row.equipment_id)
    if row.basis:
        near |= Q(basis=row.basis)
    if row.unit_id:
        near |= Q(unit=row.unit_id)
    if row.criterion:
        near |= Q(criterion=row.criterion)
    since = row.registered_at - dt.timedelta(days=730)
    rows = findings(actor).filter(
        near,
        enterprise=row.enterprise_id,
        registered_at__gte=since,
        registered_at__lt=row.registered_at,
    )
    return list(rows.exclude(pk=row.pk).order_by("-registered_at", "pk")[:limit])


def repeats_of(actor: Actor, row: Finding) -> list[Finding]:
    """Return the findings linked with this one as repetitions, both ways, the newest first."""
    first = row.repeat_of_id or row.pk
    rows = findings(actor).filter(Q(repeat_of=first) | Q(pk=first)).exclude(pk=row.pk)
    return list(rows.order_by("-registered_at", "pk")[:20])


def late_entries(actor: Actor, day: dt.date) -> QuerySet[Finding]:
    """Return findings of outside inspections that were entered after the month had passed."""
    month = dt.timedelta(days=31)
    rows = findings(actor).filter(channel__in=sorted(OUTSIDE), inspected_on__isnull=False)
    return rows.filter(registered_at__date__gt=F("inspected_on") + month).order_by("-registered_at")


def within(path: str) -> Q:
    """Rows at a place or below it."""
    return Q(scope_path__gte=path, scope_path__lt=path_end(path))


def by_ids(actor: Actor, ids: Sequence[UUID]) -> list[Finding]:
    """Return these findings, those the actor sees."""
    return list(findings(actor).filter(pk__in=ids).order_by("number", "pk"))


def outside_inspections(actor: Actor) -> QuerySet[OutsideInspection]:
    """Return outside inspections the actor sees, each with how many findings are `entered`."""
    rows: Any = OutsideInspection.objects.for_actor(actor).select_related(
        "enterprise", "completed_by", "registered_by"
    )
    of_it = (
        Finding.objects.unscoped("counts of inspections the actor sees")
        .filter(enterprise=OuterRef("enterprise_id"), inspection_ref=OuterRef("document"))
        .order_by()
        .values("enterprise")
        .annotate(n=Count("pk"))
        .values("n")
    )
    counted: QuerySet[OutsideInspection] = rows.annotate(
        entered=Coalesce(Subquery(of_it[:1], output_field=IntegerField()), 0)
    )
    return counted.defer("enterprise__boundary")


def outside_one(actor: Actor, pk: UUID | str) -> OutsideInspection:
    """Return one outside inspection. Raises NotYours."""
    rows: Any = outside_inspections(actor)
    found: OutsideInspection = rows.one(pk)
    return found


def found_by(actor: Actor, inspection: OutsideInspection) -> QuerySet[Finding]:
    """Return the findings of an outside inspection that the actor sees, in order of number."""
    rows = findings(actor).filter(
        enterprise=inspection.enterprise_id, inspection_ref=inspection.document
    )
    return rows.order_by("number", "pk")


@dataclass(frozen=True, slots=True)
class OwnReport:
    """What the reporter may know of a finding outside their own scope."""

    number: str
    title: str
    state: str
    reported_at: dt.datetime


def own_reports(actor: Actor, most: int = 50) -> list[OwnReport]:
    """Return what a contractor's person reported to the plants they work in, the newest first.

    The rows are the plant's, behind both walls: these few columns of those the actor registered
    are all that is read past them. Anonymous reports are nobody's and not among them.
    """
    plants = {post.enterprise_id for post in actor.posts if post.enterprise_id}
    if actor.user_id is None or not plants:
        return []
    paths = Organisation.objects.filter(pk__in=plants).values_list("path", flat=True)
    with wall.acting_as(Scope.of(paths)):
        rows = (
            Finding.objects.unscoped("the actor's own reports alone, four columns")
            .filter(registered_by_id=actor.user_id, enterprise_id__in=plants)
            .order_by("-registered_at", "-pk")
            .values_list("number", "title", "state", "registered_at")[:most]
        )
        return [OwnReport(*row) for row in rows]
