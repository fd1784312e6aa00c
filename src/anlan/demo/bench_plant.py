"""A plant made up for measuring: points with an alarm each, and some alarms on the shelf."""

import hashlib
from datetime import timedelta

from django.db import transaction

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.models import Organisation
from anlan.base.clock import now
from anlan.modules.monitoring.models import AlarmRule, Point, Source, SourceToken
from anlan.modules.monitoring.services.alarms_acts import shelve

TOKEN = "anls_bench1_bench"  # noqa: S105 - of an installation that lives for one measurement


@transaction.atomic
def fill(tags: int, limit: float, shelves: int, shelf_s: int) -> str:
    """Make an enterprise with `tags` points; return its key and the first and last number.

    Delays of 0 to 2 s to come and 0 to 1 s to go; the first `shelves` alarms stay on the shelf for
    `shelf_s` seconds. For an empty installation: nothing else may be in it.
    """
    place = Organisation(kind="enterprise", code="T1", name="Plant")
    place.path = f"e{place.pk.hex}/"
    place.save()
    here = {"enterprise": place, "scope_path": place.path}
    source = Source.objects.create(**here, name="bench", kind="http")
    SourceToken.objects.create(
        **here, source=source, prefix="bench1", scopes=["ingest"],
        secret_hash=hashlib.sha256(b"bench").digest(), expires_at=now() + timedelta(days=1),
    )  # fmt: skip
    points = [
        Point.objects.create(
            **here, tag=f"B-{n}", name="bench", kind="level", source=source, range_low=0,
            range_high=200,
        )
        for n in range(tags)
    ]  # fmt: skip
    rules = [
        AlarmRule(
            **here, point=point, kind="HH", limit=limit, deadband=2, priority=1 + n % 4,
            on_delay_s=n % 3, off_delay_s=n % 2,
        )
        for n, point in enumerate(points)
    ]  # fmt: skip
    AlarmRule.objects.bulk_create(rules)
    shelve(SYSTEM, [rule.pk for rule in rules[:shelves]], seconds=shelf_s, reason="bench")
    numbers = sorted(
        Point.objects.unscoped("bench").filter(source=source).values_list("number", flat=True)
    )
    return f"{TOKEN} {numbers[0]} {numbers[-1]}"
