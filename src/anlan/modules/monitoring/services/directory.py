"""Telling the processes that take values in and judge them that their directory has changed."""

from anlan.base.live.services import signal

SUBJECT = "tm.directory"


def changed() -> None:
    """Have tags, sources and settings read anew once this transaction is committed."""
    signal(SUBJECT)
