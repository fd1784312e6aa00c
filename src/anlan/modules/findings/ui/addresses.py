"""Addresses of findings."""

from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse


def url_of(row: Any) -> str:
    """Return the page of a finding."""
    return reverse("findings:show", args=[row.pk])


def address_of(pk: UUID) -> str:
    """Return the page of the finding with this id."""
    return reverse("findings:show", args=[pk])


def list_url(**params: str | list[str]) -> str:
    """Return the list, filtered."""
    query = QueryDict(mutable=True)
    for name, value in params.items():
        query.setlist(name, [value] if isinstance(value, str) else value)
    return reverse("findings:list") + (f"?{query.urlencode()}" if query else "")
