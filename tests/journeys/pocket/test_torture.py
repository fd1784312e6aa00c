"""Five hundred records through a line that breaks fifty times and a server that dies twice.

Four times the database drops all of its sessions, too.
"""

import os
import random
import time
from collections.abc import Callable

from tests.journeys.pocket.conftest import Handset, Served
from tests.journeys.pocket.oracle import judge, sealed_on
from tests.journeys.pocket.proxy import Line

RECORDS = 500
CUTS = 50
KILLS = 2
SESSIONS_ENDED = 4


def end_database_sessions() -> None:
    """End every session of the server in the middle of what it does, as a killed database would."""
    from django.db import connection

    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND datname = current_database() AND backend_type = 'client backend'"
        )
    connection.close()


def test_nothing_is_lost_and_nothing_doubled(
    served: Served, line: Line, handset: Callable[..., Handset]
) -> None:
    """Repeat a failure with ANLAN_TEST_SEED=<the seed printed>."""
    seed = int(os.environ.get("ANLAN_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)
    print(f"seed {seed}")  # noqa: T201
    chance = random.Random(seed)
    phone = handset()
    page = phone.open(ready=True)
    line.cut()
    line.cuts = 0
    # A photo with every twentieth record: 25 files of 40 kB.
    page.evaluate(f"() => pocket.sealMany({RECORDS}, 20, 40000)")
    assert page.evaluate("() => pocket.counts()") == {"sealed": RECORDS}
    page.evaluate(
        "() => { globalThis.done = null; pocket.keepSending(250).then((r) => { done = r; }); }"
    )
    kill_at = sorted(chance.sample(range(5, CUTS - 5), KILLS))
    gone_at = chance.sample(range(CUTS), SESSIONS_ENDED)
    began = time.monotonic()
    for number in range(CUTS):
        line.mend()
        time.sleep(chance.uniform(0.02, 0.3))
        if number in kill_at:
            served.kill()
            served.start()
        if number in gone_at:
            end_database_sessions()
        if chance.random() < 0.4:
            line.lose_answers()
            time.sleep(chance.uniform(0.02, 0.2))
        line.cut()
        time.sleep(chance.uniform(0.01, 0.1))
    cuts = line.cuts
    line.mend()
    page.wait_for_function("() => done !== null", timeout=250_000)
    print(f"{cuts} cuts, {KILLS} kills, {time.monotonic() - began:.0f} s")  # noqa: T201
    assert cuts >= CUTS
    assert page.evaluate("() => done") == {"complete": RECORDS}
    judge(sealed_on(page), served.data / "files")
    assert not phone.complaints
