"""The benchmark of duties still runs, on a handful of plans."""

import pytest

from anlan.base.actors import wall
from anlan.base.actors.scope import EVERYTHING
from benchmarks import duties
from tests.support.world import World


@pytest.mark.django_db
def test_every_part_measures_something(world: World) -> None:
    with wall.acting_as(EVERYTHING):
        duties.fill(2, 20)
        made = duties.make_a_day(sample=3)
        mine = duties.my_tasks(people=4)
        marked = duties.mark_overdue(sample=3)
        assert (made.n, marked.n) == (40, 40)
        assert mine.n == 4 * 2
        assert made.plain > 0
        assert "make a day" in made.row()
        duties.empty()
