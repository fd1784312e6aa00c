"""How inspection tasks appear among everything that recurs, and in the risk register."""

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from anlan.base.actors.actor import Actor
from anlan.base.duties import kinds
from anlan.modules.inspections import queries
from anlan.modules.inspections.queries_verified import Checks
from anlan.modules.risk import queries as risk
from anlan.modules.risk import queries_verified

KIND = "inspection"


def _address(subject_id: UUID) -> str:
    return f"/inspections/tasks/{subject_id}/record/"


kinds.register(KIND, _("Inspection"), url_of=_address, icon="checklist")


@risk.tasks_from
def _tasks(actor: Actor, enterprise_id: UUID) -> Mapping[UUID, int]:
    return queries.tasks_of_measures(actor, enterprise_id)


queries_verified.verified_by(Checks())
