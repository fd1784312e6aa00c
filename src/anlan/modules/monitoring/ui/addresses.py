"""Addresses of records of monitoring."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse


def point_url(row: Any) -> str:
    """Return the address of a point's page."""
    return reverse("monitoring:points_show", args=[row.pk])


def setting_url(row: Any) -> str:
    """Return the address of an alarm setting's page."""
    return reverse("monitoring:settings_show", args=[row.pk])


def change_url(row: Any) -> str:
    """Return the address of a change's page."""
    return reverse("monitoring:changes_show", args=[row.pk])


def source_url(row: Any) -> str:
    """Return the address of a data source's page."""
    return reverse("monitoring:sources_show", args=[row.pk])


def list_url(key: str, **params: Any) -> str:
    """Return the address of a list with filters."""
    query = urlencode({name: value for name, value in params.items() if value}, doseq=True)
    return reverse(f"monitoring:{key}") + (f"?{query}" if query else "")
