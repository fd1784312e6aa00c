"""A batch of samples, and how it looks on the wire: one Arrow IPC stream with four columns.

`tag` int32 (a point's number), `ts` timestamp[us, UTC] (the source's time), `value` float64,
`quality` uint8. About a thousand rows a message: one sample a message costs several hundred
times as much.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

# Arrow is imported where it is used: web processes know batches and hardly ever see one.
if TYPE_CHECKING:
    import pyarrow as pa

GOOD, UNCERTAIN, BAD = 0, 1, 2

_END_OF_STREAM = b"\xff\xff\xff\xff\x00\x00\x00\x00"


@lru_cache(maxsize=1)
def schema() -> "pa.Schema":
    """The four columns."""
    import pyarrow as pa

    return pa.schema(
        [
            ("tag", pa.int32()),
            ("ts", pa.timestamp("us", tz="UTC")),
            ("value", pa.float64()),
            ("quality", pa.uint8()),
        ]
    )


class BadBatch(ValueError):
    """A message that is no batch: torn, of other columns, or with holes. The text says which."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Samples as four arrays of one length, in the order in which they were sent.

    `times_us` are microseconds since 1970 (UTC) by the source's clock; `quality` is GOOD,
    UNCERTAIN or BAD. A value that is not a number has quality BAD.
    """

    tags: NDArray[np.int32]
    times_us: NDArray[np.int64]
    values: NDArray[np.float64]
    quality: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.tags)

    def take(self, which: Any) -> "Batch":
        """The rows that a mask, a slice or an array of positions names."""
        return Batch(
            self.tags[which], self.times_us[which], self.values[which], self.quality[which]
        )


def batch_of(tags: Any, times_us: Any, values: Any, quality: Any = None) -> Batch:
    """A batch from anything numpy takes; without `quality` all is good.

    Raises BadBatch when the columns differ in length.
    """
    found = Batch(
        np.ascontiguousarray(tags, np.int32),
        np.ascontiguousarray(times_us, np.int64),
        np.ascontiguousarray(values, np.float64),
        np.zeros(len(tags), np.uint8)
        if quality is None
        else np.ascontiguousarray(quality, np.uint8),
    )
    if not len(found.tags) == len(found.times_us) == len(found.values) == len(found.quality):
        raise BadBatch("The columns differ in length.")
    return found


def joined(batches: list[Batch]) -> Batch:
    """All rows of several batches, in order."""
    if len(batches) == 1:
        return batches[0]
    return Batch(
        np.concatenate([one.tags for one in batches]) if batches else np.empty(0, np.int32),
        np.concatenate([one.times_us for one in batches]) if batches else np.empty(0, np.int64),
        np.concatenate([one.values for one in batches]) if batches else np.empty(0),
        np.concatenate([one.quality for one in batches]) if batches else np.empty(0, np.uint8),
    )


def table_of(batch: Batch) -> "pa.RecordBatch":
    """The batch as Arrow, without copying."""
    import pyarrow as pa

    return pa.RecordBatch.from_arrays(
        [
            pa.array(batch.tags),
            pa.array(batch.times_us).cast(schema().field(1).type),
            pa.array(batch.values, from_pandas=False),
            pa.array(batch.quality),
        ],
        schema=schema(),
    )


def encode(batch: Batch) -> bytes:
    """The batch as one Arrow IPC stream."""
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema()) as writer:
        writer.write_batch(table_of(batch))
    return bytes(sink.getvalue())


def decode(data: bytes) -> Batch:
    """The batch in a message. Raises BadBatch for everything that is not a whole one."""
    import pyarrow as pa

    # Arrow takes a stream cut between two of its messages for a whole one.
    if not data.endswith(_END_OF_STREAM):
        raise BadBatch("The message is torn: it does not end as an Arrow stream.")
    try:
        with pa.ipc.open_stream(data) as reader:
            if not reader.schema.equals(schema()):
                raise BadBatch("The columns are not tag, ts, value and quality of their types.")
            found = list(reader)
        for one in found:
            one.validate()
            if any(column.null_count for column in one.columns):
                raise BadBatch("A column has holes.")
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:  # torn streams raise all
        raise BadBatch(f"The message cannot be read as Arrow: {error}") from error
    return joined([_arrays(one) for one in found])


def _arrays(one: "pa.RecordBatch") -> Batch:
    import pyarrow as pa

    tag, moment, value, quality = one.columns
    return Batch(
        tag.to_numpy(),
        moment.view(pa.int64()).to_numpy(),
        value.to_numpy(),
        quality.to_numpy(),
    )
