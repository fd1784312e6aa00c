"""Whether cameras are on line: asked all at once, written set-based."""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from anlan.base.actors.actor import SYSTEM
from anlan.base.audit.services import Entry, record_many
from anlan.base.clock import day_of
from anlan.base.ids import uuid7
from anlan.base.live import services as live
from anlan.modules.monitoring import events, probing
from anlan.modules.monitoring.choices import Probe
from anlan.modules.monitoring.models import SafetyDevice
from anlan.modules.monitoring.probing import Limits, Outcome, Target
from anlan.modules.monitoring.queries.systems import ASKED
from anlan.modules.registry.models import Enterprise


@dataclass(frozen=True, slots=True)
class Probed:
    """How many cameras were asked, how many are on line and off, how many could not be asked;
    how many went off line and came back since the last time."""

    asked: int = 0
    online: int = 0
    offline: int = 0
    untold: int = 0
    lost: int = 0
    back: int = 0


def limits() -> Limits:
    """Return where cameras may be, as the installation is set up. Raises ValueError."""
    return probing.limits_of(settings.CAMERA_NETWORKS, settings.CAMERA_PORTS)


def probe_cameras(now: dt.datetime, wanted: Limits | None = None) -> Probed:
    """Ask every camera in service that has an address, and write down what came of it.

    Those of the demonstration are not asked: their addresses are invented, and in somebody's own
    network they may be anything. No transaction is open while the network is waited for. Safe to
    repeat.
    """
    invented = Enterprise.objects.for_actor(SYSTEM).filter(is_demo=True)
    rows = SafetyDevice.objects.for_actor(SYSTEM).filter(ASKED).order_by("pk")
    rows = rows.exclude(enterprise__in=invented.values("pk"))
    targets = [Target(pk, address) for pk, address in rows.values_list("pk", "address")]
    if not targets:
        return Probed()
    return take(asyncio.run(probing.probe_all(targets, wanted or limits())), now)


# The address is compared, so that the answer of an old one is not written beside a new one.
_WRITE = """
    UPDATE monitoring_safetydevice d
       SET is_online = o.is_online,
           probed_at = %(now)s,
           seen_at = CASE WHEN o.is_online THEN %(now)s ELSE d.seen_at END,
           offline_since = CASE WHEN o.is_online IS FALSE
                                THEN coalesce(d.offline_since, %(now)s) END,
           probe_why = o.why,
           probe_told = CASE WHEN o.told <> '' THEN o.told ELSE d.probe_told END,
           clock_off_s = CASE WHEN o.is_online THEN o.clock ELSE d.clock_off_s END
      FROM unnest(%(id)s::uuid[], %(address)s::text[], %(online)s::boolean[], %(why)s::text[],
                  %(told)s::text[], %(clock)s::float8[])
        AS o (id, address, is_online, why, told, clock)
     WHERE d.id = o.id AND d.address = o.address
"""


_COUNT = """
    INSERT INTO monitoring_cameraday AS d
           (id, version, created_at, updated_at, enterprise_id, scope_path, day, cameras, asked,
            online)
    SELECT o.id, 1, %(now)s, %(now)s, o.enterprise_id, o.scope_path, %(day)s, o.n, o.n, o.online
      FROM unnest(%(id)s::uuid[], %(enterprise)s::uuid[], %(path)s::text[], %(n)s::int[],
                  %(online)s::int[]) AS o (id, enterprise_id, scope_path, n, online)
        ON CONFLICT (enterprise_id, day) DO UPDATE
       SET cameras = excluded.cameras,
           asked = d.asked + excluded.asked,
           online = d.online + excluded.online,
           updated_at = excluded.updated_at
"""


def _count(
    outcomes: Sequence[Outcome], rows: Mapping[UUID, SafetyDevice], now: dt.datetime
) -> None:
    """Add one round to the figures of the day."""
    told = [one for one in outcomes if one.is_online is not None]
    asked = Counter(rows[one.pk].enterprise_id for one in told)
    online = Counter(rows[one.pk].enterprise_id for one in told if one.is_online)
    paths = {row.enterprise_id: row.scope_path for row in rows.values()}
    if not asked:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT,
            {
                "now": now,
                "day": day_of(now),
                "id": [uuid7() for _one in asked],
                "enterprise": list(asked),
                "path": [str(paths[pk]) for pk in asked],
                "n": list(asked.values()),
                "online": [online[pk] for pk in asked],
            },
        )


@transaction.atomic
def take(outcomes: Sequence[Outcome], now: dt.datetime) -> Probed:
    """Write outcomes of one round in one statement; history tells who went and who came back."""
    by_id = {one.pk: one for one in outcomes}
    rows = SafetyDevice.objects.for_actor(SYSTEM).filter(pk__in=list(by_id))
    before = {row.pk: row for row in rows.order_by("pk").select_for_update(of=("self",))}
    ordered = [one for one in outcomes if one.pk in before]
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            {
                "now": now,
                "id": [one.pk for one in ordered],
                "address": [one.address for one in ordered],
                "online": [one.is_online for one in ordered],
                "why": [str(one.why) for one in ordered],
                "told": [one.told for one in ordered],
                "clock": [one.clock_off_s for one in ordered],
            },
        )
    _count(ordered, before, now)
    # Never asked before, a camera that is off line went at no time that anybody knows.
    lost = [one for one in ordered if one.is_online is False and before[one.pk].is_online]
    back = [one for one in ordered if one.is_online and before[one.pk].is_online is False]
    record_many(
        SYSTEM,
        [
            Entry(
                events.CAMERA_LOST, before[one.pk], after={"why": str(Probe(one.why.value).label)}
            )
            for one in lost
        ]
        + [Entry(events.CAMERA_BACK, before[one.pk]) for one in back],
    )
    for row in {before[one.pk].enterprise_id: before[one.pk] for one in [*lost, *back]}.values():
        live.publish("devices", "cameras.changed", row=row)
    states = Counter(one.is_online for one in ordered)
    return Probed(len(ordered), states[True], states[False], states[None], len(lost), len(back))
