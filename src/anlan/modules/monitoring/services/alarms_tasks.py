"""Improvements of alarms, set as duties."""

import datetime as dt

from django.urls import reverse

from anlan.base import duties
from anlan.base.actors import policy
from anlan.base.actors.actor import Actor
from anlan.base.actors.models import Organisation
from anlan.base.actors.roles import Role
from anlan.base.clock import today
from anlan.base.duties.models import Plan
from anlan.base.duties.policy import PLAN
from anlan.base.duties.services import plans
from anlan.modules.monitoring.models import AlarmRule
from anlan.modules.monitoring.texts_alarms import IMPROVE, IMPROVE_KIND

KIND = "alarm_improvement"
DAYS = 14


def may_set(actor: Actor, plant: Organisation) -> bool:
    """Tell whether the actor may set duties at a plant."""
    return policy.allows(actor, PLAN, plant.path, plant.pk)


def improvement_set(actor: Actor, rule: AlarmRule) -> Plan:
    """Ask the equipment engineers to improve an alarm within two weeks; once while it is open.

    Raises NotYours, Forbidden, BadInput as plans do.
    """
    day = today()
    open_one = Plan.objects.for_actor(actor).filter(
        kind=KIND, subject_id=rule.pk, is_active=True, ends_on__gte=day
    )
    found = open_one.first()
    if found is not None:
        return found
    return plans.save(
        actor,
        rule.enterprise_id,
        kind=KIND,
        title=str(IMPROVE % {"alarm": rule})[:200],
        subject_id=rule.pk,
        organisation_id=rule.enterprise_id,
        role=Role.EQUIPMENT_ENGINEER,
        cycle_n=DAYS,
        cycle_unit="day",
        starts_on=day,
        ends_on=day + dt.timedelta(days=DAYS - 1),
    )


def declare() -> None:
    """Make the kind of duty known; called once when the app starts."""
    duties.register(
        KIND,
        IMPROVE_KIND,
        url_of=lambda subject: reverse("monitoring:settings_show", args=[subject]),
        icon="adjustments",
        is_manual=True,
    )
