"""Papers: what is printed, signed and sent: PDF, Word, Excel.

An app declares a `Paper` in its `papers.py` (imported at start-up); `/papers/<name>/<id>.<format>`
serves it to whoever sees the record. `xlsx.Book` writes workbooks for lists and imports too.
"""

from anlan.base.papers.registry import Paper, declare

__all__ = ["Paper", "declare"]
