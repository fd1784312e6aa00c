"""Duties: everything that recurs, with its windows, reminders, warnings and stand-ins."""

from anlan.base.duties.kinds import Kind, kind_of, on_fulfilled, on_overdue, register

__all__ = ["Kind", "kind_of", "on_fulfilled", "on_overdue", "register"]
