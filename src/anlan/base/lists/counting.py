"""How many rows: exact while that is cheap, else the planner's estimate."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Q, QuerySet, Value

COUNT_UP_TO = 100_000


@dataclass(frozen=True, slots=True)
class Counted:
    """A number of rows; `more` says that there are at least that many."""

    n: int
    more: bool = False

    def __str__(self) -> str:
        return f"{self.n:,}".replace(",", "\u2009") + ("+" if self.more else "")


def count_rows(rows: QuerySet[Any], limit: int = COUNT_UP_TO) -> Counted:
    """Count rows, stopping at `limit`: counting a million to say "many" helps nobody."""
    # Without the rows' other columns: an annotation would be computed for each row counted.
    n = rows.order_by().values("pk")[: limit + 1].count()
    return Counted(limit, more=True) if n > limit else Counted(n)


def count_views(base: QuerySet[Any], conditions: Mapping[str, Q]) -> dict[str, Counted]:
    """Count the rows of several conditions in one pass over `base`, the same condition once."""
    if not conditions:
        return {}
    each = list(dict.fromkeys(conditions.values()))
    # Not of a column, which would be read of each row.
    one = Value(1)
    found = (
        base.order_by()
        .values("pk")
        .aggregate(**{f"n_{i}": Count(one, filter=q or None) for i, q in enumerate(each)})
    )
    return {key: Counted(found[f"n_{each.index(q)}"]) for key, q in conditions.items()}


@dataclass(frozen=True, slots=True)
class Guess:
    """The planner's guesses: rows in somebody's scope, and rows that a search finds."""

    base: int
    found: int


def guess(base: QuerySet[Any], found: QuerySet[Any]) -> Guess:
    """Return how many rows there are likely to be, in two cheap statements; nothing is counted.

    The planner cannot know how much row-level security lets through and takes a small share. Its
    guess for the bare table, seen through the same wall, tells that share; it is divided out.
    """
    table = connection.ops.quote_name(base.model._meta.db_table)
    parts: dict[str, tuple[str, Any]] = {"bare": (f"SELECT 1 FROM {table}", ())}  # noqa: S608
    for name, rows in (("base", base), ("found", found)):
        try:
            parts[name] = rows.order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:
            continue
    # The SQL is Django's own, with its values apart.
    sources = ", ".join(f"{name} AS MATERIALIZED ({sql})" for name, (sql, _p) in parts.items())
    asked = " UNION ALL ".join(f"SELECT 1 FROM {name}" for name in parts)  # noqa: S608
    params: list[Any] = [value for _sql, given in parts.values() for value in given]
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = to_regclass(%s)", [table])
        row = cursor.fetchone()
        cursor.execute(f"EXPLAIN (FORMAT JSON) WITH {sources} {asked}", params)
        planned = dict(_named(cursor.fetchone()[0][0]["Plan"]))
    total = max(float(row[0]) if row else 0.0, 0.0)
    share = min(1.0, planned.get("bare", total) / total) if total else 1.0
    base_rows, found_rows = (
        int(min(planned.get(name, 0.0) / (share or 1.0), total or planned.get(name, 0.0)))
        for name in ("base", "found")
    )
    return Guess(base_rows, found_rows)


def _named(plan: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Walk a plan; yield the rows planned for each named source."""
    name = str(plan.get("Subplan Name", ""))
    if name.startswith("CTE "):
        yield name[4:], float(plan["Plan Rows"])
    for below in plan.get("Plans", ()):
        yield from _named(below)
