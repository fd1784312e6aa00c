"""Who may do what with indicators. Reading needs no permission beyond scope."""

from anlan.base.actors.policy import grant
from anlan.base.actors.roles import BUREAU, RESPONSIBLE, Role

_MANAGERS = RESPONSIBLE | {Role.SAFETY_MANAGER}

ANALYSE = grant("indicators.analysis.edit", _MANAGERS)
EVALUATE = grant("indicators.evaluation.edit", _MANAGERS)
INCENTIVE_RULE = grant("indicators.incentive_rule.edit", _MANAGERS)
INCENTIVE = grant("indicators.incentive.edit", _MANAGERS)
# Whose score an enterprise is measured by is decided by its authority, never by itself.
PARAMETERS = grant("indicators.parameters.edit", {Role.BUREAU_LEADER, Role.BUREAU_DATA_OFFICER})
# How often to check is advice among regulators.
ADVICE = grant("indicators.advice.read", BUREAU | {Role.PARK_OFFICER, Role.GROUP_HSE})
RANKING = grant(
    "indicators.ranking.read",
    BUREAU | {Role.PARK_OFFICER, Role.GROUP_HSE, Role.AUDITOR, Role.EXPERT, Role.SYSTEM_ADMIN},
)
