"""Fixtures for every test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from anlan.base.actors import wall
from tests.support.wiping import FILLED, wipe
from tests.support.world import World, build_world


@pytest.fixture
def world(db: None) -> World:
    """Return a fresh world; its rows go when the test ends."""
    # A request of the test before leaves its actor's scope bound, as on a kept connection.
    wall.bind(wall.default_scope())
    return build_world()


@pytest.fixture
def count_queries() -> Callable[[Callable[[], Any]], int]:
    """Return a function that counts the SQL statements of a call."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count(call: Callable[[], Any]) -> int:
        with CaptureQueriesContext(connection) as caught:
            call()
        return len(caught)

    return count


@pytest.fixture
def committed(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[None]:
    """Let a test commit for real, so that its threads and processes see the rows; wipe after.

    pytest-django's own transactional tests would empty the tables as the application's role,
    which must not be able to.
    """
    with django_db_blocker.unblock():
        wall.bind(wall.default_scope())  # see `world`
        try:
            yield
        finally:
            wipe(request.config.stash[FILLED])
