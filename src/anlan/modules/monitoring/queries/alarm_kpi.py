"""The load of alarms on operators: figures, plot, bad actors and floods of a period."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from anlan.base.actors.actor import Actor
from anlan.engines.alarms import overview
from anlan.engines.alarms.kpi import Announced, figures
from anlan.modules.monitoring import rules_kpi
from anlan.modules.monitoring.choices import GAS_KINDS, Happening
from anlan.modules.monitoring.models import AlarmEvent, AlarmRule


@dataclass(frozen=True, slots=True)
class Period:
    """Which alarms: of an enterprise, perhaps of one unit, shared by `positions` operators."""

    enterprise: UUID
    start: dt.datetime
    end: dt.datetime
    unit: UUID | None = None
    positions: int = 1


@dataclass(frozen=True, slots=True)
class Actor10:
    """A bad actor with its rule and what would help.

    `seen` are the stored values that the proposal was measured on, None where it is told from the
    journal alone.
    """

    rule: AlarmRule
    of: overview.BadActor
    proposal: rules_kpi.Proposal | None
    is_gas: bool
    seen: rules_kpi.Seen | None = None


def announced(actor: Actor, period: Period) -> list[Announced]:
    """Return what was announced in a period, named by the rule's id, with its end.

    What came back or was never announced (shelved, suppressed) counts as the standards say: what
    the operator was told counts, nothing else.
    """
    rows = AlarmEvent.objects.for_actor(actor).filter(
        Q(announced_at__isnull=False) | Q(what=Happening.CLEARED),
        enterprise=period.enterprise,
        at__gte=period.start,
        at__lt=period.end,
    )
    if period.unit:
        rows = rows.filter(rule__point__installation_id=period.unit)
    standing: dict[UUID, tuple[float, int]] = {}
    found: list[Announced] = []
    listed = rows.order_by("at", "id").values_list("rule_id", "what", "at", "priority")
    for rule, what, at, priority in listed.iterator(chunk_size=5000):
        moment = at.timestamp()
        if what == Happening.CLEARED:
            if rule in standing:
                start, level = standing.pop(rule)
                found.append(Announced(str(rule), start, moment, str(level)))
        else:
            if rule in standing:
                start, level = standing.pop(rule)
                found.append(Announced(str(rule), start, moment, str(level)))
            standing[rule] = (moment, priority)
    found += [Announced(str(rule), at, None, str(p)) for rule, (at, p) in standing.items()]
    return sorted(found, key=lambda one: (one.start, one.alarm))


def load(rows: Sequence[Announced], period: Period) -> dict[str, Any]:
    """Return the figures of `engines.alarms.kpi`."""
    return figures(
        rows, period.start.timestamp(), period.end.timestamp(), positions=period.positions
    )


def rules_of(actor: Actor, rows: Sequence[Announced]) -> dict[str, AlarmRule]:
    """Return the rules of these alarms by the name they have in them."""
    wanted = {UUID(row.alarm) for row in rows}
    found = AlarmRule.objects.for_actor(actor).select_related("point", "alarm_class")
    return {str(rule.pk): rule for rule in found.filter(pk__in=wanted)}


def worst(rows: Sequence[Announced], rules: dict[str, AlarmRule], n: int = 10) -> list[Actor10]:
    """Return the alarms that make the load, each with the delays that would help it."""
    found = []
    for one in overview.bad_actors(rows, top=n):
        rule = rules.get(one.alarm)
        if rule is None:
            continue
        is_gas = rule.point.kind in GAS_KINDS
        found.append(
            Actor10(
                rule,
                one,
                rules_kpi.proposal(
                    [row for row in rows if row.alarm == one.alarm],
                    on_delay=rule.on_delay_s,
                    off_delay=rule.off_delay_s,
                    response_s=rule.response_seconds,
                    is_safety=rule.safety_related or is_gas,
                ),
                is_gas,
            )
        )
    return found
