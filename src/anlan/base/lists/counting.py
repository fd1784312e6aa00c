"""How many rows: exact while that is cheap, else the planner's estimate."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet

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
    n = rows.order_by()[: limit + 1].count()
    return Counted(limit, more=True) if n > limit else Counted(n)


def count_views(base: QuerySet[Any], conditions: Mapping[str, Q]) -> dict[str, Counted]:
    """Count the rows of several conditions in one pass over `base`."""
    if not conditions:
        return {}
    found = base.order_by().aggregate(
        **{f"n_{i}": Count("pk", filter=q) for i, q in enumerate(conditions.values())}
    )
    return {key: Counted(found[f"n_{i}"]) for i, key in enumerate(conditions)}


def estimate(rows: QuerySet[Any]) -> int:
    """Return the planner's guess of the number of rows, corrected for row-level security.

    The planner cannot know how much the wall lets through and guesses a small share. The guess
    for the bare table, seen through the wall, tells that share; dividing by it takes it out.
    """
    table = rows.model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = to_regclass(%s)", [f'"{table}"'])
        row = cursor.fetchone()
        cursor.execute(f'EXPLAIN (FORMAT JSON) SELECT 1 FROM "{table}"')  # noqa: S608 - our own name
        seen = _planned(cursor.fetchone()[0])
    total = max(float(row[0]) if row else 0.0, 0.0)
    share = min(1.0, seen / total) if total else 1.0
    plan = json.loads(rows.order_by().explain(format="json"))
    guess = _planned(plan)
    return int(min(guess / share if share else guess, total or guess))


def _planned(plan: Any) -> float:
    return float(plan[0]["Plan"]["Plan Rows"])
