"""The product with its demo city, started once, and a browser to use it with.

Screenshots of every journey are kept in `test-artifacts/`. Without Chromium the journeys are
skipped with a warning; with ANLAN_TEST_NO_SKIP=1 they fail. While journeys are written,
ANLAN_TEST_PRODUCT=FOLDER:PORT uses a demo city that runs already.
"""

import os
import re
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.journeys.visitor import Visitor
from tests.ops.conftest import Product
from tests.ops.copies import run_folder, with_city
from tests.support.chromium import FLAGS
from tests.support.patience import browsers_end_after

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
DEMO = ("demo", "--size", "small")
PICTURES = Path(__file__).resolve().parents[2] / "test-artifacts"
# Three workers share two cores, and a product just started draws its first pages slowly.
expect.set_options(timeout=15_000)

# Less than what pytest-timeout gives a test: that would end the worker, and hide the reason.
LONGEST_SECONDS = 270


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    """No test waits for ever for a browser that does not answer."""
    with browsers_end_after(LONGEST_SECONDS):
        yield


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's program."""
    if not CHROMIUM:
        if os.environ.get("ANLAN_TEST_NO_SKIP") == "1":
            pytest.fail("no Chromium: install the package chromium")
        warnings.warn("NO CHROMIUM: the journeys are skipped", stacklevel=1)
        pytest.skip("no Chromium: install the package chromium")
    return CHROMIUM


@pytest.fixture(scope="package")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The product with its small demo city, for all journeys."""
    if not _is_built():
        pytest.fail("web/ is not built: run `make setup`")
    if running := os.environ.get("ANLAN_TEST_PRODUCT"):
        folder, _, port = running.rpartition(":")
        yield Product(Path(folder), port=int(port))
        return
    found = Product(tmp_path_factory.mktemp("journeys") / "data")
    with_city(found, run_folder(tmp_path_factory), DEMO).start(DEMO)
    yield found
    found.stop()


def _is_built() -> bool:
    root = Path(__file__).resolve().parents[2]
    return (root / "src/anlan/static/dist/manifest.json").is_file()


@pytest.fixture(scope="module")
def browser(chromium: str, product: Product) -> Iterator[Browser]:
    """A browser for one file of journeys: its loop must be gone before other tests run."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield found
        found.close()


@pytest.fixture
def visit(
    product: Product, browser: Browser, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Visitor]]:
    """Return a function that opens the product as an account; pictures are kept at the end."""
    opened: list[Visitor] = []

    def open_as(account: str = "", *, by_name: bool = False, **options: Any) -> Visitor:
        host = "localhost" if by_name else "127.0.0.1"
        visitor = Visitor.open(browser, f"http://{host}:{product.port}", account, **options)
        opened.append(visitor)
        return visitor

    yield open_as
    name = re.sub(r"[^\w-]+", "_", request.node.name)
    for number, visitor in enumerate(opened):
        visitor.keep(PICTURES / f"{name}-{number}.png")
        visitor.close()
