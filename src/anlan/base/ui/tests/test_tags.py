"""Small drawings of pages."""

from decimal import Decimal

from anlan.base.ui.templatetags.anlan_ui import sparkline


def test_a_limit_may_be_a_decimal_as_columns_give_it() -> None:
    assert "stroke-dasharray" in sparkline([1, 2, 3], Decimal("2.5"))
    assert "stroke-dasharray" not in sparkline([1, 2, 3])
