"""The benchmark of dual prevention still runs, on a handful of plants; no time is asserted."""

import sys
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from anlan.base.actors import wall
from anlan.base.actors.roles import Role
from anlan.base.actors.scope import EVERYTHING
from anlan.base.duties.models import Instance
from anlan.base.duties.states import OPEN
from tests.support.world import World

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the benchmark's parts; its modules go away again."""
    monkeypatch.syspath_prepend(str(FOLDER))
    before = set(sys.modules)
    import dual_parts

    yield dual_parts
    for name in set(sys.modules) - before:
        if str(FOLDER) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@pytest.mark.django_db
def test_every_part_measures_something(
    world: World, parts: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dual_filling
    import duties

    # Spelling the texts of a province's findings would be nearly all of this test.
    monkeypatch.setattr(dual_filling, "POOL", 400)
    leader = world.user(Role.BUREAU_LEADER, "province")
    day = parts.measured_day()
    with wall.acting_as(EVERYTHING):
        with connection.cursor() as cursor:
            # What fills is the owner of the tables; what is measured is the application.
            cursor.execute("SET LOCAL ROLE NONE")
            province = dual_filling.Province(6, 20, 10, 60)
            took = dual_filling.fill_with(cursor, province, duties.at(0, day))
            cursor.execute(f"SET LOCAL ROLE {settings.DATABASE_APP_ROLE}")
        assert "findings" in took
        made = duties.make_a_day(day, sample=3)
        # The largest plant has twelve times the average's ten tasks, some of them twice a day.
        assert made.n > 100
        rated, seconds = parts.rating(day, sample=2)
        assert "rate the week of 6 enterprises: 6 scores" in rated[0]
        assert seconds > 0
        # On a Monday or a first of the month some have longer than the day.
        over = Instance.objects.unscoped("test").filter(
            opens_at__gte=duties.at(0, day), grace_until__lte=duties.at(24.5, day)
        )
        n_over = over.filter(state__in=OPEN).count()
        assert 100 < n_over <= made.n
        assert duties.mark_overdue(day, sample=3).n == n_over
    client = Client()
    client.force_login(leader)
    rows = list(islice(parts.page_rows("leader", leader.username, client, 1), 3))
    assert rows[1][0] == "leader, all findings"
    assert all(row[3] for row in rows)
