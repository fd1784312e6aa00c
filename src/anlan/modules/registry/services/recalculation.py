"""Telling whoever grades units that something they rest on has changed."""

from collections.abc import Callable, Iterable
from functools import partial
from uuid import UUID

from django.db import transaction

Listener = Callable[[frozenset[UUID], str], None]

_LISTENERS: list[Listener] = []


def on_change(listener: Listener) -> Listener:
    """Call `listener(unit_ids, cause)` after each commit that touched what grading rests on.

    `cause` is `inventory`, `chemical`, `unit`, `site` or `import`. One call for a whole import.
    """
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)
    return listener


def units_changed(unit_ids: Iterable[UUID | None], cause: str) -> None:
    """Note that these units must be identified again once the transaction is committed."""
    units = frozenset(pk for pk in unit_ids if pk is not None)
    if units:
        transaction.on_commit(partial(_tell, units, cause))


def _tell(units: frozenset[UUID], cause: str) -> None:
    for listener in _LISTENERS:
        listener(units, cause)
