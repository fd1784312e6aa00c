"""The trace of an application, for tests."""

from anlan.base.audit.events import Event

APPLIED = Event("test.field.applied", "%(actor)s: %(object)s")
