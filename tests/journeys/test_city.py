"""`anlan demo` fills in its city once."""

import pytest

from tests.ops.conftest import Product
from tests.ops.test_up import manage_sql


def test_the_city_is_made_once_and_stays(product: Product) -> None:
    if product.process is None:
        pytest.skip("a product that runs already is not ours to stop")
    assert "the README lists its accounts" in product.output.read_text()
    count = "SELECT count(*) FROM registry_enterprise WHERE is_demo"
    assert manage_sql(product, count) == "60"
    made = product.log("demo")
    assert "60 enterprises loaded" in made
    assert product.stop() == 0
    product.start(("demo", "--size", "small"))
    assert product.log("demo") == made
    assert manage_sql(product, count) == "60"
