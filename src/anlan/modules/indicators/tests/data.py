"""A week's duties and findings to test with."""

import datetime as dt
from typing import Any

from anlan.base.actors.scope import EVERYTHING
from anlan.base.actors.wall import acting_as
from anlan.base.clock import today
from anlan.base.duties.models import Instance, Plan
from anlan.base.duties.partitions import make_months
from anlan.base.duties.rules import instance_id
from anlan.base.ids import uuid7
from anlan.modules.findings.models import Finding
from anlan.modules.indicators.rules import bounds, last_week

WEEK = last_week(today())
START, END = bounds(WEEK)
DAY = dt.timedelta(days=1)


def duties(
    place: Any,
    state: str,
    n: int = 1,
    work_type: int = 0,
    kind: str = "inspection",
    first_due: dt.datetime = START + dt.timedelta(hours=8),
    window: dt.timedelta = dt.timedelta(hours=8),
) -> None:
    """Put `n` duties into a state, due hour by hour from the first (last week's if not said)."""
    opens = [first_due + dt.timedelta(hours=number) - window for number in range(n)]
    plan = Plan.objects.create(
        enterprise=place,
        scope_path=place.path,
        kind=kind,
        title=f"{state} {work_type}",
        organisation=place,
        work_type=work_type,
        role_item=1 if work_type else None,
        starts_on=WEEK,
        make_from=START,
    )
    make_months(min(START, opens[0]), END)
    done = state in ("done", "done_late")
    Instance.objects.bulk_create(
        Instance(
            id=instance_id(plan.pk, opens_at),
            enterprise=place,
            scope_path=place.path,
            plan=plan,
            organisation=place,
            work_type=work_type,
            opens_at=opens_at,
            due_at=opens_at + window,
            grace_until=opens_at + window,
            state=state,
            done_at=opens_at + dt.timedelta(hours=1) if done else None,
        )
        for opens_at in opens
    )


def finding(place: Any, state: str = "rectifying", **more: Any) -> Finding:
    """Keep a finding of last week."""
    number = uuid7().hex[-12:]
    given: dict[str, Any] = {
        "number": number,
        "title": f"泄漏 {number}",
        "state": state,
        "found_at": START + DAY,
        "registered_at": START + DAY,
        "deadline": WEEK + 3 * DAY,
        "accepted_at": START + 2 * DAY if state == "accepted" else None,
    }
    return Finding.objects.create(enterprise=place, scope_path=place.path, **(given | more))


def everything() -> Any:
    """Act with the system's scope."""
    return acting_as(EVERYTHING)
