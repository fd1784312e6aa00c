"""The rows of duties."""

from anlan.base.duties.models.absence import Exemption, Substitute
from anlan.base.duties.models.instance import Horizon, Instance
from anlan.base.duties.models.plan import Plan, ShiftPattern
from anlan.base.duties.models.warning import Colour, LadderRung, RaisedWarning

__all__ = [
    "Colour",
    "Exemption",
    "Horizon",
    "Instance",
    "LadderRung",
    "Plan",
    "RaisedWarning",
    "ShiftPattern",
    "Substitute",
]
