"""How a task's times and people read in a line."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from anlan.base.actors.roles import Role
from anlan.base.duties.models import Instance, Plan
from anlan.base.duties.models.plan import Days
from anlan.base.duties.ui import words as duty_words


def cycle(plan: Plan) -> str:
    """Return how often a plan recurs, such as `every 2 h · Workdays`."""
    every = duty_words.often(plan.cycle_n, plan.cycle_unit)
    if plan.calendar == Days.EVERY_DAY:
        return every
    return f"{every} · {Days(plan.calendar).label}"


def whose(row: Plan | Instance) -> str:
    """Return whose duty it is: the person, or the role and the department."""
    if row.assignee is not None:
        return row.assignee.display_name
    role = str(Role(row.role).label) if row.role in Role.values else _("Everybody")
    return f"{row.organisation.short_name or row.organisation.name} · {role}"


def window(row: Instance) -> str:
    """Return the window of a duty, short."""
    return duty_words.window(row)


def of_cycle(fields: Mapping[str, Any]) -> str:
    """Return how often suggested fields would recur."""
    return cycle(
        Plan(
            cycle_n=fields["cycle_n"],
            cycle_unit=fields["cycle_unit"],
            calendar=fields.get("calendar", Days.EVERY_DAY),
        )
    )


def of_role(role: str) -> str:
    """Return the name of a role."""
    return str(Role(role).label) if role in Role.values else ""
