"""The declaration of a list page: one object from which page, counts and export come."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.errors import NotYours, Text
from anlan.base.lists.columns import Column
from anlan.base.lists.filters import Chosen, Filter
from anlan.base.lists.search import search_condition

if TYPE_CHECKING:
    from anlan.base.imports.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found. `few`: the rows were picked beforehand, so counting them on the way
    costs nothing. `part` are some of the rows, quick to count: enough of them tell of many."""

    rows: QuerySet[Any]
    few: bool = False
    part: QuerySet[Any] | None = None


Search = tuple[str, ...] | Callable[[QuerySet[Any], str], QuerySet[Any]]
ParamValue = str | Sequence[str]

SEARCH, NEW = _("Search"), _("New")

_PAGES: dict[str, "ListPage"] = {}


@dataclass(frozen=True, slots=True)
class View:
    """A preset: a tab with filters. `params` are URL parameters (`{"state": ["running"]}`).

    `columns` are the columns a newcomer sees in it, where they are not the list's own.
    """

    key: str
    label: Text
    params: Mapping[str, ParamValue]
    counted: bool = True
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What a bulk action did; `text` is shown to the person."""

    done: int
    text: Text = ""
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class BulkAction:
    """Something done to the rows ticked.

    `run(actor, ids, request)` calls a service and returns a `BulkResult`, or a response of its
    own (a form that asks for more). It gets ids the actor sees, never others. `confirm` is asked
    first.
    """

    key: str
    label: Text
    icon: str
    run: Callable[[Actor, list[UUID], HttpRequest], BulkResult | HttpResponse]
    permission: str = ""
    confirm: Text = ""


@dataclass(frozen=True, slots=True)
class NarrowSheet:
    """A sheet for the rows that have one `value` of the filter `key`."""

    key: str
    value: str
    sheet: "Sheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """A list page.

    `query(actor)` returns the scoped rows with what the columns need joined; it is the only door
    to them: page, counts, choosers and export call it. `order` breaks ties (end it in `pk`).
    `search` names searched columns, or is a function of rows and text; `find` stands in for it
    where the module has an index of its own, and knows what is filtered by. `row_url(row)` opens
    a row. `create_url` and `sheet` (with `permission`) put "New" and "Import" into the head.
    `views[0]` is what a bare address shows; give it empty params to show all. `first_step` is
    the sentence of an empty list. `sorts_when_large` are the columns that may still be sorted by
    when hundreds of thousands of rows are found: those with an index (None: all). `lands(actor)`
    is where a bare address leads instead, for those who would find a single row (empty: stay).
    `sheets` has narrower sheets: the first that fits what is filtered by stands in for `sheet`.
    `export_query` stands in for `query` where a spreadsheet has more than the list shows.
    `recent` is a field by which `order` puts the newest first, and a number of days: of a long
    list the first pages are looked for among the rows since then, before all are sorted.
    `complete(actor, rows)` puts on the rows of one page, or of one batch of an export, what no
    join reaches, with a fixed number of queries.
    """

    key: str
    title: Text
    query: Callable[[Actor], QuerySet[Any]]
    columns: Sequence[Column]
    filters: Sequence[Filter] = ()
    search: Search = ("search_key",)
    find: Callable[[QuerySet[Any], str, Mapping[str, Chosen]], Found] | None = None
    search_hint: Text = SEARCH
    order: tuple[str, ...] = ("pk",)
    views: Sequence[View] = ()
    bulk: Sequence[BulkAction] = ()
    row_url: Callable[[Any], str] | None = None
    create_url: str | Callable[[Actor], str] = ""
    create_label: Text = NEW
    create_permission: str = ""
    sheet: "Sheet | None" = None
    first_step: Text = ""
    nav: str = ""
    permission: str = ""
    template: str = "lists/page.html"
    context: Callable[[HttpRequest], Mapping[str, Any]] | None = None
    page_size: int = 50
    sorts_when_large: tuple[str, ...] | None = None
    lands: Callable[[Actor], str] | None = None
    sheets: Sequence["NarrowSheet"] = ()
    export_query: Callable[[Actor], QuerySet[Any]] | None = None
    recent: tuple[str, int] | None = None
    complete: Callable[[Actor, Sequence[Any]], None] | None = None

    def __post_init__(self) -> None:
        for what, keys in (
            ("column", [c.key for c in self.columns]),
            ("filter", [name for f in self.filters for name in f.names()]),
            ("view", [v.key for v in self.views]),
            ("bulk action", [b.key for b in self.bulk]),
        ):
            if len(keys) != len(set(keys)):
                raise ValueError(f"list {self.key!r}: a {what} is declared twice")
        taken = {"q", "sort", "page", "columns", "view", "format"}
        if clash := taken & {name for f in self.filters for name in f.names()}:
            raise ValueError(f"list {self.key!r}: filters may not be called {sorted(clash)}")

    def searched(self, rows: QuerySet[Any], text: str, chosen: Mapping[str, Chosen]) -> Found:
        """Return the rows that match a search; all for an empty one. `chosen` is what they have
        been filtered by."""
        if not text:
            return Found(rows)
        if self.find is not None:
            return self.find(rows, text, chosen)
        if callable(self.search):
            return Found(self.search(rows, text))
        return Found(rows.filter(search_condition(text, self.search)))

    def sorts_at_scale(self, column: Column) -> bool:
        """Tell whether hundreds of thousands of rows may be sorted by this column."""
        return self.sorts_when_large is None or column.key in self.sorts_when_large

    def sheet_for(self, chosen: Mapping[str, Chosen]) -> "Sheet | None":
        """Return the sheet for the rows that these filters leave."""
        for narrow in self.sheets:
            if chosen[narrow.key].values == (narrow.value,):
                return narrow.sheet
        return self.sheet

    def column(self, key: str) -> Column | None:
        """Return a column by key."""
        return next((column for column in self.columns if column.key == key), None)

    def filters_q(self, chosen: Mapping[str, Any]) -> Q:
        """Return all filters' conditions together."""
        condition = Q()
        for item in self.filters:
            condition &= item.q(chosen[item.key])
        return condition

    def urls(self, prefix: str, name: str) -> list[URLPattern]:
        """Return the addresses of this list, to be put into `urlpatterns` with `*`.

        `name` is the list itself; `<name>_export`, `<name>_bulk`, `<name>_views` follow it.
        """
        from anlan.base.lists import views

        register_page(self)
        return views.patterns(self, prefix, name)


def register_page(page: ListPage) -> ListPage:
    """Make a page findable by key, for saved views and background exports."""
    other = _PAGES.get(page.key)
    if other is not None and other is not page:
        raise ValueError(f"list {page.key!r} is registered twice")
    _PAGES[page.key] = page
    return page


def page_for(key: str) -> ListPage:
    """Return a page by key. Raises NotYours for one nobody registered."""
    try:
        return _PAGES[key]
    except KeyError as error:
        raise NotYours() from error


def all_pages() -> dict[str, ListPage]:
    """Return every mounted list by key."""
    return dict(_PAGES)
