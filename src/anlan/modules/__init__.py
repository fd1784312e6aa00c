"""The mission: one Django app per capability."""
