"""Lists people can work in: declare a `ListPage`, mount its `urls()`."""

from anlan.base.lists.choosers import Chooser, register_chooser
from anlan.base.lists.columns import Column
from anlan.base.lists.filters import Filter
from anlan.base.lists.page import BulkAction, BulkResult, Found, ListPage, NarrowSheet, View
from anlan.base.lists.search import search_condition, search_key, search_terms

__all__ = [
    "BulkAction",
    "BulkResult",
    "Chooser",
    "Column",
    "Filter",
    "Found",
    "ListPage",
    "NarrowSheet",
    "View",
    "register_chooser",
    "search_condition",
    "search_key",
    "search_terms",
]
