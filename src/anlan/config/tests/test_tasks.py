"""Tasks end, whatever happens to the first request to."""

import asyncio

import pytest

from anlan.config import tasks


def test_a_task_that_missed_the_first_request_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer and the request come in one turn of the loop, as `asyncio.wait_for` has it."""
    monkeypatch.setattr(tasks, "ASK_AGAIN_S", 0.01)
    missed = False

    async def work() -> None:
        nonlocal missed
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            missed = True
        await asyncio.sleep(60)

    async def run() -> list[asyncio.Task[None]]:
        begun = [asyncio.create_task(work())]
        await asyncio.sleep(0)
        async with asyncio.timeout(10):
            await tasks.end(begun)
        return begun

    ended = asyncio.run(run())
    assert missed
    assert all(task.cancelled() for task in ended)


def test_ended_and_failed_tasks_do_no_harm() -> None:
    async def fail() -> None:
        raise ValueError

    async def run() -> None:
        begun = [asyncio.create_task(fail()), asyncio.create_task(asyncio.sleep(0))]
        await asyncio.sleep(0.01)
        await tasks.end(begun)
        await tasks.end([])
        assert isinstance(begun[0].exception(), ValueError)

    asyncio.run(run())
