"""How much one import may bring."""

from typing import Final

from anlan.config import env

MAX_MB: Final = env.integer(
    "ANLAN_IMPORT_MAX_MB",
    64,
    minimum=1,
    maximum=1024,
    help="The largest spreadsheet that an import takes, in megabytes.",
)


def max_mb() -> int:
    """Return the largest file, in megabytes."""
    return MAX_MB


def max_bytes() -> int:
    """Return the largest file, in bytes."""
    return max_mb() * 1_000_000
