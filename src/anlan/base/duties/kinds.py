"""Kinds of duties: each module that makes plans says what they are called and where they lead.

Modules also learn here when duties are done or missed:

    from anlan.base import duties

    duties.register("inspection", _("Inspection"), url_of=task_url, icon="checkup-list")

    @duties.on_fulfilled
    def count(actor, instance): ...
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from anlan.base.actors.actor import Actor
    from anlan.base.duties.models import Instance

Text = str | Promise
Fulfilled = Callable[["Actor", "Instance"], Any]
Overdue = Callable[[datetime, Sequence[UUID]], Any]


def _nowhere(subject_id: UUID) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of duty. `url_of(subject_id)` is where it is carried out, "" for nowhere.

    `is_manual` kinds may be planned by hand and ticked off on the list itself.
    """

    code: str
    label: Text
    url_of: Callable[[UUID], str] = _nowhere
    icon: str = "checkup-list"
    is_manual: bool = False


_kinds: dict[str, Kind] = {}
_fulfilled: list[Fulfilled] = []
_overdue: list[Overdue] = []


def register(
    code: str,
    label: Text,
    url_of: Callable[[UUID], str] = _nowhere,
    icon: str = "checkup-list",
    *,
    is_manual: bool = False,
) -> Kind:
    """Declare a kind and return it. Raises ValueError when its code is taken."""
    if code in _kinds:
        raise ValueError(f"duty kind {code!r} is declared twice")
    _kinds[code] = Kind(code, label, url_of, icon, is_manual)
    return _kinds[code]


def kind_of(code: str) -> Kind:
    """Return the kind; one that is no longer declared shows its code."""
    return _kinds.get(code) or Kind(code, code)


def all_kinds() -> dict[str, Kind]:
    """Return every declared kind by code."""
    return dict(_kinds)


def on_fulfilled(function: Fulfilled) -> Fulfilled:
    """Call `function(actor, instance)` in the transaction in which a duty is done."""
    _fulfilled.append(function)
    return function


def on_overdue(function: Overdue) -> Overdue:
    """Call `function(now, instance_ids)` in the transaction that marks duties overdue."""
    _overdue.append(function)
    return function


def tell_fulfilled(actor: "Actor", instance: "Instance") -> None:
    """Call the subscribers of a duty done."""
    for function in _fulfilled:
        function(actor, instance)


def tell_overdue(now: datetime, ids: Sequence[UUID]) -> None:
    """Call the subscribers of duties missed."""
    for function in _overdue:
        function(now, ids)


def has_overdue_subscribers() -> bool:
    """Tell whether anybody wants the ids of duties missed."""
    return bool(_overdue)


register("plain", _("Duty"), is_manual=True)
