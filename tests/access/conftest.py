"""What every test of access needs."""

import pytest
from django.template import Template
from django.test.utils import _TestState  # type: ignore[attr-defined]
from django.urls import get_resolver


@pytest.fixture(autouse=True, scope="session")
def _wired() -> None:
    """Load the URL configuration: it is what registers lists, sheets and papers."""
    assert get_resolver().url_patterns


@pytest.fixture
def unwatched_templates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw templates as the product does: a test's would copy the context of each for later.

    For tests that ask hundreds of pages and read what came, not what it was made of.
    """
    monkeypatch.setattr(Template, "_render", _TestState.saved_data.template_render)
