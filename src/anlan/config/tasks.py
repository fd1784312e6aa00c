"""Ends tasks of asyncio, those too that miss being asked the first time."""

import asyncio
from collections.abc import Iterable
from typing import Any

ASK_AGAIN_S = 0.5


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel `tasks` and wait until each has ended; what they raise is left with them.

    One cancellation is not enough: up to Python 3.11 `asyncio.wait_for` swallows the one that
    arrives in the same turn of the loop as the answer it waits for, and the task goes on for ever.
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=ASK_AGAIN_S)
