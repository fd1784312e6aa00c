"""What needs somebody now: each module adds a provider, home and Pocket show them together.

    from anlan.base.inbox import today

    @today.provider("registry")
    def expiring(actor, day):
        rows = queries.expiring_licences(actor, until=day + timedelta(days=30))
        return today.Contribution(
            items=[today.Item(title=…, url=…, due=row.valid_until, action=_("Renew")) …],
            total=rows.count(),
            figures=[today.Figure(_("Licences expiring"), n, url=…)],
        )

A provider reads through its queries, the actor first, with a fixed number of statements, and
returns at most `LIMIT` items; `total` tells how many there are.
"""

import datetime as dt
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from uuid import UUID

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from anlan.base.actors.actor import Actor
from anlan.base.clock import due_day, now
from anlan.base.errors import AnlanError
from anlan.base.inbox.drawing import table_body
from anlan.base.inbox.models import Notice
from anlan.base.inbox.reach import reaches_of

logger = logging.getLogger(__name__)

Text = str | Promise
LIMIT = 200

GROUPS: dict[str, Text] = {
    "overdue": _("Overdue"),
    "today": _("Due today"),
    "decide": _("Waiting for my decision"),
    "soon": _("Due soon"),
    "open": _("Without a date"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to do, with its one obvious action.

    `due` is a day or an aware moment, late as soon as it has passed. `decides` marks what waits
    for this person's decision. `urgency` orders inside a group, 1 first; `risk` (1 to 4) shows a
    badge, 0 none. `place` is the scope path of the row behind it, empty for what was sent to this
    person.
    """

    title: Text
    url: str
    action: Text = _("Open")  # noqa: RUF009 - lazy text never changes
    context: Text = ""
    icon: str = "checkup-list"
    due: dt.date | dt.datetime | None = None
    decides: bool = False
    urgency: int = 3
    risk: int = 0
    action_url: str = ""
    place: str = ""

    def due_day(self) -> dt.date | None:
        """Return the day it is due (Asia/Shanghai)."""
        if isinstance(self.due, dt.datetime):
            return due_day(self.due)
        return self.due

    def group(self, day: dt.date) -> str:
        """Return the key of its group on this day."""
        due = self.due_day()
        is_late = isinstance(self.due, dt.datetime) and self.due < now()
        if is_late or (due is not None and due < day):
            return "overdue"
        if due == day:
            return "today"
        if self.decides:
            return "decide"
        return "soon" if due is not None else "open"

    def order(self, day: dt.date) -> tuple[int, int, dt.date, str]:
        """Return what it is sorted by: group, urgency, due day."""
        place = list(GROUPS).index(self.group(day))
        return place, self.urgency, self.due_day() or dt.date.max, str(self.title)


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell of the figure strip; `is_over` only for counts of what is overdue or breached."""

    label: Text
    value: int | str
    url: str
    note: Text = ""
    is_over: bool = False
    order: int = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a card; `due` shows as a chip."""

    title: Text
    url: str
    context: Text = ""
    note: Text = ""
    icon: str = ""
    risk: int = 0
    due: dt.date | dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table; `is_over` only for counts of what is overdue, `risk` shows a badge."""

    text: Text | int | None
    url: str = ""
    is_over: bool = False
    risk: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A small table. The first column names the row, `numbers` are the columns of figures."""

    heads: Sequence[Text]
    rows: Sequence[Sequence[Cell]]
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Card:
    """A card beside the day's work, or below it (`is_main`): a table, rows, or `levels` (how many
    of each level 1 to 4, and `level_urls` behind them; `level_kind` is `risk` or `installation`,
    which chooses the words)."""

    title: Text
    rows: Sequence[Row] = ()
    levels: Mapping[int, int] | None = None
    level_urls: Mapping[int, str] = field(default_factory=dict)
    level_kind: str = "risk"
    count: int | None = None
    more: Text = ""
    more_url: str = ""
    order: int = 100
    meta: Text = ""
    table: Table | None = None
    is_main: bool = False

    def table_body(self) -> SafeString:
        """Return the drawn rows of the table."""
        if self.table is None:
            return SafeString("")
        return table_body(self.table.heads, self.table.rows, self.table.numbers, self.level_kind)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one provider adds. `total` of None means: the items are all there are."""

    items: Sequence[Item] = ()
    total: int | None = None
    figures: Sequence[Figure] = ()
    cards: Sequence[Card] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A first step on the empty home of a new organisation."""

    title: Text
    text: Text
    url: str
    icon: str = "plus"
    order: int = 100


Provider = Callable[[Actor, dt.date], Contribution]
DueAt = Callable[[Actor, Sequence[Notice]], Mapping[UUID, dt.datetime]]
"""Takes notices of one kind, returns by the id of the notice when its next step is due (aware)."""
StepProvider = Callable[[Actor], Step | None]
_providers: dict[str, Provider] = {}
_steps: dict[str, StepProvider] = {}
_due_at: dict[str, DueAt] = {}


def provider(key: str) -> Callable[[Provider], Provider]:
    """Register a provider under a key; the same key again replaces it."""

    def keep(function: Provider) -> Provider:
        _providers[key] = function
        return function

    return keep


def first_step(key: str) -> Callable[[StepProvider], StepProvider]:
    """Register a first step: a function that returns it, or None for somebody it is not for or
    who has done it."""

    def keep(function: StepProvider) -> StepProvider:
        _steps[key] = function
        return function

    return keep


def due_at(kind: str) -> Callable[[DueAt], DueAt]:
    """Register who knows by the hour when the next step of a kind of notices is due; the day kept
    with the notice holds for the others."""

    def keep(function: DueAt) -> DueAt:
        _due_at[kind] = function
        return function

    return keep


def due_moments(actor: Actor, notices: Sequence[Notice]) -> dict[UUID, dt.datetime]:
    """Return the moments known of these notices, asking once for each registered kind."""
    moments: dict[UUID, dt.datetime] = {}
    for kind, ask in _due_at.items():
        if wanted := [notice for notice in notices if notice.kind == kind]:
            moments.update(ask(actor, wanted))
    return moments


@dataclass(frozen=True, slots=True)
class Group:
    """Items under one heading. `n` counts all of them, shown or on another page."""

    key: str
    title: Text
    n: int
    items: Sequence[Item]


@dataclass(frozen=True, slots=True)
class Choice:
    """One side of the switch of the home page; `n` counts its items."""

    key: str
    label: Text
    n: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class Today:
    """Everything the home page shows. `missing` names providers that failed; `choices` is the
    switch between readings, empty where there is one only."""

    day: dt.date
    items: Sequence[Item]
    total: int
    figures: Sequence[Figure] = ()
    cards: Sequence[Card] = ()
    missing: Sequence[str] = field(default_factory=list)
    choices: Sequence[Choice] = ()

    @property
    def wider(self) -> list[Choice]:
        """Return the readings that hold more than the one shown."""
        return [choice for choice in self.choices if choice.n > self.total]

    @property
    def main_cards(self) -> list[Card]:
        """Return the cards below the day's work."""
        return [card for card in self.cards if card.is_main]

    @property
    def side_cards(self) -> list[Card]:
        """Return the cards beside it."""
        return [card for card in self.cards if not card.is_main]

    def all_figures(self) -> list[Figure]:
        """Return the figures with those of the items first: overdue, today, to decide."""
        if not self.items:
            return list(self.figures)
        counts = dict.fromkeys(GROUPS, 0)
        for item in self.items:
            counts[item.group(self.day)] += 1
        oldest = min((day for item in self.items if (day := item.due_day())), default=self.day)
        late = (self.day - oldest).days
        own = [
            Figure(
                GROUPS["overdue"],
                counts["overdue"],
                "#an-overdue",
                note=ngettext("by up to %(n)s day", "by up to %(n)s days", late) % {"n": late}
                if counts["overdue"] and late
                else "",
                is_over=counts["overdue"] > 0,
            ),
            Figure(GROUPS["today"], counts["today"], "#an-today"),
        ]
        if counts["decide"]:
            own.append(Figure(GROUPS["decide"], counts["decide"], "#an-decide"))
        return own + list(self.figures)

    def groups(self, start: int = 0, size: int | None = None) -> list[Group]:
        """Return the groups of one page of items."""
        counts: dict[str, int] = {}
        for item in self.items:
            counts[item.group(self.day)] = counts.get(item.group(self.day), 0) + 1
        shown = self.items[start : None if size is None else start + size]
        return [
            Group(key, GROUPS[key], counts[key], list(items))
            for key, items in groupby(shown, key=lambda item: item.group(self.day))
        ]


def today_of(actor: Actor, day: dt.date) -> Today:
    """Ask every provider. One that fails is logged and named: the rest of the day's work must
    not disappear with it."""
    items: list[Item] = []
    figures: list[Figure] = []
    cards: list[Card] = []
    missing: list[str] = []
    total = 0
    for key, ask in _providers.items():
        try:
            given = ask(actor, day)
        except (AnlanError, LookupError, TypeError, ValueError, AttributeError):
            logger.exception("today: provider %s failed", key)
            missing.append(key)
            continue
        items += given.items[:LIMIT]
        total += len(given.items) if given.total is None else given.total
        figures += given.figures
        cards += given.cards
    items.sort(key=lambda item: item.order(day))
    figures.sort(key=lambda figure: figure.order)
    cards.sort(key=lambda card: card.order)
    return Today(day, items, total, figures, cards, missing)


def today_within(actor: Actor, day: dt.date, whose: str = "") -> Today:
    """Return the day's work of one reading: `mine`, `department` or `plant`; for another word
    the narrowest that holds something. Figures and cards stay those of everything."""
    found = today_of(actor, day)
    reaches = reaches_of(actor)
    if len(reaches) == 1:
        return found
    kept = [[item for item in found.items if reach.holds(item.place)] for reach in reaches]
    totals = [
        found.total if reach.places is None else len(items)
        for reach, items in zip(reaches, kept, strict=True)
    ]
    keys = [reach.key for reach in reaches]
    filled = (n for n, total in enumerate(totals) if total)
    chosen = keys.index(whose) if whose in keys else next(filled, 0)
    choices = [
        Choice(reach.key, reach.label, totals[n], n == chosen) for n, reach in enumerate(reaches)
    ]
    return replace(found, items=kept[chosen], total=totals[chosen], choices=choices)


def steps_for(actor: Actor) -> list[Step]:
    """Return the first steps this person can take."""
    steps = [step for ask in _steps.values() if (step := ask(actor)) is not None]
    return sorted(steps, key=lambda step: step.order)
