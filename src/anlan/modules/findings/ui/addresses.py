"""Addresses of findings."""

from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse

from anlan.base.addresses import record_url


def url_of(row: Any) -> str:
    """Return the page of a finding."""
    return record_url("findings:show", row.pk)


def address_of(pk: UUID) -> str:
    """Return the page of the finding with this id."""
    return record_url("findings:show", pk)


def list_url(**params: str | list[str]) -> str:
    """Return the list, filtered."""
    query = QueryDict(mutable=True)
    for name, value in params.items():
        query.setlist(name, [value] if isinstance(value, str) else value)
    return reverse("findings:list") + (f"?{query.urlencode()}" if query else "")
