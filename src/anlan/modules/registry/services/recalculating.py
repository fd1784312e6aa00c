"""Recalculation after changes: at once for a few units, in the background for many."""

import logging
from uuid import UUID

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.scope import EVERYTHING
from anlan.base.actors.wall import acting_as
from anlan.base.jobs.services import enqueue
from anlan.modules.registry.services.identification import unit_identify
from anlan.modules.registry.services.recalculation import on_change

log = logging.getLogger(__name__)

# A person who changes one tank should see the new level on the next page.
AT_ONCE = 50
IDENTIFY_JOB = "registry.identify"
# Ids of one job; an import of a province makes several.
PER_JOB = 5000


def recalculate(unit_ids: frozenset[UUID], cause: str) -> None:
    """Identify these units again as the product itself, which sees every officer to tell."""
    if len(unit_ids) <= AT_ONCE:
        try:
            with acting_as(EVERYTHING):
                unit_identify(SYSTEM, unit_ids, cause)
        # The change itself is committed: a failure here must not look as if it were not. The
        # nightly sweep takes up what is left.
        except Exception:
            log.exception("identification of %s units after %s failed", len(unit_ids), cause)
        return
    ids = sorted(str(pk) for pk in unit_ids)
    for start in range(0, len(ids), PER_JOB):
        enqueue(SYSTEM, IDENTIFY_JOB, unit_ids=ids[start : start + PER_JOB], cause=cause)


def install() -> None:
    """Listen for changes; called once at start-up."""
    on_change(recalculate)
