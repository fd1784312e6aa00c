"""When somebody is told. Values in, moments out; times of day are of Asia/Shanghai."""

import datetime as dt

from anlan.base.clock import SHANGHAI

BACK_OFF = (60, 300, 900, 3600, 4 * 3600)
"""Seconds before the second and each further attempt; after them a message has failed."""


def is_quiet(at: dt.time, quiet_from: dt.time, quiet_until: dt.time) -> bool:
    """Tell whether a time of day lies in quiet hours, which may span midnight."""
    if quiet_from <= quiet_until:
        return quiet_from <= at < quiet_until
    return at >= quiet_from or at < quiet_until


def after_quiet(moment: dt.datetime, quiet_from: dt.time, quiet_until: dt.time) -> dt.datetime:
    """Return the moment itself, or the end of the quiet hours it lies in."""
    here = moment.astimezone(SHANGHAI)
    if not is_quiet(here.time(), quiet_from, quiet_until):
        return moment
    end = dt.datetime.combine(here.date(), quiet_until, SHANGHAI)
    if end <= here:
        end = dt.datetime.combine(here.date() + dt.timedelta(days=1), quiet_until, SHANGHAI)
    return end.astimezone(dt.UTC)


def next_attempt(moment: dt.datetime, attempts: int, retry_after: int | None) -> dt.datetime | None:
    """Return when to try again after `attempts` failed ones; None when it is enough.

    What the other side asks for (`retry_after` seconds) is respected if it is later.
    """
    if attempts > len(BACK_OFF):
        return None
    wait = max(BACK_OFF[attempts - 1], min(retry_after or 0, 24 * 3600))
    return moment + dt.timedelta(seconds=wait)


def common_place(paths: list[str]) -> str:
    """Return the scope path of the smallest place that holds all of these; empty for none."""
    if not paths:
        return ""
    low, high = min(paths), max(paths)
    same = 0
    while same < min(len(low), len(high)) and low[same] == high[same]:
        same += 1
    return low[: low.rfind("/", 0, same) + 1]
