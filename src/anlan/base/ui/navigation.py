"""The side navigation: modules register their entries, each viewer sees the permitted ones."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.urls import NoReverseMatch
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.base.addresses import page_url
from anlan.base.ui.people import Viewer

Words = str | Promise
Counting = tuple[str, Sequence[Any]]
"""A statement that answers with one number, and its values."""

# Groups in the order shown. The first has no heading: it holds "today".
GROUPS: dict[str, Words] = {
    "home": "",
    "prevent": _("Prevention"),
    "watch": _("Monitoring and alarms"),
    "basis": _("Basis and reporting"),
    "system": _("System"),
}
PLANT_GROUPS = ("watch", "basis")
"""Groups whose every page is about a plant."""


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry.

    `permission` empty means everybody. `count` gives the open work behind the entry (0 shows
    nothing), or the statement that counts it: those of all entries are sent as one. `prefixes`
    are further URL prefixes under which the entry is the current one. `events` are the live
    events after which an open page asks for the count again. `of_plant` keeps the entry from those
    who see their own node alone (contractors): its page is about the plant.
    """

    key: str
    label: Words
    icon: str
    url_name: str
    group: str
    permission: str = ""
    count: Callable[[Any], int | Counting] | None = None
    order: int = 100
    prefixes: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    of_plant: bool = False


@dataclass(frozen=True, slots=True)
class NavEntry:
    """An entry as one viewer sees it."""

    key: str
    label: Words
    icon: str
    url: str
    n: int
    is_current: bool
    events: str = ""


@dataclass(frozen=True, slots=True)
class NavGroup:
    """A group with at least one entry."""

    key: str
    label: Words
    entries: list[NavEntry] = field(default_factory=list)


_items: dict[str, NavItem] = {}


def register(item: NavItem) -> None:
    """Add an entry. Raises ValueError for an unknown group or a key already taken by another."""
    if item.group not in GROUPS:
        raise ValueError(f"navigation group {item.group!r} is not one of {', '.join(GROUPS)}")
    if _items.get(item.key, item) != item:
        raise ValueError(f"navigation entry {item.key!r} is registered twice")
    _items[item.key] = item


def items() -> Iterable[NavItem]:
    """Return all entries in the order shown."""
    order = list(GROUPS)
    return sorted(_items.values(), key=lambda i: (order.index(i.group), i.order, i.key))


def nav_for(viewer: Viewer | None, path: str = "") -> list[NavGroup]:
    """Return the groups this viewer sees; `path` is the page shown, for the current entry.

    An entry whose address is not wired is left out, so that a module that is switched off
    leaves no dead link.
    """
    if viewer is None:
        return []
    groups: dict[str, NavGroup] = {}
    seen: list[tuple[NavItem, str]] = []
    for item in items():
        if item.permission and not viewer.may(item.permission):
            continue
        if viewer.at_own_node_only and (item.of_plant or item.group in PLANT_GROUPS):
            continue
        try:
            seen.append((item, page_url(item.url_name)))
        except NoReverseMatch:
            continue
    current = _current_key(seen, path)
    counts = _counted({item.key: item.count(viewer) for item, _url in seen if item.count})
    for item, url in seen:
        group = groups.setdefault(item.group, NavGroup(item.group, GROUPS[item.group]))
        n = counts.get(item.key, 0)
        group.entries.append(
            NavEntry(
                item.key, item.label, item.icon, url, n, item.key == current, ",".join(item.events)
            )
        )  # fmt: skip
    return list(groups.values())


def live_counts(viewer: Viewer) -> dict[str, int]:
    """Return the counts that follow live events, by entry: what this viewer sees of them now."""
    seen = [item for item in items() if item.events and item.count]
    permitted = [item for item in seen if not item.permission or viewer.may(item.permission)]
    return _counted({item.key: item.count(viewer) for item in permitted if item.count})


def _counted(asked: Mapping[str, int | Counting]) -> dict[str, int]:
    """Return the numbers by entry, what is to be counted in one statement."""
    found = {key: one for key, one in asked.items() if isinstance(one, int)}
    statements = {key: one for key, one in asked.items() if not isinstance(one, int)}
    if statements:
        sql = "SELECT " + ", ".join(f"({one})" for one, _values in statements.values())
        with connection.cursor() as cursor:
            cursor.execute(sql, [value for _sql, given in statements.values() for value in given])
            found |= zip(statements, cursor.fetchone(), strict=True)
    return found


def _current_key(seen: list[tuple[NavItem, str]], path: str) -> str:
    """Return the key of the entry whose address is the longest beginning of `path`."""
    best = ("", 0)
    for item, url in seen:
        for prefix in (url, *item.prefixes):
            # "/" begins every address: it counts only for the page itself
            fits = path == prefix if prefix == "/" else path.startswith(prefix)
            if fits and len(prefix) > best[1]:
                best = (item.key, len(prefix))
    return best[0]
