"""Imports from spreadsheets: declare a `Sheet`, register it, and people can bring their files."""

from anlan.base.imports.sheet import (
    RowChange,
    Sheet,
    SheetColumn,
    SheetRow,
    register_sheet,
    sheet_for,
)

__all__ = ["RowChange", "Sheet", "SheetColumn", "SheetRow", "register_sheet", "sheet_for"]
