"""The tree beside the register: only what is open is drawn."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.urls import reverse

from anlan.base.actors.actor import Actor
from anlan.base.search_key import typed
from anlan.modules.risk import queries
from anlan.modules.risk.choices import MeasureClass

NOUNS = {"object": "objects", "unit": "units", "event": "events"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the tree; `mark` is the colour 1 to 4 or 0; `branch` fetches what is below.

    `stale` is how many measures in it have gone unverified for too long.
    """

    kind: str
    id: str
    name: str
    mark: int
    n: int
    gaps: int
    stale: int
    depth: int
    url: str
    is_open: bool = False
    is_current: bool = False
    branch: str = ""

    @property
    def indent(self) -> int:
        """Return the depth for the style sheet."""
        return self.depth


@dataclass(slots=True)
class Filters:
    """What the tree is narrowed to: words, levels (0 to 3), what has gaps, what went unverified."""

    text: str = ""
    levels: frozenset[int] = frozenset()
    only_gaps: bool = False
    only_stale: bool = False

    @classmethod
    def read(cls, given: Any) -> "Filters":
        """Read the address; what cannot be understood is left out."""
        levels = frozenset(
            int(one) for one in given.getlist("level") if one in ("0", "1", "2", "3")
        )
        return cls(
            given.get("q", "").strip()[:100],
            levels,
            given.get("gaps") == "1",
            given.get("stale") == "1",
        )

    def __bool__(self) -> bool:
        return bool(self.text or self.levels or self.only_gaps or self.only_stale)


def found_by(actor: Actor, enterprise_id: UUID, text: str) -> set[UUID]:
    """Return the nodes that a search means; measures stand for their event."""
    found: set[UUID] = set()
    for query, name in (
        (queries.objects, "pk"),
        (queries.units, "pk"),
        (queries.events, "pk"),
        (queries.measures, "event"),
    ):
        rows = query(actor).filter(enterprise=enterprise_id)
        for word in typed(text).split()[:6]:
            rows = rows.filter(search_key__contains=word)
        found |= set(rows.order_by().values_list(name, flat=True))
    return found


def narrowed(
    nodes: list[queries.Node], filters: Filters, wanted: Collection[UUID] | None
) -> list[queries.Node]:
    """Return the tree with only the branches that fit, each with all its ancestors."""
    kept = []
    for node in nodes:
        below = narrowed(node.below, filters, wanted)
        fits = (
            (wanted is None or node.id in wanted)
            and (not filters.levels or (node.kind == "event" and node.level in filters.levels))
            and (not filters.only_gaps or (node.gaps > 0 and not node.below))
            and (not filters.only_stale or (node.stale > 0 and node.kind == "event"))
        )
        if fits or below:
            kept.append(
                queries.Node(
                    node.kind, node.id, node.code, node.name, node.level, node.n, node.gaps,
                    node.stale, below or (node.below if fits and not filters.only_gaps else []),
                )
            )  # fmt: skip
    return kept


def counts_by_level(nodes: list[queries.Node]) -> dict[int, int]:
    """Return how many events have each level."""
    found = dict.fromkeys(range(4), 0)
    for thing in nodes:
        for unit in thing.below:
            for event in unit.below:
                if event.level is not None:
                    found[event.level] += 1
    return found


def address(kind: str, pk: UUID) -> str:
    """Return the page of a node."""
    return reverse(f"risk:{NOUNS[kind]}_show", args=[pk])


def lines(
    nodes: list[queries.Node],
    opened: Collection[UUID],
    current: UUID | None,
    classes: Mapping[UUID, list[tuple[int, int]]],
    depth: int = 1,
    *,
    all_open: bool = False,
) -> list[Line]:
    """Return the lines that are seen: the nodes, and below those that are opened."""
    found = []
    for node in nodes:
        is_open = node.id in opened or (all_open and bool(node.below))
        found.append(
            Line(
                node.kind,
                str(node.id),
                node.name,
                0 if node.level is None else node.level + 1,
                node.n,
                node.gaps,
                node.stale,
                depth,
                address(node.kind, node.id),
                is_open,
                node.id == current,
                reverse("risk:branch", args=[node.kind, node.id]) if node.n else "",
            )
        )
        if not is_open:
            continue
        found += lines(node.below, opened, current, classes, depth + 1, all_open=all_open)
        found += class_lines(node.id, classes.get(node.id, []), depth + 1)
    return found


def class_lines(event_id: UUID, counted: list[tuple[int, int]], depth: int) -> list[Line]:
    """Return the lines of an event's classes of measures."""
    return [
        Line(
            "class",
            f"{event_id}-{code}",
            str(MeasureClass(code).label),
            0,
            n,
            0,
            0,
            depth,
            f"{address('event', event_id)}?class1={code}",
        )
        for code, n in counted
    ]


def classes_of(actor: Actor, event_id: UUID) -> list[tuple[int, int]]:
    """Return how many measures of each class an event has."""
    rows = queries.measures(actor).filter(event=event_id).select_related(None)
    return list(rows.order_by("class1").values_list("class1").annotate(n=Count("pk")))


def find_node(nodes: list[queries.Node], pk: UUID) -> queries.Node | None:
    """Return a node wherever it is."""
    for node in nodes:
        if node.id == pk:
            return node
        if found := find_node(node.below, pk):
            return found
    return None
