"""What the list template shows: everything computed here, in a fixed number of queries."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, QuerySet, Value, Window
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from anlan.base.actors.actor import Actor
from anlan.base.actors.scoped import by_key
from anlan.base.clock import now
from anlan.base.lists import queries
from anlan.base.lists.cells import cell_class, cells_html, options_html, rows_html
from anlan.base.lists.choosers import chooser_for
from anlan.base.lists.columns import Column
from anlan.base.lists.counting import COUNT_UP_TO, Counted, Guess, count_rows, count_views, guess
from anlan.base.lists.filters import Filter
from anlan.base.lists.page import BulkAction, ListPage
from anlan.base.lists.state import DEEPEST_OF_MANY, DEEPEST_ROW, ListState, ViewState, views_of

# Above this many rows in somebody's scope, tabs go without counts: each would be a long scan.
COUNT_VIEWS_UP_TO = 20_000
FOUND = ""  # no view's key
# A head with more signs than this takes two lines where its words allow it.
ONE_LINE = 13
# Up to so many rows are sorted as soon as the newest of them are picked out; of more, the newest
# may be so many.
SOON_SORTED, FEW_NEW = 2_000, 500


@dataclass(frozen=True, slots=True)
class Tab:
    """A view in the row of tabs."""

    label: str
    url: str
    current: bool
    count: Counted | None = None
    saved_id: str = ""
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head. `sort` is ascending, descending or empty."""

    column: Column
    label: str
    url: str
    sort: str
    css: str

    @property
    def shown(self) -> SafeString:
        """Return the label, one of several long words in two lines of about the same length.

        The column that takes the rest of the width has room for one line.
        """
        label, middle = self.label, len(self.label) / 2
        spaces = [i for i, sign in enumerate(label) if sign == " "]
        if len(label) <= ONE_LINE or not spaces or "an-fill" in self.css:
            return format_html("{}", label)
        at = min(spaces, key=lambda i: abs(i - middle))
        return format_html("<span>{}<br>{}</span>", label[:at], label[at + 1 :])


@dataclass(frozen=True, slots=True)
class Row:
    """A drawn row. `cells` are its table cells: a template's loop over them costs more than all
    the rest of the page."""

    id: str
    name: str
    cells: SafeString


@dataclass(frozen=True, slots=True)
class ShownFilter:
    """A filter in the bar: `words` say what is chosen, `clear_url` takes it back."""

    filter: Filter
    options: Sequence[tuple[str, str, bool]]
    start: str
    end: str
    words: str
    clear_url: str
    names: Sequence[str]

    @property
    def drawn_options(self) -> SafeString:
        """Return the choices as ticks: drawn here, they are dozens on each page."""
        return options_html(self.filter.key, self.options)

    @property
    def relative(self) -> bool:
        """Tell whether an end moves with the calendar, so that a date field cannot show it."""
        return "today" in self.start + self.end


@dataclass(slots=True)
class Shown:
    """One list page, ready to be drawn."""

    page: ListPage
    state: ListState
    total: Counted
    rows: Sequence[Row]
    heads: Sequence[Head]
    tabs: Sequence[Tab]
    filters: Sequence[ShownFilter]
    bulk: Sequence[BulkAction]
    last_page: int
    more_below: bool = False
    deepest_row: int = DEEPEST_ROW
    hidden: Sequence[tuple[str, str]] = field(default_factory=tuple)
    is_bare: bool = False
    """Whether even the view that shows all is known to be empty: filters are not to blame."""

    @property
    def body(self) -> SafeString:
        """Return the table's body."""
        return rows_html(
            ((row.id, row.name, row.cells) for row in self.rows), with_ticks=bool(self.bulk)
        )

    @property
    def first(self) -> int:
        """Return the number of the first row shown, from 1."""
        return (self.state.number - 1) * self.page.page_size + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """Return the number of the last row shown."""
        return self.first + len(self.rows) - 1 if self.rows else 0

    @property
    def previous_url(self) -> str:
        """Return where the page before is, empty on the first."""
        n = self.state.number
        return self.state.address(page=str(n - 1) if n > 2 else None) if n > 1 else ""

    @property
    def next_url(self) -> str:
        """Return where the next page is, empty on the last."""
        n = self.state.number
        return self.state.address(page=str(n + 1)) if n < self.last_page else ""

    @property
    def numbers(self) -> list[tuple[int, str]]:
        """Return up to seven page numbers round this one, with their addresses; 0 is a gap."""
        near = range(max(1, self.state.number - 2), min(self.last_page, self.state.number + 2) + 1)
        wanted = sorted({1, self.last_page, *near})
        found: list[tuple[int, str]] = []
        for n in wanted:
            if found and n - found[-1][0] > 1:
                found.append((0, ""))
            found.append((n, self.state.address(page=str(n) if n > 1 else None)))
        return found

    @property
    def clear_url(self) -> str:
        """Return the address without search and filters."""
        names = [name for item in self.page.filters for name in item.names()]
        return self.state.without("q", "view", *names) + "&view=all"

    @property
    def export_query(self) -> str:
        """Return the query string of the export: everything but the page number."""
        return self.state.address()

    @property
    def pairs_without_columns(self) -> list[tuple[str, str]]:
        """Return the address as pairs for the form that chooses columns."""
        return self.state.params(page=None, columns=None)

    @property
    def usual_columns_url(self) -> str:
        """Return the address with the columns a newcomer sees."""
        return self.state.without("columns")

    @property
    def has_more_filters(self) -> bool:
        """Tell whether filters hide under "More"."""
        return any(not shown.filter.pinned and not shown.words for shown in self.filters)

    @property
    def own_views(self) -> list[Tab]:
        """Return the tabs the viewer may delete."""
        return [tab for tab in self.tabs if tab.saved_id]

    @property
    def columns_on(self) -> list[tuple[Column, str, bool]]:
        """Return every column with its label and whether it is shown."""
        on = {column.key for column in self.state.columns}
        return [(c, c.heading(), c.key in on) for c in self.page.columns]


