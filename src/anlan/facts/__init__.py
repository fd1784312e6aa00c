"""Facts of standards and code lists: data files, each row with a source and its provenance.

Public surface:

- `Provenance`, `Dataset`, `Row`, `Table`: what a loaded file is made of,
- `FactError`: a file or row that may not be used, with file, line and remedy,
- `load_table(path)`: read one file, `load_packaged(name)`: read one that ships with Anlan.
"""

from anlan.facts.loader import (
    Dataset,
    FactError,
    Provenance,
    Row,
    Table,
    load_packaged,
    load_table,
)

__all__ = [
    "Dataset",
    "FactError",
    "Provenance",
    "Row",
    "Table",
    "load_packaged",
    "load_table",
]
