"""How long events of video platforms are kept."""

import datetime as dt

from django.db import connection, transaction

from anlan.base.actors.actor import SYSTEM
from anlan.base.audit.services import Entry, record_many
from anlan.base.clock import day_of
from anlan.modules.monitoring import events
from anlan.modules.monitoring.models import Source
from anlan.modules.monitoring.queries.video import ORIGIN
from anlan.modules.monitoring.source_settings import KEEP_VIDEO_DAYS, KEEP_VIDEO_LEAST

# What a finding was made of is evidence and stays.
_FORGET = """
    WITH gone AS (
        DELETE FROM monitoring_videoevent e
         USING monitoring_source s
         WHERE e.source_id = s.id
           AND e.at < %(now)s - make_interval(secs => 86400 * greatest(
                   coalesce(nullif(s.settings ->> 'keep_days', '')::float8, %(days)s), %(least)s))
           AND NOT EXISTS (SELECT 1 FROM findings_finding f
                            WHERE f.origin_kind = %(origin)s AND f.origin_id = e.id)
        RETURNING e.source_id, e.at
    )
    SELECT source_id, count(*), min(at), max(at) FROM gone GROUP BY source_id
"""


@transaction.atomic
def forget_old(now: dt.datetime) -> int:
    """Delete the events that are older than their source keeps them; return how many.

    One statement for all sources; history says of each how many and of which days.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _FORGET,
            {
                "now": now, "origin": ORIGIN,
                "days": KEEP_VIDEO_DAYS, "least": KEEP_VIDEO_LEAST,
            },
        )  # fmt: skip
        gone = {pk: (n, first, last) for pk, n, first, last in cursor.fetchall()}
    sources = Source.objects.for_actor(SYSTEM).in_bulk(list(gone))
    record_many(
        SYSTEM,
        [
            Entry(
                events.VIDEO_FORGOTTEN,
                sources[pk],
                after={"count": n, "first": day_of(first), "last": day_of(last)},
            )
            for pk, (n, first, last) in gone.items()
        ],
    )
    return sum(n for n, _first, _last in gone.values())
