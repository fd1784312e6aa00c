"""Checking the chains: set-based, in the database, naming the first broken link of each chain."""

import time
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from anlan.base.actors import wall
from anlan.base.actors.scope import EVERYTHING
from anlan.base.audit import anchors
from anlan.base.errors import Text


class Damage(StrEnum):
    """What was done to history."""

    EDITED = "edited"
    DELETED = "deleted"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    HEAD_REWRITTEN = "head_rewritten"
    REWRITTEN = "rewritten"
    ANCHORS_DAMAGED = "anchors_damaged"


TEXTS: dict[Damage, Text] = {
    Damage.EDITED: _("the entry was changed after it was written"),
    Damage.DELETED: _("entries before it are missing"),
    Damage.REORDERED: _("the entry does not belong at this place"),
    Damage.TRUNCATED: _("entries at the end are missing"),
    Damage.HEAD_REWRITTEN: _("the record of the chain's end was changed"),
    Damage.REWRITTEN: _("the chain was written anew after the anchor of %(anchored)s"),
    Damage.ANCHORS_DAMAGED: _("the file of anchors was changed in line %(line)s"),
}


@dataclass(frozen=True, slots=True)
class Break:
    """The first broken link of a chain. `seq` is where it shows; `detail` fills the text."""

    chain: str
    seq: int
    what: Damage
    event_id: str = ""
    at: datetime | None = None
    detail: dict[str, Any] | None = None

    def text(self) -> str:
        """Return the finding as a sentence, in the active language."""
        return str(TEXTS[self.what]) % (self.detail or {})


@dataclass(frozen=True, slots=True)
class Report:
    """What was checked and what was found; clean when there are no breaks."""

    chains: int
    events: int
    anchors: int
    breaks: tuple[Break, ...]
    seconds: float

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing is broken."""
        return not self.breaks


# Content: each entry against its own hash. A plain scan, so that it can run on several cores.
CONTENT = """
    SELECT chain, min(seq) FROM audit_event e
     WHERE hash <> sha256(prev_hash || audit_canonical(e)) AND (%(chain)s = '' OR chain = %(chain)s)
     GROUP BY chain
"""

# Links: each entry against the one before it.
LINKS = """
    SELECT first.chain, first.seq, first.before_seq,
           EXISTS (SELECT 1 FROM audit_event o
                    WHERE o.chain = first.chain AND o.hash = first.prev_hash)
      FROM (
        SELECT DISTINCT ON (chain) *
          FROM (
            SELECT chain, seq, prev_hash,
                   coalesce(lag(seq) OVER places, 0) AS before_seq,
                   coalesce(lag(hash) OVER places, '') AS before_hash
              FROM audit_event
             WHERE %(chain)s = '' OR chain = %(chain)s
            WINDOW places AS (PARTITION BY chain ORDER BY seq)
          ) link
         WHERE seq <> before_seq + 1 OR prev_hash <> before_hash
         ORDER BY chain, seq
      ) first
"""

# Ends: the last entry against the head that the trigger keeps.
ENDS = """
    SELECT coalesce(h.chain, l.chain), coalesce(l.seq, 0), coalesce(h.seq, 0),
           coalesce(l.n, 0), coalesce(h.hash = l.hash, false)
      FROM audit_head h
      FULL JOIN (
        SELECT counted.chain, counted.n, last.seq, last.hash
          FROM (
            SELECT chain, count(*) AS n, max(seq) AS seq FROM audit_event GROUP BY chain
          ) counted
          JOIN audit_event last ON last.chain = counted.chain AND last.seq = counted.seq
      ) l ON l.chain = h.chain
     WHERE %(chain)s = '' OR coalesce(h.chain, l.chain) = %(chain)s
"""


def verify(chain: str = "") -> Report:
    """Check every chain (or one) against itself, its head and the anchors.

    Reads as the product itself, in one snapshot: entries written meanwhile are not half seen.
    """
    began = time.monotonic()
    with wall.acting_as(EVERYTHING), transaction.atomic(), connection.cursor() as cursor:
        if not connection.savepoint_ids:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute(CONTENT, {"chain": chain})
        edited: dict[str, int] = dict(cursor.fetchall())
        cursor.execute(LINKS, {"chain": chain})
        broken = {name: (seq, before, home) for name, seq, before, home in cursor.fetchall()}
        cursor.execute(ENDS, {"chain": chain})
        ends = cursor.fetchall()
        found = [
            damage
            for name, last_seq, head_seq, _count, is_same in sorted(ends)
            if (damage := _judge(name, edited, broken, last_seq, head_seq, is_same))
        ]
        checked, contradicted = anchors.check(cursor, chain)
        known_broken = {item.chain for item in found}
        found += [
            Break(item.chain, item.seq, Damage(item.what), detail=item.detail)
            for item in contradicted
            if item.chain not in known_broken
        ]
        breaks = tuple(_described(cursor, item) for item in found)
    return Report(
        chains=len(ends),
        events=sum(end[3] for end in ends),
        anchors=checked,
        breaks=breaks,
        seconds=round(time.monotonic() - began, 2),
    )


def _judge(
    chain: str,
    edited: dict[str, int],
    broken: dict[str, tuple[int, int, bool]],
    last_seq: int,
    head_seq: int,
    is_same: bool,
) -> Break | None:
    """Return the first broken link of one chain."""
    changed = edited.get(chain)
    link, before, has_home = broken.get(chain, (None, 0, False))
    if link is not None and (changed is None or link <= changed):
        if link != before + 1:
            return Break(chain, before + 1, Damage.DELETED)
        if has_home:
            # What it is linked to exists, but at another place.
            return Break(chain, link, Damage.REORDERED)
        # Its link fits nothing: the entry before was changed and given a new hash.
        return Break(chain, link if changed == link else max(link - 1, 1), Damage.EDITED)
    if changed is not None:
        return Break(chain, changed, Damage.EDITED)
    if head_seq > last_seq:
        return Break(chain, last_seq + 1, Damage.TRUNCATED)
    if head_seq < last_seq or not is_same:
        return Break(chain, last_seq, Damage.HEAD_REWRITTEN)
    return None


def _described(cursor: Any, item: Break) -> Break:
    cursor.execute(
        "SELECT id, at FROM audit_event WHERE chain = %s AND seq = %s", [item.chain, item.seq]
    )
    row = cursor.fetchone()
    if row is None:
        return item
    return Break(item.chain, item.seq, item.what, str(row[0]), row[1], item.detail)
