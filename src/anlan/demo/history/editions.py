"""Editions of the risk analyses of deep plants, and the duty to review them each half-year."""

import datetime as dt
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from anlan.base.actors.actor import SYSTEM
from anlan.base.actors.loading import load_actor
from anlan.base.duties.models import Plan
from anlan.base.ids import uuid7
from anlan.demo.history.plant import Plant, at
from anlan.modules.risk.models import RiskEdition, RiskObject
from anlan.modules.risk.services import editions
from anlan.modules.risk.services.editions import REVIEW, REVIEW_DAYS, snapshot_of

FIRST, SECOND = 400, 120
"""How many days ago the editions came into force; the next review is still ahead."""
SUMMARIES = {
    1: "首次辨识评价",
    2: "半年评审：补充措施，重新评价剩余风险",
    3: "根据隐患整改情况修订",
}


def make_editions(plants: Sequence[Plant], objects: Sequence[RiskObject], on: dt.date) -> None:
    """Write two editions an object; of the flagship's first object a third that waits."""
    by_plant = {plant.enterprise.pk: plant for plant in plants if plant.is_deep}
    made: list[RiskEdition] = []
    reviews: list[Plan] = []
    waiting: tuple[Plant, RiskObject] | None = None
    for thing in objects:
        plant = by_plant.get(thing.enterprise_id)
        if plant is None:
            continue
        now = snapshot_of(SYSTEM, thing)
        waits = plant.team is not None and thing.position == 1
        last = _older(now) if waits else now
        approver = plant.people["principal_responsible_person"]
        days = (FIRST - plant.number, SECOND - thing.position * 3)
        for number, (ago, snapshot) in enumerate(
            zip(days, (_older(last), last), strict=True), start=1
        ):
            in_force = on - dt.timedelta(days=ago)
            made.append(
                _edition(
                    plant,
                    thing,
                    number,
                    snapshot,
                    in_force,
                    state="superseded" if number == 1 else "approved",
                    summary=SUMMARIES[number],
                    approved_by=approver,
                    approved_at=at(in_force, 16.2),
                    review_due=in_force + dt.timedelta(days=REVIEW_DAYS),
                )
            )
        reviews.append(_review(plant, thing, on - dt.timedelta(days=days[1])))
        if waits:
            waiting = (plant, thing)
    Plan._base_manager.bulk_create(reviews)
    RiskEdition._base_manager.bulk_create(made, batch_size=200)
    if waiting is not None:
        _submit(*waiting)


def _submit(plant: Plant, thing: RiskObject) -> None:
    """Let the flagship's safety manager submit an edition; the principal finds it waiting."""
    actor = load_actor(plant.people["safety_manager"])
    begun = editions.begin(actor, thing.pk)
    editions.submit(actor, begun.pk, SUMMARIES[3])


def _edition(
    plant: Plant,
    thing: RiskObject,
    number: int,
    snapshot: dict[str, Any],
    day: dt.date,
    **more: Any,
) -> RiskEdition:
    return RiskEdition(
        id=uuid7(),
        enterprise=plant.enterprise,
        scope_path=thing.scope_path,
        object=thing,
        number=number,
        snapshot=snapshot,
        submitted_by=plant.people["safety_manager"],
        submitted_at=at(day - dt.timedelta(days=1), 10.5),
        **more,
    )


def _older(now: dict[str, Any]) -> dict[str, Any]:
    """Return the analysis as it stood before: a measure fewer, a worse residual risk."""
    old = deepcopy(now)
    if len(old["measures"]) > 3:
        old["measures"].popitem()
    if old["events"]:
        event = next(iter(old["events"].values()))
        event["residual"] = {**event["residual"], "L": 3}
    return old


def _review(plant: Plant, thing: RiskObject, since: dt.date) -> Plan:
    return Plan(
        id=uuid7(),
        enterprise=plant.enterprise,
        scope_path=plant.enterprise.path,
        organisation=plant.enterprise,
        kind=REVIEW,
        title=f"评审{thing.name}的风险分析",
        subject_id=thing.pk,
        role="safety_manager",
        cycle_n=1,
        cycle_unit="half_year",
        starts_on=since + dt.timedelta(days=1),
        make_from=at(since + dt.timedelta(days=1), 0),
    )
