"""What every test of access needs."""

import pytest
from django.urls import get_resolver


@pytest.fixture(autouse=True, scope="session")
def _wired() -> None:
    """Load the URL configuration: it is what registers lists, sheets and papers."""
    assert get_resolver().url_patterns
