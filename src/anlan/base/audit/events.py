"""The registry of event names and the sentences people read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from anlan.base.errors import Text

Choices = Mapping[Any, Any]

_EVENTS: dict[str, "Event"] = {}


@dataclass(frozen=True, slots=True)
class Event:
    """A kind of event. `code` is dotted (`registry.enterprise.changed`), `text` is a sentence.

    The text may use the placeholders `actor` and `object`. `labels` and `choices` put what the
    event tells beyond the fields of its row into words; choices known only at run time are a
    function. A quiet event is evidence that the product keeps for itself: it stands in the whole
    history, not in the timeline of a record that people read.
    """

    code: str
    text: Text
    labels: Mapping[str, Text] = field(default_factory=dict)
    choices: Mapping[str, Choices | Callable[[], Choices]] = field(default_factory=dict)
    quiet: bool = False

    def __post_init__(self) -> None:
        if self.code in _EVENTS:
            raise ValueError(f"audit event {self.code!r} is declared twice")
        _EVENTS[self.code] = self


def event_for(code: str) -> Event | None:
    """Return the declared event of this code, or None for one that is no longer declared."""
    return _EVENTS.get(code)


def all_events() -> dict[str, Event]:
    """Return every declared event by code."""
    return dict(_EVENTS)
