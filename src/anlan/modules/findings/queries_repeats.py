"""What comes back (屡查屡犯): within an enterprise, and across the reader's region.

Each group says by what its findings are the same; the rules are data
(`facts/findings/repeats.csv`). Set-based: one statement a kind, whatever the region's size; alike
texts are compared for one enterprise at a time.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Max, Q, QuerySet, Value, Window
from django.db.models.functions import Replace, Upper

from anlan.base.actors.actor import Actor
from anlan.base.clock import SHANGHAI, today
from anlan.engines.findings_text.similar import cluster
from anlan.facts.loader import load_packaged
from anlan.modules.findings import queries
from anlan.modules.findings.models import Finding
from anlan.modules.findings.states import OPEN, FindingState

MOST = 100
MOST_TEXTS = 5_000
KINDS = ("criterion", "equipment", "clause", "linked", "unit")
REGION = ("region_criterion", "region_clause")


@dataclass(frozen=True, slots=True)
class Rule:
    """At least `least` within `days` days count as coming back."""

    kind: str
    days: int
    least: int

    def since(self, day: dt.date) -> dt.datetime:
        """Return the first moment that counts."""
        return dt.datetime.combine(day - dt.timedelta(days=self.days), dt.time(0), SHANGHAI)


@dataclass(frozen=True, slots=True)
class Group:
    """Findings that are the same by `kind`; `key` names the matter, `label` says it.

    `enterprise` is None for a matter of the region, whose `n_enterprises` it concerns.
    """

    kind: str
    key: str
    label: str
    note: str
    n: int
    n_open: int
    last: dt.datetime
    rule: Rule
    enterprise: UUID | None = None
    enterprise_name: str = ""
    n_enterprises: int = 1


@dataclass(frozen=True, slots=True)
class Ranked:
    """An enterprise, or an area, with how many of its findings came back, and all of them."""

    pk: UUID
    name: str
    area: str
    n: int
    n_open: int
    n_all: int

    @property
    def share(self) -> int:
        """Return the share of what came back in percent, rounded."""
        return round(100 * self.n / self.n_all) if self.n_all else 0


@cache
def rules() -> dict[str, Rule]:
    """Return the rules by kind."""
    return {
        row["kind"]: Rule(row["kind"], row.integer("window_days"), row.integer("least"))
        for row in load_packaged("findings/repeats.csv")
    }


# A clause is the same however its spaces and letters are written.
_CLAUSE = Upper(Replace("basis", Value(" "), Value("")))


def _rows(actor: Actor, rule: Rule, day: dt.date) -> QuerySet[Finding]:
    rows: QuerySet[Finding] = Finding.objects.for_actor(actor).filter(
        registered_at__gte=rule.since(day)
    )
    return rows.exclude(state=FindingState.DISMISSED).annotate(clause=_CLAUSE)


# By what findings of a kind are the same: who takes part, what they share, and how it is called.
_SAME: dict[str, tuple[Q, tuple[str, ...], tuple[str, ...]]] = {
    "criterion": (~Q(criterion=""), ("criterion",), ()),
    "equipment": (
        Q(equipment__isnull=False),
        ("equipment",),
        ("equipment__name", "equipment__code"),
    ),
    "clause": (~Q(basis=""), ("clause",), ()),
    "linked": (
        Q(repeat_of__isnull=False),
        ("repeat_of",),
        ("repeat_of__title", "repeat_of__number"),
    ),
    "unit": (Q(unit__isnull=False), ("unit", "discipline"), ("unit__name",)),
}  # fmt: skip


def groups(
    actor: Actor, kind: str, day: dt.date | None = None, enterprise_id: UUID | None = None
) -> list[Group]:
    """Return what comes back within enterprises, or one, by one kind, the most frequent first."""
    rule, (who, same, called) = rules()[kind], _SAME[kind]
    # The first of a row of linked ones is not linked itself.
    least = rule.least - 1 if kind == "linked" else rule.least
    at = Q(enterprise=enterprise_id) if enterprise_id else Q()
    rows = (
        _rows(actor, rule, day or today())
        .filter(who & at)
        .order_by()
        .values("enterprise", "enterprise__name", *same, *called)
        .annotate(n=Count("pk"), open=Count("pk", filter=Q(state__in=sorted(OPEN))),
                  last=Max("registered_at"))
        .filter(n__gte=least)
        .order_by("-n", "enterprise__name", *same)
    )  # fmt: skip
    return [_group(kind, rule, row, same, called) for row in rows[:MOST]]


def _group(
    kind: str, rule: Rule, row: dict[str, Any], same: Sequence[str], called: Sequence[str]
) -> Group:
    key = "|".join(str(row[name]) for name in same)
    label, note = [*(str(row[name] or "") for name in called), key, ""][:2]
    if kind == "unit":
        note = str(row["discipline"])
    return Group(
        kind, key, label or key, note,
        row["n"] + (1 if kind == "linked" else 0), row["open"], row["last"], rule,
        row.get("enterprise"), row.get("enterprise__name", ""), row.get("enterprises", 1),
    )  # fmt: skip


def alike_texts(actor: Actor, enterprise_id: UUID, day: dt.date | None = None) -> list[Group]:
    """Return findings of one enterprise that say the same, by the words of their titles."""
    rule = rules()["text"]
    found = _texts(actor, enterprise_id, rule, day or today())
    made = []
    for one in cluster([title for _pk, title, _state, _at, _name in found]):
        rows = [found[place] for place in one.members]
        if len(rows) < rule.least:
            continue
        pk, title, _state, _at, name = rows[0]
        made.append(
            Group(
                "text", str(pk), title, f"{one.score:.2f}", len(rows),
                sum(row[2] in OPEN for row in rows), max(row[3] for row in rows), rule,
                enterprise_id, name,
            )
        )  # fmt: skip
    return sorted(made, key=lambda group: (-group.n, group.label))[:MOST]


def _texts(actor: Actor, enterprise_id: UUID, rule: Rule, day: dt.date) -> list[Any]:
    rows = _rows(actor, rule, day).filter(enterprise=enterprise_id).order_by("-registered_at", "pk")
    names = ("pk", "title", "state", "registered_at", "enterprise__name")
    return list(rows.values_list(*names)[:MOST_TEXTS])


def region(actor: Actor, kind: str, day: dt.date | None = None) -> list[Group]:
    """Return what comes back across the enterprises the actor sees, the widest spread first."""
    rule = rules()[kind]
    who, same, called = _SAME[kind.removeprefix("region_")]
    rows = (
        _rows(actor, rule, day or today())
        .filter(who)
        .order_by()
        .values(*same, *called)
        .annotate(n=Count("pk"), open=Count("pk", filter=Q(state__in=sorted(OPEN))),
                  last=Max("registered_at"), enterprises=Count("enterprise", distinct=True))
        .filter(enterprises__gte=rule.least)
        .order_by("-enterprises", "-n", *same)
    )  # fmt: skip
    return [_group(kind, rule, row, same, called) for row in rows[:MOST]]


def ranking(actor: Actor, by: str = "enterprise", day: dt.date | None = None) -> list[Ranked]:
    """Return enterprises (or with `by` "area" their counties) by how much comes back there.

    A finding counts once, whether it comes back by one kind or by several; those of the last
    year. Three windows over one read, no statement an enterprise.
    """
    rule, moment = rules()["clause"], day or today()
    rows = _rows(actor, rule, moment)
    marked: Any = rows
    came_back = Q(repeat_of__isnull=False)
    for kind in ("criterion", "equipment", "clause", "unit"):
        who, same, _called = _SAME[kind]
        name = f"n_{kind}"
        marked = marked.annotate(
            **{name: Window(Count("pk"), partition_by=[F("enterprise"), *(F(x) for x in same)])}
        )
        came_back |= who & Q(**{f"{name}__gte": rules()[kind].least})
    place = "enterprise__parent" if by == "area" else "enterprise"
    plain = rows.order_by().values(place, f"{place}__name", f"{place}__parent__name")
    back = (
        plain.filter(pk__in=marked.filter(came_back).values("pk"))
        .annotate(n=Count("pk"), open=Count("pk", filter=Q(state__in=sorted(OPEN))))
        .order_by("-n", f"{place}__name")[:MOST]
    )
    found = [row for row in back if row[place] is not None]
    names = [row[place] for row in found]
    every: dict[Any, int] = dict(
        rows.filter(**{f"{place}__in": names}).order_by().values_list(place).annotate(n=Count("pk"))
    )
    return [
        Ranked(
            row[place], row[f"{place}__name"], row[f"{place}__parent__name"] or "",
            row["n"], row["open"], every.get(row[place], row["n"]),
        )
        for row in found
    ]  # fmt: skip


def findings_of(
    actor: Actor, kind: str, key: str, enterprise_id: UUID | None, limit: int = 200
) -> list[Finding]:
    """Return the findings of a group that the actor sees, newest first; none for a wrong key."""
    rule = rules().get(kind)
    if rule is None:
        return []
    rows: Any = queries.findings(actor).filter(registered_at__gte=rule.since(today()))
    rows = rows.exclude(state=FindingState.DISMISSED)
    if enterprise_id is not None:
        rows = rows.filter(enterprise=enterprise_id)
    matter = kind.removeprefix("region_")
    if matter == "text":
        if enterprise_id is None:
            return []
        rows = rows.filter(pk__in=_cluster_of(actor, enterprise_id, rule, key))
    elif matter == "clause":
        rows = rows.annotate(clause=Upper(Replace("basis", Value(" "), Value("")))).filter(
            clause=key
        )
    elif matter == "criterion":
        rows = rows.filter(criterion=key)
    elif matter == "unit":
        unit, _bar, discipline = key.partition("|")
        if not (_is_id(unit) and discipline.isdigit()):
            return []
        rows = rows.filter(unit=unit, discipline=int(discipline[:4]))
    elif not _is_id(key):
        return []
    elif matter == "equipment":
        rows = rows.filter(equipment=key)
    else:
        rows = rows.filter(Q(repeat_of=key) | Q(pk=key))
    return list(rows.order_by("-registered_at", "pk")[:limit])


def _cluster_of(actor: Actor, enterprise_id: UUID, rule: Rule, key: str) -> list[Any]:
    found = _texts(actor, enterprise_id, rule, today())
    for one in cluster([title for _pk, title, *_rest in found]):
        members = [found[place][0] for place in one.members]
        if str(members[0]) == key:
            return members
    return []


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
