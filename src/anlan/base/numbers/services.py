"""Giving numbers."""

from datetime import date
from typing import Protocol
from uuid import UUID

from django.db import connection

from anlan.base.ids import uuid7
from anlan.base.numbers.kinds import NumberKind

# One statement: the row is made or raised, and stays locked until the caller's transaction ends.
# Taking the number back with a rollback is what keeps the series without gaps.
NEXT = """
    INSERT INTO numbers_numbersequence
        (id, enterprise_id, scope_path, version, created_at, updated_at, kind, year, last)
    VALUES (%s, %s, %s, 1, now(), now(), %s, %s, %s)
    ON CONFLICT (enterprise_id, kind, year) DO UPDATE
        SET last = numbers_numbersequence.last + excluded.last, updated_at = now()
    RETURNING last
"""


class Numbered(Protocol):
    """What numbers belong to: an organisation, or a row of an enterprise."""

    @property
    def scope_path(self) -> str:
        """The place."""
        ...

    @property
    def enterprise_id(self) -> UUID | None:
        """The enterprise, or None for what areas and parks number themselves."""
        ...


def next_number(owner: Numbered, kind: NumberKind, on: date) -> str:
    """Return the next number of a kind for the owner's enterprise in the year of `on`.

    Two at once wait for each other; a rollback gives the number back, so there are no gaps.
    Raises RuntimeError outside a transaction: the number would be spent on nothing.
    """
    return next_numbers(owner, kind, on, 1)[0]


def next_numbers(owner: Numbered, kind: NumberKind, on: date, count: int) -> list[str]:
    """Return `count` numbers in a row, for imports."""
    if not connection.in_atomic_block:
        raise RuntimeError("a number belongs into the transaction of what it numbers")
    if count < 1:
        return []
    organisation = owner.enterprise_id or getattr(owner, "pk", None)
    # The counter belongs to the whole enterprise, whichever department's row takes a number.
    path = owner.scope_path
    if owner.enterprise_id is not None:
        part = f"e{owner.enterprise_id.hex}/"
        path = path[: path.index(part) + len(part)] if part in path else path
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [uuid7(), organisation, path, kind.name, on.year, count])
        (last,) = cursor.fetchone()
    return [kind.written(on.year, number) for number in range(last - count + 1, last + 1)]
