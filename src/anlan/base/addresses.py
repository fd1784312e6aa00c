"""Addresses of pages and records, looked up once: a page shows a hundred of them."""

from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import get_script_prefix, get_urlconf, reverse

_ANY = UUID(int=0)


@lru_cache(maxsize=1000)
def _found(name: str, given: tuple[Any, ...], _prefix: str, _urlconf: str) -> str:
    return reverse(name, args=given)


def _reversed(name: str, *given: Any) -> str:
    # What decides: where the application hangs and which addresses it has.
    return _found(name, given, get_script_prefix(), get_urlconf() or settings.ROOT_URLCONF)


def page_url(name: str) -> str:
    """Return the address of a page without parameters. Raises NoReverseMatch."""
    return _reversed(name)


def record_url(name: str, pk: UUID) -> str:
    """Return the address of the page `name` of one record. Raises NoReverseMatch."""
    return _reversed(name, _ANY).replace(str(_ANY), str(pk))
