"""`anlan demo` fills in its city once."""

from pathlib import Path

from tests.ops.conftest import Product
from tests.ops.test_up import manage_sql


def test_the_city_is_made_once_and_stays(tmp_path: Path) -> None:
    product = Product(tmp_path / "data").start(("demo", "--size", "small"))
    try:
        assert "the README lists its accounts" in product.output.read_text()
        count = "SELECT count(*) FROM registry_enterprise"
        assert manage_sql(product, count) == "60"
        made = product.log("demo")
        assert product.stop() == 0
        product.start(("demo", "--size", "small"))
        assert product.log("demo") == made
        assert manage_sql(product, count) == "60"
    finally:
        assert product.stop() == 0