def show(actor: Actor, page: ListPage, params: QueryDict) -> Shown:
    """Return the page that `params` ask for, as this actor sees it."""
    state = ListState.read(page, params).for_actor(actor)
    base = page.query(actor)
    likely = guess(base, state.rows(base))
    many = likely.found > COUNT_UP_TO * 2
    state = state.at_scale() if many else state
    search = state.found(base)
    found = search.rows
    start = (state.number - 1) * page.page_size
    few = likely.base < COUNT_VIEWS_UP_TO
    counting = search.few or (few and bool(state.q))
    views = views_of(page)
    counts = _counts(page, state, base, views) if few else {}
    # Of millions the newest are walked by their index; a thousand are soon sorted.
    slow = not few or (FOUND in counts and counts[FOUND].n > SOON_SORTED and start < FEW_NEW)
    recent = slow and not counting and likely.base <= COUNT_UP_TO * 2
    first = _recent(state) if recent else Q()
    visible, n = _fetch(base, found, start, page.page_size, counting=counting, first=first)
    if page.complete is not None:
        page.complete(actor, visible)
    total = n or counts.get(FOUND)
    # Whoever searches for a frequent word among millions is told "many" sooner.
    among_many = many or (bool(state.q) and likely.base > COUNT_UP_TO * 2)
    deepest_row = DEEPEST_OF_MANY if among_many else DEEPEST_ROW
    if total is None and among_many and search.part is not None:
        some = count_rows(search.part, deepest_row)
        total = some if some.more else None
    if total is None:
        total = _total(found, likely, start, len(visible), page.page_size, deepest_row)
    deepest = deepest_row // page.page_size
    pages = max(1, -(-total.n // page.page_size))
    heads = [_head(state, column, many) for column in state.columns]
    return Shown(
        page=page,
        state=state,
        total=total,
        rows=_rows(page, state.columns, heads, visible),
        heads=heads,
        tabs=_tabs(actor, page, state, counts, views),
        filters=_filters(actor, state),
        bulk=[b for b in page.bulk if not b.permission or actor.may(b.permission)],
        last_page=min(pages, deepest),
        more_below=pages > deepest or (among_many and total.more and pages >= deepest),
        deepest_row=deepest * page.page_size,
        hidden=[pair for pair in state.params(page=None) if pair[0] in ("view", "sort", "columns")],
        is_bare=any(
            (not view.params or view.key == "all") and view.key in counts and not counts[view.key].n
            for view in page.views
        ),
    )


def _recent(state: ListState) -> Q:
    """Return the condition for rows before which none can stand in the list; none if unknown."""
    if state.page.recent is None or state.sort:
        return Q()
    field, days = state.page.recent
    return Q(**{f"{field}__gte": now() - dt.timedelta(days=days)})


def _fetch(
    base: QuerySet[Any], found: QuerySet[Any], start: int, size: int, *, counting: bool, first: Q
) -> tuple[list[Any], Counted | None]:
    """Return one page of rows: first which ones, then these with all that belongs to them.

    Sorting ten thousand rows with everything joined to them spills to disk; their keys do not.
    With `counting` the same pass tells how many there are: a search reads them all anyway.
    `first` is true of rows that come before all others: if they fill the page, it is the page.
    """
    n = Window(Count("*")) if counting else Value(0)
    keyed = found.annotate(n_found=n).values_list("pk", "n_found")
    keys = list(keyed.filter(first)[start : start + size]) if first else []
    if len(keys) < size:
        keys = list(keyed[start : start + size])
    ids = [pk for pk, _n in keys]
    rows = {row.pk: row for row in by_key(base, ids)} if ids else {}
    total = Counted(keys[0][1]) if counting and keys else None
    return [rows[pk] for pk in ids if pk in rows], total


def _total(
    found: QuerySet[Any], likely: Guess, start: int, got: int, size: int, most: int
) -> Counted:
    if likely.found > COUNT_UP_TO * 2:
        return Counted(COUNT_UP_TO, more=True)
    if likely.base <= COUNT_UP_TO * 2:
        return count_rows(found)
    # Out of very many: the end of the list tells the total without a second scan, and beyond
    # what can be paged through nobody needs it exactly.
    if got < size and (got or not start):
        return Counted(start + got)
    return count_rows(found, most)


def _head(state: ListState, column: Column, many: bool) -> Head:
    sort = ""
    if state.sort.lstrip("-") == column.key:
        sort = "descending" if state.sort.startswith("-") else "ascending"
    sorts = column.sort is not None and (not many or state.page.sorts_at_scale(column))
    url = state.sort_address(column) if sorts else ""
    return Head(column, column.heading(), url, sort, cell_class(column))


def _rows(
    page: ListPage, columns: Sequence[Column], heads: Sequence[Head], rows: Iterable[Any]
) -> list[Row]:
    main = next((i for i, c in enumerate(columns) if c.wide), 0)
    paint = cells_html(columns, [head.label for head in heads], main)
    address = page.row_url or (lambda row: "")
    return [Row(str(row.pk), str(row), paint(row, address(row))) for row in rows]


def _counts(
    page: ListPage, state: ListState, base: QuerySet[Any], views: Mapping[str, ViewState]
) -> Mapping[str, Counted]:
    """Return the number of rows of each view and, under `FOUND`, of the list: one pass for all.

    Without `FOUND` while somebody searches: `_fetch` has counted that.
    """
    wanted = {
        view.key: page.filters_q(views[view.key].chosen) for view in page.views if view.counted
    }
    if len(wanted) < 2:
        return {}
    return count_views(base, wanted if state.q else {**wanted, FOUND: page.filters_q(state.chosen)})


def _tabs(
    actor: Actor,
    page: ListPage,
    state: ListState,
    counts: Mapping[str, Counted],
    states: Mapping[str, ViewState],
) -> list[Tab]:
    tabs = []
    for view in page.views:
        current = state.view == view.key
        count = counts.get(view.key)
        tabs.append(Tab(str(view.label), states[view.key].url, current, count))
    for saved in queries.saved_views(actor, page.key) if actor.user_id else ():
        key = f"s-{saved.pk.hex}"
        own = saved.user_id == actor.user_id
        params = QueryDict(saved.params)
        address = ListState.read(page, params).address(view=key) if params else f"?view={key}"
        tabs.append(
            Tab(
                saved.label,
                address,
                state.view == key,
                saved_id=str(saved.pk) if own else "",
                shared=saved.shared_with_id is not None,
            )
        )
    return tabs


def _filters(actor: Actor, state: ListState) -> list[ShownFilter]:
    return [
        _filter(actor, state, item)
        for item in state.page.filters
        if state.chosen[item.key] or item.same_for is None or not item.same_for(actor)
    ]


def _filter(actor: Actor, state: ListState, item: Filter) -> ShownFilter:
    chosen = state.chosen[item.key]
    labels: dict[str, str] = {}
    if item.kind == "relation":
        offered = chooser_for(item.chooser).labels(actor, chosen.values)
        labels = {option.id: option.label for option in offered}
        options = [(value, labels.get(value, "…"), True) for value in chosen.values]
    elif item.is_range:
        options = []
    else:
        options = [(value, text, value in chosen.values) for value, text in item.options()]
    words = item.words(chosen, labels) if chosen else ""
    clear = state.without(*item.names(), "view")
    return ShownFilter(item, options, chosen.start, chosen.end, words, clear, list(item.names()))


def count_text(shown: Shown) -> str:
    """Return the sentence at the foot."""
    if not shown.rows:
        return _("No rows")
    return _("%(first)s–%(last)s of %(total)s") % {
        "first": shown.first,
        "last": shown.last,
        "total": shown.total,
    }
