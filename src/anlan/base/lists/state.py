"""The state of a list as its address says it: search, filters, sort, page, columns, view."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Model, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from anlan.base.actors.actor import Actor
from anlan.base.lists.columns import Column
from anlan.base.lists.filters import Chosen
from anlan.base.lists.page import Found, ListPage

# Further down than this nobody reads; the database would walk all rows before. Filter or export.
DEEPEST_ROW = 10_000
# The same for hundreds of thousands of rows, where the planner would rather sort them all.
DEEPEST_OF_MANY = 1_000
LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True)
class ListState:
    """What one address asks of one page."""

    page: ListPage
    q: str = ""
    chosen: Mapping[str, Chosen] = field(default_factory=dict)
    sort: str = ""
    number: int = 1
    columns: tuple[Column, ...] = ()
    own_columns: bool = False
    view: str = ""
    problems: tuple[str, ...] = ()

    @classmethod
    def read(cls, page: ListPage, params: QueryDict) -> "ListState":
        """Read an address. What cannot be understood is left out and named in `problems`."""
        view = params.get("view", "")
        if not params and page.views:
            view = page.views[0].key
            params = params_of(page.views[0].params)
        problems = []
        chosen = {item.key: item.read(params) for item in page.filters}
        problems += [value.problem for value in chosen.values() if value.problem]
        sort = params.get("sort", "")
        column = page.column(sort.lstrip("-"))
        if sort and (column is None or column.sort is None):
            problems.append(_("This list cannot be sorted like that."))
            sort = ""
        columns, own = _columns(page, params, view)
        return cls(
            page=page,
            q=params.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH],
            chosen=chosen,
            sort=sort,
            number=_page_number(page, params.get("page", "1")),
            columns=columns,
            own_columns=own,
            view=view,
            problems=tuple(problems),
        )

    @property
    def filtered(self) -> bool:
        """Tell whether anything narrows the list."""
        return bool(self.q) or any(self.chosen.values())

    def rows(self, base: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows asked for, in order, from `base` (the page's query for the actor)."""
        return self.found(base).rows

    def found(self, base: QuerySet[Any]) -> Found:
        """Return the same with what the search knows about them."""
        rows = base.filter(self.page.filters_q(self.chosen))
        found = self.page.searched(rows, self.q, self.chosen)
        return replace(found, rows=found.rows.order_by(*self.order(base.model)))

    def for_actor(self, actor: Actor) -> "ListState":
        """Return the state without columns that would say the same in every row."""
        if self.own_columns:
            return self

        def same(column: Column) -> bool:
            if column.same_for is None or column.fixed:
                return False
            chosen = self.chosen.get(column.key)
            return column.same_for(actor) or (chosen is not None and len(chosen.values) == 1)

        return replace(self, columns=tuple(c for c in self.columns if not same(c)))

    def at_scale(self) -> "ListState":
        """Return the state for hundreds of thousands of rows: no sort without index, not deep."""
        deepest = DEEPEST_OF_MANY // self.page.page_size
        kept = replace(self, number=min(self.number, deepest))
        column = self.page.column(self.sort.lstrip("-"))
        if column is None or self.page.sorts_at_scale(column):
            return kept
        said = _("Too many rows to sort by “%(column)s”: narrow the list first.")
        problem = said % {"column": column.heading()}
        return replace(kept, sort="", problems=(*self.problems, problem))

    def order(self, model: type[Model]) -> list[Any]:
        """Return the order: the clicked column, then the page's own."""
        if not self.sort:
            return list(self.page.order)
        down = self.sort.startswith("-")
        column = self.page.column(self.sort.lstrip("-"))
        assert column is not None
        assert column.sort is not None
        names = (column.sort,) if isinstance(column.sort, str) else column.sort
        # NULLS LAST both ways: empty cells are never what somebody sorts for. Upwards that is
        # PostgreSQL's own order; saying it where it is not needed hides the index from the planner.
        clicked: list[Any] = [
            F(n).desc(nulls_last=True if _may_be_empty(model, n) else None) if down else F(n).asc()
            for n in names
        ]
        return [*clicked, *(name for name in self.page.order if name.lstrip("-") not in names)]

    def params(self, **changes: str | None) -> list[tuple[str, str]]:
        """Return the address as pairs, without what is at its default; `None` drops one."""
        pairs: list[tuple[str, str]] = []
        if self.view:
            pairs.append(("view", self.view))
        if self.q:
            pairs.append(("q", self.q))
        for item in self.page.filters:
            value = self.chosen[item.key]
            if item.is_range:
                ends = zip(item.names(), (value.start, value.end), strict=True)
                pairs += [(name, text) for name, text in ends if text]
            else:
                pairs += [(item.key, text) for text in value.values]
        if self.sort:
            pairs.append(("sort", self.sort))
        if self.own_columns:
            pairs.append(("columns", ",".join(column.key for column in self.columns)))
        if self.number > 1:
            pairs.append(("page", str(self.number)))
        for name, text in changes.items():
            pairs = [pair for pair in pairs if pair[0] != name]
            if text:
                pairs.append((name, text))
        return pairs

    def address(self, **changes: str | None) -> str:
        """Return the query string with some parameters changed; the page number starts anew."""
        changes.setdefault("page", None)
        return "?" + urlencode(self.params(**changes))

    def without(self, *names: str) -> str:
        """Return the query string with these parameters dropped."""
        return self.address(**dict.fromkeys(names))

    def sort_address(self, column: Column) -> str:
        """Return where a click on this head leads: up, then down, then the page's own order."""
        following = {column.key: f"-{column.key}", f"-{column.key}": None}
        return self.address(sort=following.get(self.sort, column.key))


