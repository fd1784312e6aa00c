"""Are a province's recurring duties made, marked and found quickly enough?

    python benchmarks/duties.py [--enterprises N] [--plans N] [--keep]

Fills the database that `ANLAN_DATABASE_URL` names with N enterprises of N daily plans each (made
up, taken out again unless `--keep`), makes a day's instances, lets them run out, and asks for one
person's list. Beside each runs the plain Django way on a sample. The functions are called by the
benchmark of the province as well, with its own plans.
"""

import argparse
import datetime as dt
import os
import statistics
import sys
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

DAY = dt.date(2026, 6, 1)
MARK = "bench-duties"
DEPARTMENTS = 10
SAMPLE = 1_000


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured: `n` things in `seconds`, or `p95_ms`; `plain` is the rival's figure in
    the same unit (things a second, or milliseconds), `ratio` how many times better."""

    what: str
    target: str
    n: int
    seconds: float
    per_second: float
    p95_ms: float
    plain: float
    ratio: float
    holds: bool

    def row(self) -> str:
        """Return one line of the table."""
        figure = f"{self.p95_ms:.1f} ms p95" if self.p95_ms else f"{self.per_second:,.0f}/s"
        took = f"{self.n:,} in {self.seconds:.1f} s"
        plain = f"{self.plain:.1f} ms" if self.p95_ms else f"{self.plain:,.0f}/s"
        verdict = "holds" if self.holds else "MISSES"
        return (
            f"{self.what:<34} {took:<24} {figure:<16} target {self.target:<14} {verdict:<7}"
            f" plain way {plain} ratio {self.ratio:,.0f}"
        )


def at(hour: float, day: dt.date = DAY) -> dt.datetime:
    """Return a moment of a day in Shanghai."""
    from anlan.base.duties.rules import CHINA

    return dt.datetime.combine(day, dt.time(0), CHINA) + dt.timedelta(hours=hour)


def fill(enterprises: int, plans: int) -> None:
    """Put enterprises with departments, people and daily plans into the database, set-based."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_NODES, {"mark": MARK, "n": enterprises, "departments": DEPARTMENTS})
        cursor.execute(
            _PLANS, {"mark": MARK, "plans": plans, "starts": DAY, "from": at(0), "n": DEPARTMENTS}
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE duties_plan")


_NODES = """
    CREATE TEMP TABLE bench_e ON COMMIT DROP AS
        SELECT gen_random_uuid() AS id, n FROM generate_series(1, %(n)s) n;
    CREATE TEMP TABLE bench_d ON COMMIT DROP AS
        SELECT gen_random_uuid() AS id, gen_random_uuid() AS person, e.id AS enterprise, e.n, d
          FROM bench_e e CROSS JOIN generate_series(1, %(departments)s) d;
    INSERT INTO actors_organisation (id, kind, code, name, short_name, parent_id, path, search_key,
                                     is_active, is_demo, version, created_at, updated_at)
    SELECT e.id, 'enterprise', '', %(mark)s || n, '', a.id,
           a.path || 'e' || replace(e.id::text, '-', '') || '/', %(mark)s, true, true, 1, now(),
           now()
      FROM bench_e e
      JOIN (SELECT id, path, row_number() OVER (ORDER BY path) AS place, count(*) OVER () AS of
              FROM actors_organisation WHERE kind = 'area' AND length(path) > 20) a
        ON a.place = 1 + e.n %% a.of;
    INSERT INTO actors_organisation (id, kind, code, name, short_name, parent_id, path, search_key,
                                     is_active, is_demo, version, created_at, updated_at)
    SELECT d.id, 'department', '', %(mark)s || d, '', o.id,
           o.path || 'd' || replace(d.id::text, '-', '') || '/', %(mark)s, true, true, 1, now(),
           now()
      FROM bench_d d JOIN actors_organisation o ON o.id = d.enterprise;
    INSERT INTO actors_user (id, password, username, display_name, email, phone, language,
                             search_key, is_active, is_demo, created_at)
    SELECT person, '!', %(mark)s || '-' || n || '-' || d, %(mark)s, '', '', 'zh-hans', '', true,
           true, now() FROM bench_d;
    INSERT INTO actors_membership (id, user_id, organisation_id, role, is_home, created_at)
    SELECT gen_random_uuid(), person, id, 'operator', true, now() FROM bench_d;
"""
# Three in ten are somebody's by name, the rest the operators' of the department. They count as
# made until the day begins, as on every day but the first: new plans cost one more update each.
_PLANS = """
    INSERT INTO duties_plan (id, enterprise_id, scope_path, version, created_at, updated_at, kind,
        title, place_text, organisation_id, assignee_id, role, work_type, role_item, cycle_n,
        cycle_unit, calendar, starts_on, time_from, time_to, grace_minutes, is_active, make_from,
        made_until)
    SELECT gen_random_uuid(), d.parent_id, d.path, 1, now(), now(), 'plain', %(mark)s, '', d.id,
           CASE WHEN n %% 10 < 3 THEN m.user_id END,
           CASE WHEN n %% 10 < 3 THEN '' ELSE 'operator' END,
           CASE WHEN n %% 20 = 0 THEN 1 ELSE 0 END, CASE WHEN n %% 20 = 0 THEN 1 END, 1, 'day',
           CASE n %% 3 WHEN 0 THEN 'workdays' ELSE 'every_day' END,
           %(starts)s::date - (n %% 30), make_time(n %% 8, 0, 0), make_time(8 + n %% 12, 0, 0),
           0, true, %(from)s, %(from)s
      FROM actors_organisation d
      JOIN actors_membership m ON m.organisation_id = d.id
     CROSS JOIN generate_series(1, %(plans)s / %(n)s) n
     WHERE d.search_key = %(mark)s AND d.kind = 'department';
    INSERT INTO duties_horizon (id, enterprise_id, scope_path, version, created_at, updated_at,
                                made_until)
    SELECT gen_random_uuid(), id, path, 1, now(), now(), %(from)s
      FROM actors_organisation WHERE search_key = %(mark)s AND kind = 'enterprise';
"""


def empty() -> None:
    """Take out again what `fill` and the run put in; history stays."""
    from django.db import connection, transaction

    mine = "(SELECT id FROM actors_organisation WHERE search_key = %s)"
    with transaction.atomic(), connection.cursor() as cursor:
        for table in ("duties_warning", "duties_instance", "duties_plan", "duties_horizon"):
            cursor.execute(f"DELETE FROM {table} WHERE enterprise_id IN {mine}", [MARK])
        cursor.execute(f"DELETE FROM actors_membership WHERE organisation_id IN {mine}", [MARK])
        cursor.execute("DELETE FROM actors_user WHERE display_name = %s", [MARK])
        for kind in ("department", "enterprise"):
            cursor.execute(
                "DELETE FROM actors_organisation WHERE search_key = %s AND kind = %s", [MARK, kind]
            )


def make_a_day(day: dt.date = DAY, sample: int = SAMPLE) -> Measured:
    """Make one day's instances of every plan, through the service."""
    from anlan.base.duties.services import instances

    began = time.perf_counter()
    n = instances.make(at(24, day), at(0, day))
    seconds = time.perf_counter() - began
    plain = _plain_make(day, sample)
    speed = n / seconds
    return Measured(
        "make a day's instances", "≥ 50,000/s", n, seconds, speed, 0, plain, speed / plain,
        speed >= 50_000,
    )  # fmt: skip


def _plain_make(day: dt.date, sample: int) -> float:
    """Return instances a second of a loop over plans with a get_or_create each, rolled back."""
    from django.db import transaction

    from anlan.base.duties import calendar, rules
    from anlan.base.duties.models import Instance, Plan
    from anlan.base.duties.partitions import make_months

    is_workday = calendar.workdays().is_workday
    began, made = time.perf_counter(), 0
    with transaction.atomic():
        following = day + dt.timedelta(days=7)
        make_months(at(0, following), at(24, following))
        for plan in islice(Plan.objects.unscoped("benchmark").iterator(), sample):
            for window in rules.windows(
                plan.cadence(), at(0, following), at(24, following), is_workday
            ):
                Instance.objects.unscoped("benchmark").get_or_create(
                    plan=plan,
                    opens_at=window.opens_at,
                    enterprise_id=plan.enterprise_id,
                    due_at__gte=window.opens_at,
                    defaults={
                        "id": rules.instance_id(plan.pk, window.opens_at),
                        "scope_path": plan.scope_path,
                        "organisation_id": plan.organisation_id,
                        "assignee_id": plan.assignee_id,
                        "role": plan.role,
                        "due_at": window.due_at,
                        "grace_until": window.grace_until,
                    },
                )
                made += 1
        transaction.set_rollback(True)
    return max(made, 1) / (time.perf_counter() - began)


def mark_overdue(day: dt.date = DAY, sample: int = SAMPLE) -> Measured:
    """Let a day's instances run out: all overdue at once, with a warning each; the worst case."""
    from anlan.base.duties.services.marking import mark

    plain = _plain_mark(sample)
    began = time.perf_counter()
    turned = mark(at(24.5, day))
    seconds = time.perf_counter() - began
    n = turned["overdue"]
    speed = n / seconds
    return Measured(
        "mark overdue, a warning each", "≤ 60 s", n, seconds, speed, 0, plain, speed / plain,
        seconds <= 60,
    )  # fmt: skip


def _plain_mark(sample: int) -> float:
    from django.db import transaction

    from anlan.base.duties.models import Instance, RaisedWarning
    from anlan.base.ids import uuid7

    began = time.perf_counter()
    with transaction.atomic():
        rows = Instance.objects.unscoped("benchmark").filter(
            next_turn_at__isnull=False, state__in=("pending", "due_soon")
        )
        for row in rows[:sample]:
            row.state, row.warning = "overdue", 2
            row.save()
            RaisedWarning.objects.create(
                id=uuid7(), enterprise_id=row.enterprise_id, scope_path=row.scope_path,
                trigger="duty", subject_kind="duty", subject_id=row.pk, title=row.plan.title,
                colour=2, raised_at=at(24.5),
            )  # fmt: skip
        transaction.set_rollback(True)
    return sample / (time.perf_counter() - began)


def my_tasks(day: dt.date = DAY, people: int = 200) -> Measured:
    """Ask for the lists of many people, one after another, each under their own scope."""
    from anlan.base.actors import wall
    from anlan.base.actors.loading import load_actor
    from anlan.base.actors.models import User
    from anlan.base.duties import queries

    users = list(User.objects.filter(memberships__role="operator").order_by("pk")[:people])
    spent, n = [], 0
    for user in users:
        actor = load_actor(user)
        with wall.acting_as(actor.scope):
            began = time.perf_counter()
            n += len(list(queries.mine(actor, day)))
            spent.append((time.perf_counter() - began) * 1000)
    plain = _plain_mine(users[:3], day)
    p95 = statistics.quantiles(spent[len(spent) // 10 :], n=20)[-1]
    return Measured(
        f"my tasks of {len(users)} people", "≤ 30 ms p95", n, sum(spent) / 1000, 0, p95, plain,
        plain / p95, p95 <= 30,
    )  # fmt: skip


def _plain_mine(users: list[Any], day: dt.date) -> float:
    """Return the milliseconds of asking row by row whose each open duty of the enterprise is."""
    from anlan.base.actors import wall
    from anlan.base.actors.loading import load_actor
    from anlan.base.duties.models import Instance

    spent = []
    for user in users:
        actor = load_actor(user)
        with wall.acting_as(actor.scope):
            began = time.perf_counter()
            rows = Instance.objects.for_actor(actor).filter(opens_at__lt=at(24, day))
            mine = [
                row
                for row in rows
                if row.state in ("pending", "due_soon", "overdue")
                and (
                    row.assignee_id == user.pk
                    or any(
                        row.organisation.path.startswith(post.path) and row.plan.role == post.role
                        for post in actor.posts
                    )
                )
            ]
            assert mine is not None
            spent.append((time.perf_counter() - began) * 1000)
    return statistics.median(spent)


def main() -> None:
    """Fill, measure, print, empty."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--enterprises", type=int, default=10_000)
    parser.add_argument("--plans", type=int, default=100, help="plans of each enterprise")
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.config.settings")
    os.environ["ANLAN_OPEN_WALL"] = "1"
    os.environ["ANLAN_DB_AS_OWNER"] = "1"
    import django

    django.setup()
    from django.db import connection

    print(f"run {uuid4().hex[:6]}: {given.enterprises:,} enterprises × {given.plans} plans")
    empty()
    fill(given.enterprises, given.plans)
    connection.close()
    # From here on as the application, behind the wall, as the product does it.
    _as_application(connection)
    try:
        print(make_a_day().row(), flush=True)
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE NONE; ANALYZE duties_instance")
        connection.close()
        print(my_tasks().row(), flush=True)
        print(mark_overdue().row(), flush=True)
        print(my_tasks().row(), flush=True)
    finally:
        if not given.keep:
            connection.close()
            connection.settings_dict["OPTIONS"].pop("options", None)
            empty()


def _as_application(connection: Any) -> None:
    from django.conf import settings

    connection.settings_dict["OPTIONS"]["options"] = f"-c role={settings.DATABASE_APP_ROLE}"


if __name__ == "__main__":
    main()
