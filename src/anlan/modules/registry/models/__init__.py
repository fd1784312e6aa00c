"""Rows of the registry, one file a noun."""

from anlan.modules.registry.models.chemical import Chemical, Inventory
from anlan.modules.registry.models.enterprise import Enterprise, Site
from anlan.modules.registry.models.facility import Equipment, Facility, MhiUnit
from anlan.modules.registry.models.grading import GradingSettings
from anlan.modules.registry.models.identification import Identification, Scenario
from anlan.modules.registry.models.licence import Licence
from anlan.modules.registry.models.person import Person, Qualification

__all__ = [
    "Chemical",
    "Enterprise",
    "Equipment",
    "Facility",
    "GradingSettings",
    "Identification",
    "Inventory",
    "Licence",
    "MhiUnit",
    "Person",
    "Qualification",
    "Scenario",
    "Site",
]
