"""A small risk register to test with."""

from typing import Any

from anlan.base.actors.actor import Actor
from anlan.modules.registry.services import rows
from anlan.modules.risk.models import ControlMeasure, RiskEvent, RiskObject, RiskUnit
from anlan.modules.risk.services import chain


def an_object(actor: Actor, code: str = "D1", **more: Any) -> RiskObject:
    """Enter an object."""
    given = {"code": code, "name": "苯类罐区", "kind": "tank_farm"}
    return rows.create_row(actor, chain.OBJECT, given | more)


def a_unit(actor: Actor, parent: RiskObject, code: str = "U1", **more: Any) -> RiskUnit:
    """Enter a unit of an object."""
    given = {"object": parent, "code": code, "name": "T-101 苯储罐", "unit_type": "tank_farm"}
    return rows.create_row(actor, chain.UNIT, given | more)


def an_event(actor: Actor, parent: RiskUnit, code: str = "E1", **more: Any) -> RiskEvent:
    """Enter a valued event of a unit."""
    given = {
        "unit": parent,
        "code": code,
        "name": "储罐泄漏着火",
        "inherent": {"L": 4, "S": 5},
        "residual": {"L": 2, "S": 5},
    }
    return rows.create_row(actor, chain.EVENT, given | more)


def a_measure(actor: Actor, parent: RiskEvent, code: str = "C1", **more: Any) -> ControlMeasure:
    """Enter a measure that is verified by inspection."""
    given = {
        "event": parent,
        "code": code,
        "text": "储罐呼吸阀完好",
        "verification": 2,
        "class2": "1-3",
        "inspection_content": "呼吸阀外观完好、无堵塞",
    }
    return rows.create_row(actor, chain.MEASURE, given | more)
