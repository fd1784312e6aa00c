"""Who acts on warnings. Seeing them needs no permission beyond scope."""

from anlan.base.actors.policy import grant
from anlan.base.actors.roles import RESPONSIBLE, Role

_PLANT = RESPONSIBLE | {Role.SAFETY_MANAGER, Role.WORKSHOP_HEAD}
ACKNOWLEDGE = grant("warnings.acknowledge", _PLANT | {Role.CONTROL_ROOM, Role.TEAM_LEADER})
REPORT = grant("warnings.report", _PLANT | {Role.CONTROL_ROOM})
# Whoever says that the danger is over answers for it; never who reported (four eyes).
CLEAR = grant("warnings.clear", RESPONSIBLE | {Role.SAFETY_MANAGER})
ASK = grant("warnings.ask", {Role.PARK_OFFICER, Role.BUREAU_INSPECTOR, Role.BUREAU_LEADER})
# An officer for the area or park and all below it, an enterprise for itself.
WEATHER = grant(
    "warnings.weather",
    RESPONSIBLE
    | {Role.SAFETY_MANAGER, Role.CONTROL_ROOM}
    | {Role.PARK_OFFICER, Role.BUREAU_INSPECTOR, Role.BUREAU_LEADER},
)
# The index is computed from the plant's own inputs, so the plant proposes; as with alarm settings
# another answers for it. Officers do not decide, but hear of each edition that comes into force.
FIGURES_PROPOSE = grant("warnings.figures.propose", {Role.SAFETY_MANAGER, Role.TECHNICAL})
FIGURES_APPROVE = grant("warnings.figures.approve", {Role.TECHNICAL, Role.PRINCIPAL})
