"""Which findings have given words in their search keys: by an index while they are few.

Each finding has a set of numbers in `findings_piece` (see the migrations): the pieces of its
search key, and marks of where, when and in what state it is. What is looked for is named by
numbers too, and the index intersects them.
"""

import datetime as dt
import hashlib
import itertools
import time
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from anlan.base.actors.scope import Scope

FEW = 20_000
"""So many are picked by the index and compared. Of more, the newest rows are looked through: that
finds a page of them sooner."""
REMEMBERED_S = 600.0
MOST_REMEMBERED = 1_000
OPEN, MAJOR = 0x62000000, 0x62000001
_PLACE, _MONTH = 0x60000000, 0x61000000

# How frequent words are changes slowly and is nobody's secret: whoever searches for one that is
# frequent meets it in any list.
_frequent: dict[tuple[int, ...], tuple[float, bool]] = {}


def pieces(words: Iterable[str]) -> tuple[int, ...]:
    """Return the pieces of folded words that the index knows, as numbers.

    Pairs of characters beyond ASCII; triples of ASCII signs, of letters alone those that begin
    with a consonant (as syllables do). Empty when it knows none: one character, two letters.
    """
    found: set[int] = set()
    for word in words:
        codes = [ord(sign) for sign in word]
        for a, b in itertools.pairwise(codes):
            if a > 0x7F and b > 0x7F:
                found.add(((a & 0xFFFF) - 0x8000) * 0x10000 + (b & 0xFFFF))
        for a, b, c in zip(codes, codes[1:], codes[2:], strict=False):
            if a <= 0x7F and b <= 0x7F and c <= 0x7F and not (a in _VOWELS and _letters(b, c)):
                found.add((a * 128 + b) * 128 + c)
    return tuple(sorted(found))


_VOWELS = frozenset(b"aeiou")


def _letters(*codes: int) -> bool:
    return all(0x61 <= code <= 0x7A for code in codes)


def place(path: str) -> int:
    """Return the mark of everything at a place or below it."""
    return _PLACE + int(hashlib.md5(path.encode(), usedforsecurity=False).hexdigest()[:6], 16)


def months(day: dt.date, n: int) -> list[int]:
    """Return the marks of what was registered in the month of a day and the `n` - 1 before it."""
    last = day.year * 12 + day.month
    return [_MONTH + month for month in range(last - n + 1, last + 1)]


def within(scope: Scope) -> tuple[int, ...]:
    """Return the mark of the smallest place that holds all of a scope, if it has one.

    Cities, counties and enterprises have marks: a province's would be on every row.
    """
    if scope.everything or scope.enterprises or not scope.prefixes:
        return ()
    steps = [path.split("/")[:-1] for path in scope.prefixes]
    shared = [one[0] for one in itertools.takewhile(_same, zip(*steps, strict=False))][:5]
    return (place("/".join(shared) + "/"),) if len(shared) >= 3 else ()


def _same(parts: Sequence[str]) -> bool:
    return len(set(parts)) == 1


def are_few(wanted: tuple[int, ...]) -> bool:
    """Tell whether few findings have all these numbers."""
    now = time.monotonic()
    known = _frequent.get(wanted)
    if known is not None and now - known[0] < REMEMBERED_S:
        return not known[1]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM findings_with_pieces(%s::integer[], %s, NULL)",
            [list(wanted), FEW + 1],
        )
        frequent = cursor.fetchone()[0] > FEW
    if len(_frequent) >= MOST_REMEMBERED:
        _frequent.clear()
    _frequent[wanted] = (now, frequent)
    return not frequent


def ids(wanted: tuple[int, ...], most: int, any_of: Sequence[int] | None = None) -> Any:
    """Return the expression for the ids of up to `most` findings with all of `wanted`, and one of
    `any_of` where given."""
    return RawSQL(
        "SELECT findings_with_pieces(%s::integer[], %s, %s::integer[])",
        [list(wanted), most, None if any_of is None else list(any_of)],
    )
