"""A batch survives the wire, and nothing else passes for one."""

import numpy as np
import pyarrow as pa
import pytest

from anlan.telemetry import wire
from anlan.telemetry.wire import BadBatch, batch_of


def _batch(rows: int = 5) -> wire.Batch:
    return batch_of(
        np.arange(rows), 1_763_800_000_000_000 + np.arange(rows), np.linspace(0, 1, rows)
    )


def test_a_batch_comes_back_as_it_was_sent() -> None:
    sent = batch_of([3, 1, 3], [30, 20, 10], [1.5, float("nan"), -0.0], [0, 2, 1])

    got = wire.decode(wire.encode(sent))

    assert got.tags.tolist() == [3, 1, 3]
    assert got.times_us.tolist() == [30, 20, 10]
    assert np.array_equal(got.values, sent.values, equal_nan=True)
    assert got.quality.tolist() == [0, 2, 1]
    assert len(wire.decode(wire.encode(_batch(0)))) == 0


def test_a_message_cut_anywhere_is_refused() -> None:
    whole = wire.encode(_batch())
    for end in range(len(whole)):
        with pytest.raises(BadBatch):
            wire.decode(whole[:end])


def test_a_message_with_flipped_bytes_never_breaks_the_reader() -> None:
    whole = wire.encode(_batch())
    for at in range(0, len(whole) - 8, 3):
        broken = bytearray(whole)
        broken[at] ^= 0xFF
        try:
            wire.decode(bytes(broken))
        except BadBatch:
            continue


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"tag": pa.array([1], pa.int32())}),
        pa.table({"tag": [1], "ts": [1], "value": [1.0], "quality": [0]}),
    ],
)
def test_other_columns_are_refused(table: pa.Table) -> None:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    with pytest.raises(BadBatch):
        wire.decode(bytes(sink.getvalue()))


def test_holes_are_refused() -> None:
    rows = pa.RecordBatch.from_arrays(
        [
            pa.array([None], kind) if name == "value" else pa.array([1], pa.int64()).cast(kind)
            for name, kind in zip(wire.schema().names, wire.schema().types, strict=True)
        ],
        schema=wire.schema(),
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, wire.schema()) as writer:
        writer.write_batch(rows)
    with pytest.raises(BadBatch, match="holes"):
        wire.decode(bytes(sink.getvalue()))


def test_columns_of_different_length_are_no_batch() -> None:
    with pytest.raises(BadBatch):
        batch_of([1, 2], [1], [1.0, 2.0])


def test_batches_join_in_order() -> None:
    both = wire.joined([batch_of([1], [10], [1.0]), batch_of([2, 3], [20, 30], [2.0, 3.0])])
    assert both.tags.tolist() == [1, 2, 3]
    assert len(wire.joined([])) == 0
    assert both.take(both.tags > 1).times_us.tolist() == [20, 30]
