"""Which findings have given words in their search keys: by an index while they are rare."""

import itertools
import time
from collections.abc import Iterable

from django.db import connection

RARE = 5_000
"""Words that more findings have are frequent: the newest rows are looked through for them."""
REMEMBERED_S = 600.0
MOST_REMEMBERED = 1_000

# How frequent words are changes slowly and is nobody's secret: whoever searches for one that is
# frequent meets it in any list.
_frequent: dict[tuple[int, ...], tuple[float, bool]] = {}


def pieces(words: Iterable[str]) -> tuple[int, ...]:
    """Return the pieces of folded words that the index knows, as numbers; see the migration.

    Empty when it knows none, as for pinyin.
    """
    found: set[int] = set()
    for word in words:
        for a, b in itertools.pairwise(word):
            if ord(a) > 0x7F and ord(b) > 0x7F:
                found.add(((ord(a) & 0xFFFF) - 0x8000) * 0x10000 + (ord(b) & 0xFFFF))
        for a, b, c in zip(word, word[1:], word[2:], strict=False):
            three = a + b + c
            if all("\x21" <= sign <= "\x7f" for sign in three) and any(
                "0" <= sign <= "9" for sign in three
            ):
                found.add((ord(a) * 128 + ord(b)) * 128 + ord(c))
    return tuple(sorted(found))


def are_rare(wanted: tuple[int, ...]) -> bool:
    """Tell whether few findings, over all places, have all these pieces."""
    now = time.monotonic()
    known = _frequent.get(wanted)
    if known is not None and now - known[0] < REMEMBERED_S:
        return not known[1]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM findings_with_pieces(%s::integer[], %s)",
            [list(wanted), RARE + 1],
        )
        frequent = cursor.fetchone()[0] > RARE
    if len(_frequent) >= MOST_REMEMBERED:
        _frequent.clear()
    _frequent[wanted] = (now, frequent)
    return not frequent
