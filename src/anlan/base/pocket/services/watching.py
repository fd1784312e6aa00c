"""What the clock does for Pocket: tell of gaps, try again, forget."""

from datetime import datetime, timedelta

from django.db import transaction

from anlan.base.actors.actor import SYSTEM
from anlan.base.audit.services import Entry, record_many
from anlan.base.pocket import events
from anlan.base.pocket.models import MissingRange, Submission, SubmissionState
from anlan.base.pocket.services import receiving

TELL_AFTER = timedelta(hours=24)
CLOCKWORK = "clockwork over all phones"


def tell_gaps(moment: datetime) -> int:
    """Write one event for every gap that is open for a day; return how many."""
    with transaction.atomic():
        rows = list(
            MissingRange.objects.unscoped(CLOCKWORK)
            .select_for_update(of=("self",))
            .filter(told_at=None, closed_at=None, noticed_at__lt=moment - TELL_AFTER)
            .select_related("device")
        )
        record_many(
            SYSTEM,
            [
                Entry(events.GAP, row.device, after={"first": row.first, "last": row.last})
                for row in rows
            ],
        )
        MissingRange.objects.unscoped(CLOCKWORK).filter(pk__in=[row.pk for row in rows]).update(
            told_at=moment
        )
    return len(rows)


def try_waiting() -> int:
    """Apply again what waits for something that is here by now; return how many went."""
    waiting = (
        Submission.objects.unscoped(CLOCKWORK)
        .filter(state=SubmissionState.ACCEPTED, waits_for__isnull=False)
        .order_by("received_at")
        .values_list("pk", flat=True)[:500]
    )
    return sum(receiving.reapply(pk) for pk in list(waiting))
