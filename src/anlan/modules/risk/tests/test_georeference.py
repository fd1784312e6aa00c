"""Tying a picture to the ground."""

from math import cos, radians

import pytest

from anlan.modules.risk.georeference import NotTied, centre, ground_of

METRES = 111_320.0


def test_two_points_give_scale_and_turn() -> None:
    # A picture turned by a right angle: its x runs north, its y (downwards) runs east.
    north, east = 100 / METRES, 100 / (METRES * cos(radians(31.0)))
    ground = ground_of([(0, 0, 121.0, 31.0), (100, 0, 121.0, 31.0 + north)])
    assert ground.at(0, 100) == pytest.approx((121.0 + east, 31.0), abs=1e-6)
    assert ground.metres_a_pixel == pytest.approx(1.0, rel=1e-3)


def test_three_points_may_stretch() -> None:
    ground = ground_of([(0, 0, 121.0, 31.0), (200, 0, 121.2, 31.0), (0, 100, 121.0, 30.95)])
    assert ground.at(100, 50) == pytest.approx((121.1, 30.975))


@pytest.mark.parametrize(
    "ties",
    [
        [],
        [(0, 0, 121.0, 31.0)],
        [(5, 5, 121.0, 31.0), (5, 5, 121.1, 31.0)],
        [(0, 0, 121.0, 31.0), (9, 9, 121.0, 31.0)],
        [(0, 0, 121.0, 31.0), (10, 0, 121.1, 31.0), (20, 0, 121.2, 31.0)],
        [(0, 0, 121.0, 31.0), (10, 0, 121.1, 31.0), (0, 10, 121.2, 31.0)],
    ],
)
def test_points_that_settle_nothing_are_refused(ties) -> None:
    with pytest.raises(NotTied):
        ground_of(ties)


def test_the_centre_is_inside() -> None:
    assert centre([(0, 0), (10, 0), (10, 10), (0, 10)]) == pytest.approx((5, 5))
    assert centre([(3, 4)]) == (3, 4)
    assert centre([(0, 0), (2, 0), (4, 0)]) == pytest.approx((2, 0))
