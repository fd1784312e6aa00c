"""News of jobs for whoever shows them live; `base.live` subscribes."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class JobNews:
    """What changed: told on every written progress report and every change of state."""

    job_id: UUID
    owner_id: UUID | None
    state: str
    done: int
    total: int | None


_listeners: list[Callable[[JobNews], None]] = []


def subscribe(listener: Callable[[JobNews], None]) -> None:
    """Call `listener` with all news of this process; it must be quick and must not raise."""
    _listeners.append(listener)


def tell(news: JobNews) -> None:
    """Pass news on."""
    for listener in _listeners:
        try:
            listener(news)
        except Exception:
            # A page that is not refreshed must not end the work it would have shown.
            log.exception("job %s: news could not be passed on", news.job_id)
