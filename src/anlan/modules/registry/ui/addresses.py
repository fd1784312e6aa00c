"""Addresses of records."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from anlan.base.addresses import record_url
from anlan.modules.registry.models import (
    Chemical,
    Enterprise,
    Equipment,
    Facility,
    Inventory,
    Licence,
    MhiUnit,
    Person,
    Qualification,
    Site,
)

KEYS: dict[type, str] = {
    Enterprise: "enterprises",
    Site: "sites",
    MhiUnit: "units",
    Facility: "facilities",
    Equipment: "equipment",
    Chemical: "chemicals",
    Inventory: "inventories",
    Licence: "licences",
    Person: "people",
    Qualification: "qualifications",
}


def url_of(row: Any) -> str:
    """Return the address of a record's page; empty for none."""
    return record_url(f"registry:{KEYS[type(row)]}_show", row.pk) if row is not None else ""


def enterprise_address(pk: UUID) -> str:
    """Return the address of an enterprise's file."""
    return record_url("registry:enterprises_show", pk)


def enterprise_url(row: Any) -> str:
    """Return the address of the file of the enterprise that a row belongs to."""
    return enterprise_address(row.enterprise_id)


def list_url(key: str, **params: Any) -> str:
    """Return the address of a list with filters."""
    query = urlencode({name: value for name, value in params.items() if value}, doseq=True)
    return reverse(f"registry:{key}") + (f"?{query}" if query else "")