@dataclass(frozen=True, slots=True)
class ViewState:
    """What a view of a page filters by, and its address: the same for everybody."""

    chosen: Mapping[str, Chosen]
    url: str


# By the page itself: tests and modules may make several with one key.
_VIEWS: dict[int, tuple[ListPage, Mapping[str, ViewState]]] = {}


def views_of(page: ListPage) -> Mapping[str, ViewState]:
    """Return what the views of a page filter by; read once, unless choices are looked up."""
    kept = _VIEWS.get(id(page))
    if kept is not None and kept[0] is page:
        return kept[1]
    found = {}
    for view in page.views:
        # Named, or a view without filters would be read as the bare address: the first view.
        state = ListState.read(page, params_of({**view.params, "view": view.key}))
        found[view.key] = ViewState(state.chosen, state.address(view=view.key))
    if not any(callable(item.choices) for item in page.filters):
        _VIEWS[id(page)] = page, found
    return found


def _may_be_empty(model: type[Model], name: str) -> bool:
    """Tell whether a column can hold NULL; one that is none of the model's own can."""
    try:
        return name != "pk" and bool(model._meta.get_field(name).null)
    except FieldDoesNotExist:
        return True


def params_of(params: Mapping[str, Any]) -> QueryDict:
    """Return a view's parameters as a QueryDict."""
    made = QueryDict(mutable=True)
    for name, value in params.items():
        made.setlist(name, [value] if isinstance(value, str) else list(value))
    return made


def _columns(page: ListPage, params: QueryDict, view: str) -> tuple[tuple[Column, ...], bool]:
    wanted = [key for text in params.getlist("columns") for key in text.split(",") if key]
    if not wanted:
        preset = next((set(one.columns) for one in page.views if one.key == view), None)
        if preset:
            return tuple(c for c in page.columns if c.fixed or c.key in preset), False
        return tuple(c for c in page.columns if c.shown or c.fixed), False
    chosen = set(wanted)
    return tuple(c for c in page.columns if c.fixed or c.key in chosen), True


def _page_number(page: ListPage, text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        return 1
    return max(1, min(number, DEEPEST_ROW // page.page_size))
