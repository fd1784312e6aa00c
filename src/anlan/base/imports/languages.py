"""Headers and choices in every language of the product, as people write them."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils import translation

from anlan.base.imports.cells import fold
from anlan.base.imports.sheet import Sheet, SheetColumn, read_only_suffix


def header_index(sheet: Sheet) -> dict[str, str]:
    """Return {folded header: column name} over all languages, other names and the names."""
    index: dict[str, str] = {}
    for column in sheet.columns:
        for text in (column.name, *column.also):
            index.setdefault(fold(text), column.name)
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for column in sheet.columns:
                index.setdefault(fold(column.heading()), column.name)
                index.setdefault(fold(str(column.label)), column.name)
    return index


def read_only_suffixes() -> tuple[str, ...]:
    """Return the endings of headers that are exported but not read, in every language."""
    found = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found.append(fold(read_only_suffix()))
    return tuple(found)


def titles(sheet: Sheet) -> frozenset[str]:
    """Return the sheet's folded title in every language."""
    found = set()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found.add(fold(str(sheet)))
    return frozenset(found)


def choice_index(column: SheetColumn) -> Mapping[str, Any]:
    """Return {folded text or code: choice} over all languages."""
    return _choice_index(_Held(column))


class _Held:
    """Carries a column into the cache by identity: its choices may be unhashable."""

    def __init__(self, column: SheetColumn) -> None:
        self.column = column

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.column is self.column

    def __hash__(self) -> int:
        return id(self.column)


@lru_cache(maxsize=2048)
def _choice_index(held: _Held) -> Mapping[str, Any]:
    column = held.column
    index: dict[str, Any] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for key, text in column.choice_texts():
                index.setdefault(fold(text), key)
    for key, _text in column.choice_texts():
        index.setdefault(fold(str(key)), key)
    return index
