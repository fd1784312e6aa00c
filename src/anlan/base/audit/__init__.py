"""Audit: what happened, written once, chained by hashes.

`anlan.base.audit.services.record(actor, event, row, before=…, after=…)` is called by services
inside the transaction of the change. Nobody updates or deletes: triggers and rights forbid it,
and the chain shows it.
"""

from anlan.base.audit.events import Event

__all__ = ["Event"]
