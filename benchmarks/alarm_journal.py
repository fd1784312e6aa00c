"""How many alarm transitions a second go into the journal, with states, history and position?

    python benchmarks/alarm_journal.py [--transitions N] [--batch N] [--rules N]

Uses the database that `ANLAN_DATABASE_URL` names: give it one that may be thrown away, for what
stands in the journal stays there. Each batch is one transaction with the worker's position, as in
the alarm worker. Beside it runs the plain Django way on a sample: `select_for_update`, `save`,
`create` and an audit event for each transition, a transaction each batch as well.
"""

import argparse
import datetime as dt
import os
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

TARGET = 10_000
SAMPLE = 1_000
START = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


def _batched(listed: list[Any], size: int) -> Iterator[list[Any]]:
    rest = iter(listed)
    while batch := list(islice(rest, size)):
        yield batch


def make_rules(n: int) -> list[Any]:
    """Put a plant with `n` alarms into the database; return the alarms."""
    from anlan.base.actors.models import Organisation
    from anlan.base.actors.roles import OrganisationKind
    from anlan.base.ids import uuid7
    from anlan.modules.monitoring.models import AlarmRule, Point

    pk = uuid7()
    plant = Organisation.objects.create(
        id=pk, kind=OrganisationKind.ENTERPRISE, name="bench", path=f"cn/e{pk.hex}/", is_demo=True
    )
    place = {"enterprise": plant, "scope_path": plant.path}
    points = Point.objects.bulk_create(
        [
            Point(tag=f"B-{number}", name="bench", kind="level", **place)
            for number in range(n)
        ]
    )  # fmt: skip
    return AlarmRule.objects.bulk_create(
        [AlarmRule(point=point, kind="H", limit=85.0, priority=3, **place) for point in points]
    )


def transitions(rules: list[Any], n: int) -> list[Any]:
    """Return `n` transitions in the order of time: each alarm raised and cleared in turn."""
    from anlan.modules.monitoring.choices import Happening
    from anlan.modules.monitoring.services.alarms import Judgement

    found = []
    for number in range(n):
        at = START + dt.timedelta(milliseconds=10 * number)
        turn = number // len(rules)
        what = Happening.CLEARED if turn % 2 else Happening.RAISED
        found.append(Judgement(rules[number % len(rules)].pk, what, at, at, 86.0))
    return found


def set_based(listed: list[Any], size: int) -> float:
    """Return the seconds that `take_events` takes, batch by batch."""
    from anlan.modules.monitoring.services.alarms import Position, take_events

    began = time.perf_counter()
    for sequence, batch in enumerate(_batched(listed, size), 1):
        take_events(batch, Position(9_999, sequence))
    return time.perf_counter() - began


def plain(listed: list[Any], size: int) -> float:
    """Return the seconds of the plain way."""
    from django.db import transaction

    from anlan.base.actors.actor import SYSTEM
    from anlan.base.audit.services import record
    from anlan.base.clock import now
    from anlan.engines.alarms import states
    from anlan.modules.monitoring import events
    from anlan.modules.monitoring.models import AlarmEvent, AlarmState

    names = ("condition", "held", "unacknowledged", "acknowledged_at", "shelved_until")
    began = time.perf_counter()
    for batch in _batched(listed, size):
        with transaction.atomic():
            for one in batch:
                rows = AlarmState.objects.unscoped("benchmark").select_for_update(of=("self",))
                row = rows.select_related("rule").get(rule_id=one.rule_id)
                alarm = states.Alarm(*(getattr(row, name) for name in names))
                step = (
                    states.raised(alarm)
                    if one.what == "raised"
                    else states.cleared(alarm, states.AlarmClass())
                )
                for name in names:
                    setattr(row, name, getattr(step.alarm, name))
                row.shown, row.value, row.raised_at = step.alarm.state.value, one.value, one.at
                row.save()
                line = AlarmEvent.objects.create(
                    enterprise_id=row.enterprise_id,
                    scope_path=row.scope_path,
                    rule_id=one.rule_id,
                    what=one.what,
                    at=one.at,
                    since=one.since + dt.timedelta(microseconds=1),
                    announced_at=now() if step.announces else None,
                    value=one.value,
                    limit=row.rule.limit,
                    priority=row.priority,
                )
                record(SYSTEM, events.ALARMS_JOURNALLED, line, after={"what": one.what})
    return time.perf_counter() - began


def main() -> int:
    """Measure and print; the exit code tells whether the target holds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--transitions", type=int, default=60_000)
    parser.add_argument("--batch", type=int, default=2_000)
    parser.add_argument("--rules", type=int, default=10_000)
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")
    os.environ["ANLAN_OPEN_WALL"] = "1"
    import django

    django.setup()
    from django.conf import settings

    from anlan.modules.monitoring.services.alarms_journal import check

    settings.DEBUG = False  # Django would keep every statement
    listed = transitions(make_rules(given.rules), given.transitions)
    set_based(listed[: given.batch], given.batch)  # warm
    seconds = set_based(listed[given.batch :], given.batch)
    ours = (len(listed) - given.batch) / seconds
    theirs = SAMPLE / plain(listed[:SAMPLE], given.batch)
    doubts = check()
    verdict = "holds" if ours >= TARGET else "MISSES"
    print(f"set-based  {ours:>9,.0f} transitions/s ({len(listed):,} in batches of {given.batch:,})")
    print(f"plain way  {theirs:>9,.0f} transitions/s (sample of {SAMPLE:,})")
    print(f"ratio      {ours / theirs:>9,.1f}   target {TARGET:,}/s: {verdict}")
    n_ours = [one for one in doubts if one.said > 1]
    print(f"journal    {len(n_ours)} batches that do not fit the audit chain")
    return 0 if ours >= TARGET and not n_ours else 1


if __name__ == "__main__":
    raise SystemExit(main())
