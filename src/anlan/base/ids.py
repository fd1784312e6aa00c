"""Identifiers made where the record is made: UUIDv7 (RFC 9562, section 5.7)."""

import secrets
import time
from uuid import UUID


def uuid7() -> UUID:
    """Return a new UUIDv7: 48 bits of Unix milliseconds, then random bits.

    Rows made one after another lie beside each other in an index, which random keys would not.
    """
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & (1 << 48) - 1) << 80
    value |= 0x7 << 76 | secrets.randbits(12) << 64
    value |= 0b10 << 62 | secrets.randbits(62)
    return UUID(int=value)
