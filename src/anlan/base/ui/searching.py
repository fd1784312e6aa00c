"""The search box: each app adds a source, the page asks them all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from anlan.base.ui.people import Viewer


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found. `risk` is 1 to 4, or 0 for none; `kind` chooses its words."""

    title: str
    url: str
    subtitle: str = ""
    risk: int = 0
    kind: str = "risk"


@dataclass(frozen=True, slots=True)
class SearchSource:
    """Something to search. `find(viewer, text, limit)` looks only in the viewer's scope."""

    key: str
    label: str | Promise
    icon: str
    find: Callable[[Viewer, str, int], Sequence[Hit]]
    permission: str = ""
    order: int = 100


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of one source."""

    source: SearchSource
    hits: Sequence[Hit]


_sources: dict[str, SearchSource] = {}


def register(source: SearchSource) -> None:
    """Add a source; the same key again replaces it."""
    _sources[source.key] = source


def search(viewer: Viewer | None, text: str, limit: int = 8) -> list[Found]:
    """Return what each permitted source finds for `text`, sources without a hit left out."""
    text = text.strip()[:100]
    if viewer is None or not text:
        return []
    found = []
    for source in sorted(_sources.values(), key=lambda s: (s.order, s.key)):
        if source.permission and not viewer.may(source.permission):
            continue
        hits = source.find(viewer, text, limit)
        if hits:
            found.append(Found(source, hits))
    return found
