"""Declarations of jobs: what a kind is called, how it runs, when."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from anlan.base.actors.actor import Actor
from anlan.base.errors import AnlanError, Text

NAME = re.compile(r"^[a-z0-9_]+(\.[a-z0-9_]+)+$")


class Stopped(AnlanError):
    """The person cancelled the job, or another worker took it over. Let it fly."""

    code = "jobs.stopped"
    status = 409


class ProgressWriter(Protocol):
    """Takes progress reports; raises Stopped when the job must end."""

    def report(
        self, done: int, total: int | None, message: Text, params: Mapping[str, Any]
    ) -> None:
        """Note how far the work is."""


@dataclass(slots=True)
class JobContext:
    """What a running job knows.

    `actor` is the person who started it, loaded anew, with today's scope; `SYSTEM` for periodic
    jobs. `attempt` counts from 1; a job that `resumes` sees 2 after a crash. `due_at` is the
    moment (aware, UTC) a periodic run was due.
    """

    job_id: UUID
    actor: Actor
    attempt: int
    writer: ProgressWriter
    due_at: datetime | None = None

    def progress(
        self, done: int, total: int | None = None, message: Text = "", **params: Any
    ) -> None:
        """Tell how far the work is: `done` of `total` (None: unknown), and what is being done.

        Cheap enough for every row: writes are throttled and go over a connection of their own,
        so that others see them while the work's transaction is open. `message` is translated
        when it is shown; `params` fill its named placeholders. Raises Stopped when the person
        has cancelled.
        """
        self.writer.report(done, total, message, params)


@dataclass(frozen=True, slots=True)
class JobResult:
    """What a job leaves behind.

    `message` with `params` is the sentence shown; `data` is for the page that shows the result;
    `url` leads there; `file` is a `StoredFile` offered for download as `file_name`. `refused` is
    why the work was turned down, in the owner's language: the job ends as refused, its `url` still
    leads to the whole story. `faulty` says that the work is done and found faults to be mended.
    """

    message: Text = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    file: Any = None
    file_name: str = ""
    refused: str = ""
    faulty: bool = False


Work = Callable[..., JobResult | None]
# Names one run by its payload, in the active language; "" when the payload does not tell.
Titled = Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True, slots=True)
class JobKind:
    """One declared kind of job."""

    name: str
    title: Text
    run: Work
    every: str = ""
    resumes: bool = False
    retries: int = 0
    queue: str = "default"
    titled: Titled | None = None


_KINDS: dict[str, JobKind] = {}


def job(
    name: str,
    *,
    title: Text = "",
    every: str = "",
    resumes: bool = False,
    retries: int = 0,
    queue: str = "default",
    titled: Titled | None = None,
) -> Callable[[Work], Work]:
    """Declare a job.

    `every` is a cron line in Asia/Shanghai for periodic jobs ("30 6 * * *"). `resumes` says that
    the work may simply be run again after its worker was killed (it is idempotent, or one
    transaction); otherwise the person is told that it was interrupted. `retries` counts further
    attempts after `Unavailable`. `titled` names a run by its payload, for what is called otherwise
    in another language. Raises ValueError for a name that is taken or malformed.
    """
    if not NAME.match(name):
        raise ValueError(f"job name {name!r}: write it as app.verb")

    def declare(work: Work) -> Work:
        if name in _KINDS:
            raise ValueError(f"job {name!r} is declared twice")
        _KINDS[name] = JobKind(name, title or name, work, every, resumes, retries, queue, titled)
        return work

    return declare


def kind_of(name: str) -> JobKind | None:
    """Return the declared kind, or None for one that no longer exists."""
    return _KINDS.get(name)


def all_kinds() -> dict[str, JobKind]:
    """Return every declared kind by name."""
    return dict(_KINDS)
