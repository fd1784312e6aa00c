"""The enterprise's own risk matrix."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.audit.services import record
from anlan.base.errors import BadInput, Problem
from anlan.modules.registry import queries as registry
from anlan.modules.risk import events
from anlan.modules.risk.methods import of_table
from anlan.modules.risk.models import RiskMethod
from anlan.modules.risk.policy import RISK_APPROVE
from anlan.modules.risk.services import chain


@transaction.atomic
def save(
    actor: Actor,
    enterprise_id: UUID | str,
    code: str,
    table: Mapping[str, Any],
    *,
    is_default: bool = False,
) -> RiskMethod:
    """Keep an enterprise's table of a method (see `methods.of_table`) and value its events anew.

    Raises NotYours, Forbidden, BadInput for a table without factors or a lowest band.
    """
    enterprise = registry.enterprises(actor).one(enterprise_id)
    policy.require(actor, RISK_APPROVE, enterprise)
    if table:
        method = of_table(code, table)
        if not method.factors or not method.bands or method.bands[-1].least > 0:
            raise BadInput(Problem("bands", _("The lowest band must begin at 0.")))
    found = (
        RiskMethod.objects.for_actor(actor)
        .filter(enterprise=enterprise.pk, method=code)
        .select_for_update(of=("self",))
        .first()
    ) or RiskMethod(enterprise_id=enterprise.pk, scope_path=enterprise.scope_path, method=code)
    before = {"table": found.table, "is_default": found.is_default}
    is_new = found._state.adding
    found.table, found.is_default = dict(table), is_default
    found.version += 0 if is_new else 1
    if is_default:
        RiskMethod.objects.for_actor(actor).filter(enterprise=enterprise.pk).exclude(
            method=code
        ).update(is_default=False)
    found.save()
    after = {"table": found.table, "is_default": is_default}
    record(actor, events.METHOD_CHANGED, found, before=None if is_new else before, after=after)
    chain.revalue(actor, enterprise.pk, code)
    return found
