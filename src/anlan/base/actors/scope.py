"""Scope: which rows an actor sees, as one indexed filter.

A row's `scope_path` names the place it belongs to: `cn/440000/445200/445202/e<id>/d<id>/`,
each part ended by a slash. Seeing a place is seeing everything whose path begins with its path.
Parks and groups cut across the tree of areas, so they contribute a set of enterprises instead.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

ROOT_PATH = "cn/"


Counting = tuple[str, list[str | list[UUID]]]
"""A statement that counts, and its values."""


def path_end(prefix: str) -> str:
    """Return the smallest text greater than every path that begins with `prefix`.

    A range on plain comparison operators is used, not LIKE: those operators are leakproof, so
    the index still serves the query below row-level security.
    """
    return prefix[:-1] + "0"


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows somebody sees.

    `prefixes` are scope paths (each ends in a slash), `enterprises` are enterprise ids,
    `everything` is the system itself.
    """

    prefixes: tuple[str, ...] = ()
    enterprises: frozenset[UUID] = frozenset()
    everything: bool = False

    @classmethod
    def of(cls, prefixes: Iterable[str], enterprises: Iterable[UUID] = ()) -> "Scope":
        """Return a scope without prefixes that lie inside another one."""
        kept: list[str] = []
        for prefix in sorted(set(prefixes)):
            if not kept or not prefix.startswith(kept[-1]):
                kept.append(prefix)
        return cls(tuple(kept), frozenset(enterprises))

    def q(self, path: str = "scope_path", enterprise: str = "enterprise_id") -> Q:
        """Return the filter for a query; the arguments name the columns."""
        if self.everything:
            return Q()
        condition = Q(pk__in=[])
        for prefix in self.prefixes:
            condition |= Q(**{f"{path}__gte": prefix, f"{path}__lt": path_end(prefix)})
        if self.enterprises:
            condition |= Q(**{f"{enterprise}__in": self.enterprises})
        return condition

    def sql(self) -> tuple[str, list[str | list[UUID]]]:
        """Return the same for a statement written out, for the columns `scope_path` and
        `enterprise_id`, with its values."""
        if self.everything:
            return "TRUE", []
        parts, values = ["FALSE"], list[str | list[UUID]]()
        for prefix in self.prefixes:
            parts.append("scope_path >= %s AND scope_path < %s")
            values += [prefix, path_end(prefix)]
        if self.enterprises:
            parts.append("enterprise_id = ANY(%s)")
            values.append(list(self.enterprises))
        return " OR ".join(parts), values

    def counting(self, table: str, states: Iterable[str], *, column: str = "state") -> Counting:
        """Return the statement that counts the rows of a table in one of some states.

        `table`, `column` and `states` are the product's own words, never a person's: they stand in
        the statement itself, so that an index of the rows in these states is seen to fit.
        """
        seen, values = self.sql()
        listed = ", ".join(f"'{state}'" for state in sorted(states))
        sql = f"SELECT count(*) FROM {table} WHERE ({seen}) AND {column} IN ({listed})"  # noqa: S608
        return sql, values

    def covers(self, scope_path: str, enterprise_id: UUID | None = None) -> bool:
        """Tell whether a row at `scope_path` of `enterprise_id` is inside."""
        return (
            self.everything
            or enterprise_id in self.enterprises
            or any(scope_path.startswith(prefix) for prefix in self.prefixes)
        )


NOTHING = Scope()
EVERYTHING = Scope(everything=True)
