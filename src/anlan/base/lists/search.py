"""Search that finds Chinese names by characters, pinyin and initials."""

from collections.abc import Iterable
from functools import reduce
from operator import and_, or_

from django.db.models import Q

from anlan.base.search_key import search_key, typed

__all__ = ["search_condition", "search_key", "search_terms"]

MAX_TERMS = 6


def search_terms(text: str) -> list[str]:
    """Return the words of a search, folded like the stored keys; at most six."""
    return typed(text[:200]).split()[:MAX_TERMS]


def search_condition(text: str, fields: Iterable[str]) -> Q:
    """Return the condition that every word is found in one of `fields`.

    `search_key` columns are stored folded, so they are compared exactly; others without case.
    """
    names = tuple(fields)
    found = [
        reduce(or_, (Q(**{f"{name}__{_lookup(name)}": term}) for name in names))
        for term in search_terms(text)
    ]
    return reduce(and_, found) if found else Q()


def _lookup(name: str) -> str:
    return "contains" if name.endswith("search_key") else "icontains"
