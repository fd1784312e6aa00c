"""The questions the store answers over NATS, and the parts its answers come in.

A question is JSON on `tmq.<kind>`; the answer is one Arrow IPC stream, cut into messages that a
server with the smallest usual limit passes. The last part is marked; an error comes alone.
"""

from collections.abc import Iterator

import msgspec

PREFIX = "tmq"
PART_BYTES = 512 * 1024
LAST, ERROR = "Anlan-Last", "Anlan-Error"


class Latest(msgspec.Struct, frozen=True):
    """The newest sample of each tag; no numbers mean all tags."""

    numbers: list[int] = []


class Trend(msgspec.Struct, frozen=True):
    """Columns of a drawing: minimum, maximum, average, last and count of each piece of time."""

    numbers: list[int]
    start_us: int
    end_us: int
    width: int


class Samples(msgspec.Struct, frozen=True):
    """Single samples, oldest first, at most `limit`."""

    numbers: list[int]
    start_us: int
    end_us: int
    limit: int = 1_000_000


class Counts(msgspec.Struct, frozen=True):
    """How many samples each tag has; no numbers mean all tags."""

    start_us: int
    end_us: int
    numbers: list[int] = []


class Online(msgspec.Struct, frozen=True):
    """In how many of the minutes each tag had a value that is not bad."""

    numbers: list[int]
    start_us: int
    end_us: int


class Gaps(msgspec.Struct, frozen=True):
    """Where a tag was silent for longer than `longer_s` seconds."""

    numbers: list[int]
    start_us: int
    end_us: int
    longer_s: float = 60.0


class Status(msgspec.Struct, frozen=True):
    """What the store has done and how far it is."""


class Export(msgspec.Struct, frozen=True):
    """Write all tables to files in a folder of the store's, for a backup."""


Question = Latest | Trend | Samples | Counts | Online | Gaps | Status | Export
KINDS: dict[str, type[Question]] = {
    "latest": Latest,
    "trend": Trend,
    "samples": Samples,
    "counts": Counts,
    "online": Online,
    "gaps": Gaps,
    "status": Status,
    "export": Export,
}


def subject(question: Question) -> str:
    """Where a question is asked."""
    return f"{PREFIX}.{type(question).__name__.lower()}"


def parts(answer: bytes) -> Iterator[tuple[bytes, bool]]:
    """An answer in pieces, each with whether it is the last."""
    for at in range(0, max(len(answer), 1), PART_BYTES):
        yield answer[at : at + PART_BYTES], at + PART_BYTES >= len(answer)
