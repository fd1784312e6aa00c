"""The registry of event names and the sentences people read."""

from dataclasses import dataclass

from django.utils.functional import Promise

_EVENTS: dict[str, "Event"] = {}


@dataclass(frozen=True, slots=True)
class Event:
    """A kind of event. `code` is dotted (`registry.enterprise.changed`), `text` is a sentence.

    The text may use the placeholders `actor` and `object`.
    """

    code: str
    text: str | Promise

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
