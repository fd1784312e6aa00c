"""The demonstration, loaded once for all its tests: loading it takes as long as they do."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from anlan.base.actors import wall
from anlan.base.actors.scope import EVERYTHING
from anlan.demo.services import demo_load

DAY = date(2026, 11, 22)


@pytest.fixture(scope="package")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    """Load the small city as of DAY; return how many enterprises it said to have made."""
    with django_db_blocker.unblock(), transaction.atomic():
        wall.bind(EVERYTHING)
        yield demo_load(2026, "small", DAY)
        transaction.set_rollback(True)


@pytest.fixture
def city(loaded: int, db: None) -> int:
    """The loaded city, everything of it in sight; a test takes back what it changes."""
    wall.bind(EVERYTHING)
    return loaded
