"""A store of values for tests: what it answers is what the test put in."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from anlan.telemetry import client, questions

Sample = tuple[int, dt.datetime, float, int]
"""Number, source time, value, quality."""


class Store:
    """Answers questions from a list of samples; `is_away` makes it silent."""

    def __init__(self, samples: Sequence[Sample] = ()) -> None:
        self.samples = list(samples)
        self.is_away = False
        self.asked: list[questions.Question] = []

    def ask(self, question: questions.Question, timeout_s: float) -> "pa.Table":
        """Answer as the historian does."""
        self.asked.append(question)
        if self.is_away:
            raise client.NoHistorian("away")
        rows = sorted((tag, client.micros(at), value, q) for tag, at, value, q in self.samples)
        if isinstance(question, questions.Latest):
            last = {
                row[0]: row for row in rows if not question.numbers or row[0] in question.numbers
            }
            return _table(list(last.values()))
        if isinstance(question, questions.Samples):
            wanted = [
                row
                for row in rows
                if row[0] in question.numbers and question.start_us <= row[1] < question.end_us
            ]
            return _table(wanted)
        if isinstance(question, questions.Trend):
            return self._trend(question, rows)
        if isinstance(question, questions.Online):
            return self._online(question, rows)
        raise AssertionError(question)

    @staticmethod
    def _trend(question: questions.Trend, rows: list[tuple[int, int, float, int]]) -> "pa.Table":
        every = max((question.end_us - question.start_us) // question.width, 1_000_000)
        columns: dict[tuple[int, int], list[float]] = {}
        for tag, at, value, quality in rows:
            if tag in question.numbers and question.start_us <= at < question.end_us:
                start = question.start_us + (at - question.start_us) // every * every
                columns.setdefault((tag, start), []).append(value if quality < 2 else np.nan)
        found = sorted(columns.items())
        good = [[v for v in values if v == v] or [np.nan] for _key, values in found]
        return client.answer_from(
            {
                "tag": pa.array([key[0] for key, _values in found], pa.int32()),
                "start": pa.array([key[1] for key, _values in found], pa.int64()),
                "min": [min(v) for v in good],
                "max": [max(v) for v in good],
                "avg": [sum(v) / len(v) for v in good],
                "last": [v[-1] for v in good],
                "count": [len(values) for _key, values in found],
            },
            every_us=str(every),
        )

    @staticmethod
    def _online(question: questions.Online, rows: list[tuple[int, int, float, int]]) -> "pa.Table":
        minutes: dict[int, set[int]] = {}
        for tag, at, _value, quality in rows:
            if (
                tag in question.numbers
                and question.start_us <= at < question.end_us
                and quality < 2
            ):
                minutes.setdefault(tag, set()).add(at // 60_000_000)
        return client.answer_from(
            {"tag": list(minutes), "minutes": [len(one) for one in minutes.values()]}
        )


def _table(rows: list[tuple[int, int, float, int]]) -> "pa.Table":
    return client.answer_from(
        {
            "tag": pa.array([row[0] for row in rows], pa.int32()),
            "ts": pa.array([row[1] for row in rows], pa.int64()),
            "value": pa.array([row[2] for row in rows], pa.float64()),
            "quality": pa.array([row[3] for row in rows], pa.uint8()),
        }
    )
